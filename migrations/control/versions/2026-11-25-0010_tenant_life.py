"""The life of a tenant: suspended, deleting, gone; operations with progress; the ledger of migrations; the provider."""

from alembic import op

revision = "20261125_0010"
down_revision = "20261124_0040"

TENANT = """
ALTER TABLE tenant
    ADD COLUMN kind             text NOT NULL DEFAULT 'operator' CHECK (kind IN ('operator', 'provider')),
    ADD COLUMN ring             integer NOT NULL DEFAULT 1 CHECK (ring BETWEEN 0 AND 9),
    ADD COLUMN suspended_reason text,
    ADD COLUMN suspended_at     timestamptz,
    ADD COLUMN delete_after     timestamptz;
ALTER TABLE tenant DROP CONSTRAINT tenant_state_check;
ALTER TABLE tenant ADD CONSTRAINT tenant_state_check CHECK (state IN ('active', 'suspended', 'deleting'));
ALTER TABLE tenant DROP CONSTRAINT tenant_slug_check;
ALTER TABLE tenant ADD CONSTRAINT tenant_slug_check CHECK (
    slug ~ '^[a-z][a-z0-9-]{1,30}$'
    AND (slug NOT IN ('console', 'api', 'www', 'status') OR (kind = 'provider' AND slug = 'console')));
ALTER TABLE tenant ADD CONSTRAINT tenant_deleting_check CHECK ((state = 'deleting') = (delete_after IS NOT NULL));
CREATE UNIQUE INDEX tenant_one_provider ON tenant (kind) WHERE kind = 'provider';
"""

LIFE = """
-- Who is gone for good. A backup that still has one of them must not bring it back to life.
CREATE TABLE tombstone (
    tenant_id  text PRIMARY KEY,
    slug       text NOT NULL,
    blueprint  text NOT NULL,
    deleted_at timestamptz NOT NULL
);

-- What is to be done with a tenant, and how far it is. Nothing secret stands in `parameters`.
CREATE TABLE tenant_operation (
    id           uuid PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN ('create', 'suspend', 'resume', 'rename', 'export', 'restore', 'delete',
                                               'undelete', 'purge')),
    tenant_id    text NOT NULL,
    slug         text NOT NULL,
    parameters   jsonb NOT NULL DEFAULT '{}',
    doer         jsonb NOT NULL,
    state        text NOT NULL DEFAULT 'owed' CHECK (state IN ('owed', 'running', 'done', 'failed')),
    progress     real NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),
    step         text NOT NULL DEFAULT '',
    error        text,
    result       jsonb,
    attempts     integer NOT NULL DEFAULT 0,
    not_before   timestamptz NOT NULL DEFAULT now(),
    requested_at timestamptz NOT NULL DEFAULT now(),
    started_at   timestamptz,
    finished_at  timestamptz
);
CREATE INDEX tenant_operation_by_tenant ON tenant_operation (tenant_id, requested_at DESC);
CREATE INDEX tenant_operation_owed ON tenant_operation (not_before) WHERE state IN ('owed', 'running');

-- One row for each tenant and revision that a release asks for.
CREATE TABLE tenant_migration (
    tenant_id   text NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    revision    text NOT NULL,
    state       text NOT NULL DEFAULT 'owed' CHECK (state IN ('owed', 'running', 'done', 'failed')),
    attempts    integer NOT NULL DEFAULT 0,
    error       text,
    not_before  timestamptz NOT NULL DEFAULT '-infinity',
    started_at  timestamptz,
    finished_at timestamptz,
    duration_ms bigint,
    worker      text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, revision)
);
-- In the order of claims: whoever claims reads one row, however many are owed.
CREATE INDEX tenant_migration_owed ON tenant_migration (revision, state, tenant_id) WHERE state IN ('owed', 'running');

-- Whoever holds tenants in memory hears of each change.
CREATE FUNCTION tenant_changed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    PERFORM pg_notify('ovoz_tenant', coalesce(new.id, old.id));
    RETURN NULL;
END $$;
CREATE TRIGGER tenant_changed AFTER INSERT OR UPDATE OR DELETE ON tenant
    FOR EACH ROW EXECUTE FUNCTION tenant_changed();
"""

# What every tenant's role may use of the control schema hangs on one role: an access list with an entry for each of
# a thousand tenants would be read at every call, and making two tenants at once would fail ("tuple concurrently
# updated").
GRANTS = """
DO $$
DECLARE
    tenant_role text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ovoz_tenant') THEN
        CREATE ROLE ovoz_tenant NOLOGIN;
    END IF;
    FOR tenant_role IN SELECT 't_' || id FROM ovoz.tenant LOOP
        EXECUTE format('GRANT ovoz_tenant TO %I WITH INHERIT TRUE, SET FALSE', tenant_role);
        EXECUTE format('REVOKE ALL ON SCHEMA ovoz FROM %I', tenant_role);
        EXECUTE format('REVOKE ALL ON FUNCTION ovoz.emit(uuid, text, text, timestamptz, jsonb) FROM %I', tenant_role);
        EXECUTE format('REVOKE ALL ON FUNCTION ovoz.journal(text, bigint, jsonb) FROM %I', tenant_role);
    END LOOP;
END $$;
GRANT USAGE ON SCHEMA ovoz TO ovoz_tenant;
GRANT EXECUTE ON FUNCTION ovoz.emit(uuid, text, text, timestamptz, jsonb), ovoz.journal(text, bigint, jsonb)
    TO ovoz_tenant;
REVOKE ALL ON FUNCTION tenant_changed() FROM PUBLIC;
GRANT SELECT ON tombstone, tenant_operation, tenant_migration TO ovoz_app;
GRANT INSERT (id, kind, tenant_id, slug, parameters, doer) ON tenant_operation TO ovoz_app;
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for script in (TENANT, LIFE, GRANTS):
        op.execute(script)
