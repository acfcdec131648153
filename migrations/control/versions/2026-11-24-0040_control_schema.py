"""The control schema: tenants, cells, what is live, what waits for RabbitMQ."""

from alembic import op

revision = "20261124_0040"
down_revision = None

TABLES = """
CREATE TABLE cell (
    id       text PRIMARY KEY,
    epoch    bigint NOT NULL DEFAULT 0,
    owner    text NOT NULL DEFAULT '',
    address  text NOT NULL DEFAULT '',
    taken_at timestamptz
);

CREATE TABLE media_node (
    id      text PRIMARY KEY,
    cell_id text NOT NULL REFERENCES cell (id),
    state   text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'draining', 'removed')),
    boot    text -- start of the node that the switchboard saw last: another one means that its calls are gone
);

CREATE TABLE tenant (
    id         text PRIMARY KEY CHECK (id ~ '^[a-z][a-z0-9]{11}$'),
    slug       text NOT NULL UNIQUE CHECK (slug ~ '^[a-z][a-z0-9-]{1,30}$'
                                           AND slug NOT IN ('console', 'api', 'www', 'status')),
    name       text NOT NULL,
    state      text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended')),
    cell_id    text NOT NULL REFERENCES cell (id),
    blueprint  text NOT NULL,
    locale     text NOT NULL DEFAULT 'ru' CHECK (locale IN ('ru', 'tg', 'en')),
    time_zone  text NOT NULL DEFAULT 'Asia/Dushanbe',
    max_calls  integer NOT NULL DEFAULT 200 CHECK (max_calls > 0),
    demo       boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Keys that encrypt a tenant's recordings and secrets, each wrapped by the installation's key.
CREATE TABLE tenant_key (
    tenant_id  text NOT NULL REFERENCES tenant (id),
    version    integer NOT NULL CHECK (version > 0),
    wrapped    bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, version)
);

-- The number called finds the tenant for a carrier's call.
CREATE TABLE number (
    number    text PRIMARY KEY CHECK (number ~ '^\\+?[0-9]{2,15}$'),
    tenant_id text NOT NULL REFERENCES tenant (id)
);

-- What a switchboard must know to take a cell over: interactions (i:<uuid>) and agents (a:<uuid>).
CREATE TABLE live (
    key        text PRIMARY KEY,
    cell_id    text NOT NULL REFERENCES cell (id),
    tenant_id  text NOT NULL REFERENCES tenant (id),
    epoch      bigint NOT NULL,
    seq        bigint NOT NULL,
    state      jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX live_by_cell ON live (cell_id);

CREATE TABLE outbox (
    id          uuid PRIMARY KEY,
    position    bigint GENERATED ALWAYS AS IDENTITY,
    tenant_id   text NOT NULL,
    routing_key text NOT NULL,
    envelope    jsonb NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outbox_by_position ON outbox (position);
"""

FUNCTIONS = """
-- The tenant of the current role, inside a SECURITY DEFINER function (current_user is the definer there).
CREATE FUNCTION acting_tenant() RETURNS text LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
DECLARE acting text := current_setting('role');
BEGIN
    IF acting !~ '^t_[a-z][a-z0-9]{11}$' THEN
        RAISE EXCEPTION 'no tenant is fixed in this transaction' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN substr(acting, 3);
END $$;

-- Puts one CloudEvents 1.0 event (without source and tenant: they are ours to say) into the outbox.
CREATE FUNCTION emit(id uuid, type text, subject text, at timestamptz, data jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = ovoz, pg_catalog AS $$
DECLARE tenant text := ovoz.acting_tenant();
BEGIN
    INSERT INTO ovoz.outbox (id, tenant_id, routing_key, envelope)
    VALUES (emit.id, tenant, tenant || '.' || emit.type, jsonb_build_object(
        'specversion', '1.0',
        'id', emit.id,
        'source', '/tenants/' || tenant,
        'type', emit.type,
        'subject', emit.subject,
        'time', to_char(emit.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'datacontenttype', 'application/json',
        'tenant', tenant,
        'data', emit.data));
    PERFORM pg_notify('ovoz_outbox', '');
END $$;

-- Writes the live states of one batch; refuses an epoch that is not the cell's. A null state removes the row.
CREATE FUNCTION journal(cell text, epoch bigint, entries jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = ovoz, pg_catalog AS $$
DECLARE
    tenant text := ovoz.acting_tenant();
    current_epoch bigint;
BEGIN
    SELECT c.epoch INTO current_epoch FROM ovoz.cell c WHERE c.id = journal.cell FOR SHARE;
    IF current_epoch IS DISTINCT FROM journal.epoch THEN
        RAISE EXCEPTION 'stale epoch %: cell % is at %', journal.epoch, journal.cell, current_epoch
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    INSERT INTO ovoz.live AS l (key, cell_id, tenant_id, epoch, seq, state)
    SELECT e.key, journal.cell, tenant, journal.epoch, e.seq, e.state
    FROM jsonb_to_recordset(entries) AS e (key text, seq bigint, state jsonb)
    WHERE e.state IS NOT NULL AND e.state <> 'null'::jsonb
    ON CONFLICT (key) DO UPDATE
        SET cell_id = excluded.cell_id, epoch = excluded.epoch, seq = excluded.seq, state = excluded.state,
            updated_at = now()
        WHERE l.tenant_id = excluded.tenant_id AND l.seq < excluded.seq;
    DELETE FROM ovoz.live l
    USING jsonb_to_recordset(entries) AS e (key text, seq bigint, state jsonb)
    WHERE l.key = e.key AND l.tenant_id = tenant AND (e.state IS NULL OR e.state = 'null'::jsonb);
END $$;

REVOKE ALL ON FUNCTION emit(uuid, text, text, timestamptz, jsonb), journal(text, bigint, jsonb), acting_tenant()
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION acting_tenant() TO PUBLIC;
"""

GRANTS = """
GRANT USAGE ON SCHEMA ovoz TO ovoz_app;
GRANT SELECT ON cell, media_node, tenant, tenant_key, number, live, outbox TO ovoz_app;
GRANT UPDATE (epoch, owner, address, taken_at) ON cell TO ovoz_app;
GRANT UPDATE (boot) ON media_node TO ovoz_app;
GRANT DELETE ON outbox TO ovoz_app;
GRANT UPDATE (envelope) ON outbox TO ovoz_app; -- FOR UPDATE SKIP LOCKED needs a column's UPDATE
-- Otherwise one injected SELECT could change the role inside a transaction.
REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC;
"""


def upgrade() -> None:
    for script in (TABLES, FUNCTIONS, GRANTS):
        for statement in _statements(script):
            op.execute(statement)


def _statements(script: str) -> list[str]:
    """Splits a script at semicolons outside dollar quotes (asyncpg prepares one statement at a time)."""
    parts: list[str] = []
    current: list[str] = []
    quoted = False
    for line in script.splitlines():
        current.append(line)
        quoted ^= line.count("$$") % 2 == 1
        if not quoted and line.split("--")[0].rstrip().endswith(";"):
            parts.append("\n".join(current))
            current = []
    return [part for part in parts if part.strip()]
