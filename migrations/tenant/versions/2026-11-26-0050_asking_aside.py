"""How long a recording is silent at most while a card's number is said."""

from alembic import op

revision = "20261126_0050"
down_revision = "20261126_0040"

PAUSE = """
ALTER TABLE calling_rules
    ADD COLUMN recording_pause_s integer NOT NULL DEFAULT 120 CHECK (recording_pause_s BETWEEN 10 AND 600)
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(PAUSE)
