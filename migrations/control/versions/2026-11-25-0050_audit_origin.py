"""Where a tenant's audit was sealed before the tenant was restored here."""

from alembic import op

revision = "20261125_0050"
down_revision = "20261125_0040"

# The statement is signed with the installation's key, byte for byte as it stands; no row is ever changed, and one goes
# with its tenant only.
ORIGIN = """
CREATE TABLE audit_origin (
    tenant_id text NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    number    integer NOT NULL CHECK (number > 0),
    statement text NOT NULL,
    signature bytea NOT NULL,
    PRIMARY KEY (tenant_id, number)
);
CREATE FUNCTION audit_origin_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM ovoz.tenant t WHERE t.id = old.tenant_id) THEN
        RETURN old;
    END IF;
    RAISE EXCEPTION 'what was said of a move is not changed' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_origin_stays BEFORE UPDATE OR DELETE ON audit_origin
    FOR EACH ROW EXECUTE FUNCTION audit_origin_stays();
REVOKE ALL ON FUNCTION audit_origin_stays() FROM PUBLIC;
GRANT SELECT ON audit_origin TO ovoz_app
"""
# The provider's list of operations, a page at a time.
BY_TIME = "CREATE INDEX tenant_operation_by_time ON tenant_operation (requested_at, id)"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(ORIGIN)
    op.execute(BY_TIME)
