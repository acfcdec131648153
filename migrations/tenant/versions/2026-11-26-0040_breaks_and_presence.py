"""Breaks that wait for a supervisor, that only some may be on at once, that are archived; work to return."""

from alembic import op

revision = "20261126_0040"
down_revision = "20261126_0020"

BREAKS = """
ALTER TABLE break_reason
    ADD COLUMN needs_approval boolean NOT NULL DEFAULT false,
    ADD COLUMN at_once        integer CHECK (at_once > 0), -- how many may be on it at the same time
    ADD COLUMN archived_at    timestamptz,
    ADD COLUMN version        bigint NOT NULL DEFAULT 1
"""

# An agent's day is read from both, many times a day.
DAYS = """
CREATE INDEX event_log_by_agent ON event_log (agent_id, at)
    WHERE type IN ('agents.state_changed.v1', 'agents.break_over_limit.v1');
CREATE INDEX segment_by_agent ON segment (agent_id, started_at) WHERE agent_id IS NOT NULL
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for script in (BREAKS, DAYS):
        for statement in script.split(";\n"):
            op.execute(statement)
