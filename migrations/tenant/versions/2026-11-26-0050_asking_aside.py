"""How long a recording is silent at most while a card's number is said; calls that agents make."""

from alembic import op

revision = "20261126_0050"
down_revision = "20261126_0070"

PAUSE = """
ALTER TABLE calling_rules
    ADD COLUMN recording_pause_s integer NOT NULL DEFAULT 120 CHECK (recording_pause_s BETWEEN 10 AND 600)
"""


DIRECTIONS = """
ALTER TABLE interaction
    DROP CONSTRAINT interaction_direction_check,
    ADD CONSTRAINT interaction_direction_check CHECK (direction IN ('inbound', 'outbound', 'internal')),
    DROP CONSTRAINT interaction_state_check,
    ADD CONSTRAINT interaction_state_check CHECK (state IN ('greeting', 'queued', 'offered', 'ringing', 'calling',
                                                            'talking', 'held', 'dialling', 'outside', 'wrap_up',
                                                            'closed'))
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in (PAUSE, DIRECTIONS):
        op.execute(statement)
