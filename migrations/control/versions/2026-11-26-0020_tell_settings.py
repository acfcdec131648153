"""A tenant's settings changed: the switchboard hears of it at once."""

from alembic import op

revision = "20261126_0020"
down_revision = "20261125_0050"

# As tell_access_changed(): a tenant says it of itself only. The channel is that of the trigger on `tenant`.
TELLING = """
CREATE FUNCTION tell_settings_changed() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$ BEGIN
    PERFORM pg_notify('ovoz_tenant', ovoz.acting_tenant());
END $$;
REVOKE ALL ON FUNCTION tell_settings_changed() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tell_settings_changed() TO ovoz_tenant
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(TELLING)
