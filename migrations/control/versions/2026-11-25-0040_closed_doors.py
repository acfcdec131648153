"""Logins for the relay and the switchboard; what no statement of the application needs is taken from PUBLIC.

docs/decisions/0022-what-an-injected-statement-can-do.md says what this closes, and what stays open.
"""

from alembic import op

revision = "20261125_0040"
down_revision = "20261125_0020"

# Where the engines are ours they have made both logins already, with passwords.
LOGINS = """
DO $$
DECLARE
    login text;
BEGIN
    FOREACH login IN ARRAY ARRAY['ovoz_relay', 'ovoz_switchboard'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT', login);
        END IF;
    END LOOP;
END $$;

-- The outbox is the relay's.
REVOKE ALL ON outbox FROM ovoz_app;
GRANT USAGE ON SCHEMA ovoz TO ovoz_relay;
GRANT SELECT, DELETE ON outbox TO ovoz_relay;
GRANT UPDATE (envelope) ON outbox TO ovoz_relay; -- FOR UPDATE SKIP LOCKED needs a column's UPDATE

-- What is live, and whose the cells are, is the switchboard's: beside what the application may do.
REVOKE ALL ON live FROM ovoz_app;
REVOKE UPDATE ON cell, media_node FROM ovoz_app;
GRANT ovoz_app TO ovoz_switchboard WITH INHERIT TRUE, SET TRUE;
GRANT SELECT ON live TO ovoz_switchboard;
GRANT UPDATE (epoch, owner, address, taken_at) ON cell TO ovoz_switchboard;
GRANT UPDATE (boot) ON media_node TO ovoz_switchboard;
"""

# A state that cannot be read would stop the take-over of the whole cell, so that only the switchboard may write one.
JOURNAL = """
CREATE OR REPLACE FUNCTION journal(cell text, epoch bigint, entries jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = ovoz, pg_catalog AS $$
DECLARE
    tenant text := ovoz.acting_tenant();
    current_epoch bigint;
BEGIN
    IF session_user <> 'ovoz_switchboard' THEN
        RAISE EXCEPTION 'only the switchboard writes what is live' USING ERRCODE = 'insufficient_privilege';
    END IF;
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
"""

# Instead of pg_notify, with which one tenant could speak for another.
TELLING = """
CREATE FUNCTION tell_access_changed() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM pg_notify('ovoz_access', ovoz.acting_tenant());
END $$;
REVOKE ALL ON FUNCTION tell_access_changed() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tell_access_changed() TO ovoz_tenant;
"""

# DO runs any number of statements as one; so does a function of one's own in pg_temp.
LANGUAGES = """
REVOKE USAGE ON LANGUAGE plpgsql, sql FROM PUBLIC;
DO $$
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$;
"""

# Functions that an injected SELECT could call: locks and signals that hold others up, notifications that others
# believe, large objects and log records that fill the disk, SQL given as text, what other tenants' backends do and
# how much they write. Whoever watches the database is a member of pg_monitor.
FUNCTIONS = r"""
DO $$
DECLARE
    called regprocedure;
BEGIN
    FOR called IN
        SELECT oid::regprocedure FROM pg_proc
        WHERE pronamespace = 'pg_catalog'::regnamespace
          AND proname ~ ('^(pg_(try_)?advisory_|pg_sleep|pg_notify$|pg_(terminate|cancel)_backend$'
                         '|lo_|loread$|lowrite$|pg_logical_emit_message$|pg_export_snapshot$'
                         '|(query|cursor|table|schema|database)_to_xml|ts_stat$|ts_rewrite$'
                         '|pg_stat_get_|pg_lock_status$|pg_blocking_pids$|pg_safe_snapshot_blocking_pids$'
                         '|pg_database_size$|pg_tablespace_size$)')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', called);
        IF called::text ~ '^pg_(stat_get_|lock_status|blocking_pids|safe_snapshot|database_size|tablespace_size)' THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO pg_monitor', called);
        END IF;
    END LOOP;
END $$;
-- One leads, others wait.
GRANT EXECUTE ON FUNCTION pg_catalog.pg_advisory_lock(bigint) TO ovoz_relay, ovoz_switchboard;
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for script in (LOGINS, JOURNAL, TELLING, LANGUAGES, FUNCTIONS):
        op.execute(script)
