"""What names a subscriber is sealed at rest; CSRF tokens are kept nowhere.

Before this revision numbers, names and notes stood in the clear, and a migration has no key to seal them with: nothing
was released before it, so what there is (of demos) is emptied, and its interactions keep everything else.
"""

from alembic import op

revision = "20261125_0030"
down_revision = "20261125_0010"

STATEMENTS = """
DELETE FROM subscriber;
ALTER TABLE subscriber
    DROP COLUMN number,
    DROP COLUMN name,
    ADD COLUMN number_pseudonym text NOT NULL UNIQUE, -- to find a number by
    ADD COLUMN number           bytea NOT NULL,       -- sealed: `ovoz.lib.sealed_fields`
    ADD COLUMN name             bytea NOT NULL;

DROP INDEX interaction_by_caller;
ALTER TABLE interaction
    DROP COLUMN caller_number,
    DROP COLUMN caller_name,
    DROP COLUMN note,
    ADD COLUMN caller_pseudonym text NOT NULL DEFAULT '', -- empty where the number is hidden
    ADD COLUMN caller_number    bytea NOT NULL DEFAULT '',
    ADD COLUMN caller_name      bytea,
    ADD COLUMN note             bytea NOT NULL DEFAULT '';
CREATE INDEX interaction_by_caller ON interaction (caller_pseudonym, started_at DESC);

UPDATE event_log SET data = data - '{caller,agent_name}'::text[] WHERE data ?| '{caller,agent_name}'::text[];

ALTER TABLE session DROP COLUMN csrf_token;
DELETE FROM sign_in_failure
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
