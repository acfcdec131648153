"""Calls to return: worked out from interactions; kept is who takes care of whom."""

from alembic import op

revision = "20261126_0090"
down_revision = "20261126_0040"

STATEMENTS = """
CREATE TABLE call_return (
    caller_pseudonym text PRIMARY KEY,
    taken_by         uuid,
    taken_until      timestamptz,
    settled_at       timestamptz,
    settled_by       uuid,
    outcome          text CHECK (outcome IN ('reached', 'unreachable', 'not_needed'))
);
-- A few in a hundred: the list is read many times a day.
CREATE INDEX interaction_unserved ON interaction (started_at)
    WHERE direction = 'inbound' AND ended_at IS NOT NULL
      AND (answered_at IS NULL OR end_reason = 'left_after_transfer')
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
