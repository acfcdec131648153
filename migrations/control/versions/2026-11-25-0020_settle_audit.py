"""`ovoz.settle_audit()`: up to which position a tenant's audit will not change any more."""

from alembic import op

revision = "20261125_0020"
down_revision = "20261125_0010"

# An INSERT holds ROW EXCLUSIVE on the table from before it takes a position until its transaction is over. Who gets
# this lock therefore sees every entry up to the highest position; later ones will be higher. It is held for one
# SELECT; writers wait behind it for half a second at the most.
SETTLE = """
CREATE FUNCTION settle_audit() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog SET lock_timeout = '500ms' AS $$
DECLARE
    entries text := format('%I.audit_entry', 't_' || ovoz.acting_tenant());
    settled bigint;
BEGIN
    EXECUTE 'LOCK TABLE ' || entries || ' IN SHARE MODE';
    EXECUTE 'SELECT coalesce(max(position), 0) FROM ' || entries INTO settled;
    RETURN settled;
END $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(SETTLE)
    # `acting_tenant` refuses whoever is no tenant.
    op.execute("REVOKE ALL ON FUNCTION settle_audit() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION settle_audit() TO ovoz_tenant")
