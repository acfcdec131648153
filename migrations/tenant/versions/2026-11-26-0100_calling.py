"""The rules for calls are changed on a screen: they get a version. A queue's priority is never below nothing.

A priority is waiting time that callers are given, and nobody has waited less than nothing: what stood below 0 counted
as 0, and becomes it. (Who is to come later than others has a weight below 1.) Above an hour no screen could read it.
"""

from alembic import op

revision = "20261126_0100"
down_revision = "20261126_0050"

STATEMENTS = """
ALTER TABLE calling_rules ADD COLUMN version bigint NOT NULL DEFAULT 1;
UPDATE queue SET priority = least(greatest(priority, 0), 3600) WHERE priority NOT BETWEEN 0 AND 3600;
-- Versions are whole documents: one that nobody could read could not come back either.
UPDATE queue_version
    SET settings = jsonb_set(settings, '{priority}', to_jsonb(least(greatest((settings ->> 'priority')::int, 0), 3600)))
    WHERE (settings ->> 'priority')::int NOT BETWEEN 0 AND 3600;
ALTER TABLE queue ADD CONSTRAINT queue_priority_check CHECK (priority BETWEEN 0 AND 3600)
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
