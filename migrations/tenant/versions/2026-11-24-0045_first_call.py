"""People, queues, interactions, recordings, the event log: what the first call needs."""

from alembic import op

revision = "20261124_0045"
down_revision = None

PEOPLE = """
CREATE TABLE user_account (
    id            uuid PRIMARY KEY,
    email         text NOT NULL UNIQUE CHECK (email = lower(email)),
    name          text NOT NULL,
    password_hash text NOT NULL,
    is_agent      boolean NOT NULL DEFAULT false,
    locale        text CHECK (locale IN ('ru', 'tg', 'en')),
    theme         text NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark')),
    auto_answer   boolean NOT NULL DEFAULT false,
    disabled_at   timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE role_assignment (
    user_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    role    text NOT NULL,
    PRIMARY KEY (user_id, role)
);

CREATE TABLE session (
    id           uuid PRIMARY KEY,
    token_hash   bytea NOT NULL UNIQUE,
    csrf_token   text NOT NULL,
    user_id      uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    created_at   timestamptz NOT NULL,
    rotated_at   timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    previous_token_hash bytea,
    address      text NOT NULL DEFAULT '',
    user_agent   text NOT NULL DEFAULT ''
);
CREATE INDEX session_by_user ON session (user_id);

CREATE TABLE sign_in_failure (
    key          text PRIMARY KEY,
    failures     integer NOT NULL,
    last_at      timestamptz NOT NULL,
    locked_until timestamptz
);
"""

QUEUES = """
CREATE TABLE queue (
    id                uuid PRIMARY KEY,
    code              text NOT NULL UNIQUE,
    name              text NOT NULL,
    priority          integer NOT NULL DEFAULT 0,
    max_length        integer NOT NULL DEFAULT 100 CHECK (max_length > 0),
    max_wait_s        integer NOT NULL DEFAULT 1800 CHECK (max_wait_s > 0),
    ring_timeout_s    integer NOT NULL DEFAULT 20 CHECK (ring_timeout_s BETWEEN 5 AND 120),
    wrap_up_s         integer NOT NULL DEFAULT 60 CHECK (wrap_up_s BETWEEN 0 AND 3600),
    announce_every_s  integer NOT NULL DEFAULT 30 CHECK (announce_every_s BETWEEN 10 AND 600),
    recorded          boolean NOT NULL DEFAULT true
);

CREATE TABLE queue_member (
    queue_id uuid NOT NULL REFERENCES queue (id) ON DELETE CASCADE,
    user_id  uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    PRIMARY KEY (queue_id, user_id)
);

CREATE TABLE entry_point (
    id       uuid PRIMARY KEY,
    number   text NOT NULL UNIQUE,
    name     text NOT NULL,
    queue_id uuid NOT NULL REFERENCES queue (id),
    greeting text[] NOT NULL DEFAULT '{}'
);

CREATE TABLE break_reason (
    code     text PRIMARY KEY,
    names    jsonb NOT NULL,
    limit_s  integer,
    position integer NOT NULL
);

CREATE TABLE disposition (
    code     text PRIMARY KEY,
    names    jsonb NOT NULL,
    position integer NOT NULL
);

CREATE TABLE subscriber (
    id     uuid PRIMARY KEY,
    number text NOT NULL UNIQUE,
    name   text NOT NULL
);
"""

# Written by the switchboard only.
LIVE = """
CREATE TABLE interaction (
    id             uuid PRIMARY KEY,
    channel        text NOT NULL CHECK (channel IN ('voice')),
    direction      text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    state          text NOT NULL CHECK (state IN ('greeting', 'queued', 'offered', 'ringing', 'talking', 'held',
                                                  'wrap_up', 'closed')),
    caller_number  text NOT NULL,
    caller_hidden  boolean NOT NULL,
    caller_name    text,
    entry_point_id uuid,
    entry_number   text NOT NULL,
    queue_id       uuid,
    agent_id       uuid,
    node           text NOT NULL,
    sip_call_id    text NOT NULL DEFAULT '',
    started_at     timestamptz NOT NULL,
    queued_at      timestamptz,
    answered_at    timestamptz,
    ended_at       timestamptz,
    closed_at      timestamptz,
    end_reason     text,
    disposition    text,
    note           text NOT NULL DEFAULT '',
    wait_ms        bigint NOT NULL DEFAULT 0,
    talk_ms        bigint NOT NULL DEFAULT 0,
    hold_ms        bigint NOT NULL DEFAULT 0,
    wrap_up_ms     bigint NOT NULL DEFAULT 0,
    epoch          bigint NOT NULL,
    seq            bigint NOT NULL
);
CREATE INDEX interaction_by_start ON interaction (started_at DESC, id DESC);
CREATE INDEX interaction_by_caller ON interaction (caller_number, started_at DESC);
CREATE INDEX interaction_by_agent ON interaction (agent_id, started_at DESC);
-- No agent has two conversations.
CREATE UNIQUE INDEX interaction_one_for_agent ON interaction (agent_id)
    WHERE state IN ('offered', 'ringing', 'talking', 'held', 'wrap_up');

CREATE TABLE segment (
    interaction_id uuid NOT NULL,
    ordinal        integer NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('flow', 'queue', 'ring', 'talk', 'hold', 'wrap_up')),
    agent_id       uuid,
    started_at     timestamptz NOT NULL,
    ended_at       timestamptz,
    outcome        text,
    observed_late  boolean NOT NULL DEFAULT false,
    PRIMARY KEY (interaction_id, ordinal)
);

CREATE TABLE leg (
    id             text PRIMARY KEY,
    interaction_id uuid NOT NULL,
    party          text NOT NULL CHECK (party IN ('caller', 'agent')),
    agent_id       uuid,
    started_at     timestamptz NOT NULL,
    answered_at    timestamptz,
    ended_at       timestamptz,
    cause          integer,
    observed_late  boolean NOT NULL DEFAULT false
);
CREATE INDEX leg_by_interaction ON leg (interaction_id);

CREATE TABLE agent_state (
    agent_id       uuid PRIMARY KEY,
    state          text NOT NULL CHECK (state IN ('offline', 'ready', 'break', 'ringing', 'talking', 'wrap_up',
                                                  'not_answering')),
    reason         text,
    since          timestamptz NOT NULL,
    interaction_id uuid,
    epoch          bigint NOT NULL,
    seq            bigint NOT NULL
);
-- No interaction rings two agents.
CREATE UNIQUE INDEX agent_state_one_for_interaction ON agent_state (interaction_id)
    WHERE interaction_id IS NOT NULL;

CREATE TABLE recording (
    id             uuid PRIMARY KEY,
    interaction_id uuid NOT NULL,
    state          text NOT NULL CHECK (state IN ('capturing', 'captured', 'stored', 'failed')),
    raw_name       text NOT NULL,
    started_at     timestamptz NOT NULL,
    ended_at       timestamptz,
    object         text,
    key_version    integer,
    duration_ms    bigint,
    size_bytes     bigint,
    sha256         bytea,
    attempts       integer NOT NULL DEFAULT 0,
    error          text,
    updated_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX recording_by_interaction ON recording (interaction_id);
CREATE INDEX recording_owed ON recording (updated_at) WHERE state IN ('capturing', 'captured');

-- Append-only: every figure is computed from it and can be computed again.
CREATE TABLE event_log (
    id             uuid PRIMARY KEY,
    at             timestamptz NOT NULL,
    type           text NOT NULL,
    interaction_id uuid,
    agent_id       uuid,
    seq            bigint NOT NULL,
    epoch          bigint NOT NULL,
    observed_late  boolean NOT NULL DEFAULT false,
    data           jsonb NOT NULL,
    written_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX event_log_by_interaction ON event_log (interaction_id, seq);
CREATE INDEX event_log_by_time ON event_log USING brin (at);
"""

APPEND_ONLY = """
DO $$
BEGIN
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON event_log FROM %I', current_schema());
END $$
"""


def upgrade() -> None:
    for script in (PEOPLE, QUEUES, LIVE):
        for statement in script.split(";\n"):
            if statement.strip():
                op.execute(statement)
    op.execute(APPEND_ONLY)
