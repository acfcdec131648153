"""Skills and who has them; everything that can be set of a queue, and every version of it; holidays."""

from alembic import op

revision = "20261126_0020"
down_revision = "20261126_0010"

SKILLS = """
CREATE TABLE skill (
    id          uuid PRIMARY KEY,
    code        text NOT NULL UNIQUE,
    names       jsonb NOT NULL,
    position    integer NOT NULL,
    archived_at timestamptz,
    version     bigint NOT NULL DEFAULT 1
);

CREATE TABLE agent_skill (
    user_id  uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    skill_id uuid NOT NULL REFERENCES skill (id) ON DELETE CASCADE,
    level    integer NOT NULL CHECK (level BETWEEN 1 AND 5),
    PRIMARY KEY (user_id, skill_id)
);
CREATE INDEX agent_skill_by_skill ON agent_skill (skill_id);

-- Who changed a person's skills last: a level that was taken away leaves no row of its own.
CREATE TABLE agent_skill_change (
    user_id    uuid PRIMARY KEY REFERENCES user_account (id) ON DELETE CASCADE,
    changed_at timestamptz NOT NULL,
    changed_by uuid
);
"""

QUEUES = """
ALTER TABLE queue
    ADD COLUMN target_s        integer NOT NULL DEFAULT 20 CHECK (target_s > 0),
    ADD COLUMN short_abandon_s integer NOT NULL DEFAULT 5 CHECK (short_abandon_s >= 0),
    ADD COLUMN weight          double precision NOT NULL DEFAULT 1 CHECK (weight > 0),
    ADD COLUMN language        text CHECK (language IN ('ru', 'tg', 'en')),
    ADD COLUMN music           text NOT NULL DEFAULT 'default',
    ADD COLUMN rings           jsonb NOT NULL DEFAULT '[{"after_s": 0}]',
    ADD COLUMN announcements   jsonb NOT NULL DEFAULT '{}', -- `announce_every_s` repeats its `every_s`
    ADD COLUMN hours           jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN overflow        jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN dispositions    text[] NOT NULL DEFAULT '{}', -- none: all
    ADD COLUMN archived_at     timestamptz,
    ADD COLUMN version         bigint NOT NULL DEFAULT 1;

-- Whole settings, members too. `made_at` is null for what a queue had before it was first changed.
CREATE TABLE queue_version (
    queue_id      uuid NOT NULL REFERENCES queue (id) ON DELETE CASCADE,
    version       bigint NOT NULL,
    settings      jsonb NOT NULL,
    archived      boolean NOT NULL,
    made_at       timestamptz,
    made_by       uuid,
    restored_from bigint,
    PRIMARY KEY (queue_id, version)
);

CREATE TABLE holiday (
    id     uuid PRIMARY KEY,
    date   date NOT NULL,
    name   text NOT NULL,
    spans  jsonb NOT NULL,
    queues text[] NOT NULL -- codes; none: all
);
CREATE INDEX holiday_by_date ON holiday (date);
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for script in (SKILLS, QUEUES):
        for statement in script.split(";\n"):
            if statement.strip():
                op.execute(statement)
