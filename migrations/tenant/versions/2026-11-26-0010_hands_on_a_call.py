"""Work after a call belongs to each agent's share of it; calls go on to others, also outside."""

from alembic import op

revision = "20261126_0010"
down_revision = "20261125_0030"

STATEMENTS = """
CREATE TABLE handling (
    id             uuid PRIMARY KEY,
    interaction_id uuid NOT NULL,
    agent_id       uuid NOT NULL,
    offered_at     timestamptz NOT NULL,
    answered_at    timestamptz,
    ended_at       timestamptz,
    closed_at      timestamptz,
    outcome        text,
    talk_ms        bigint NOT NULL DEFAULT 0,
    hold_ms        bigint NOT NULL DEFAULT 0,
    wrap_up_ms     bigint NOT NULL DEFAULT 0,
    disposition    text,
    note           bytea NOT NULL DEFAULT '', -- sealed
    seq            bigint NOT NULL
);
CREATE INDEX handling_by_interaction ON handling (interaction_id, offered_at);
CREATE INDEX handling_by_agent ON handling (agent_id, offered_at DESC);
-- What happened before: the one agent of each interaction had the one share, with the interaction's id for its own.
INSERT INTO handling (id, interaction_id, agent_id, offered_at, answered_at, ended_at, closed_at, outcome, talk_ms,
                      hold_ms, wrap_up_ms, disposition, seq)
SELECT id, id, agent_id, coalesce(answered_at, queued_at, started_at), answered_at, ended_at, closed_at, end_reason,
       talk_ms, hold_ms, wrap_up_ms, disposition, seq
FROM interaction WHERE agent_id IS NOT NULL;
-- An agent has at most one open share; an interaction rings at most one agent at a time.
CREATE UNIQUE INDEX handling_one_for_agent ON handling (agent_id) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX handling_one_ring ON handling (interaction_id) WHERE answered_at IS NULL AND closed_at IS NULL;
-- The agent who passed a call on may still be at the work after it while another one has the call.
DROP INDEX interaction_one_for_agent;
DROP INDEX agent_state_one_for_interaction;

-- A caller may be passed on to a number outside.
ALTER TABLE interaction
    DROP CONSTRAINT interaction_state_check,
    ADD CONSTRAINT interaction_state_check CHECK (state IN ('greeting', 'queued', 'offered', 'ringing', 'talking',
                                                            'held', 'dialling', 'outside', 'wrap_up', 'closed'));
ALTER TABLE segment
    DROP CONSTRAINT segment_kind_check,
    ADD CONSTRAINT segment_kind_check CHECK (kind IN ('flow', 'queue', 'ring', 'talk', 'hold', 'dial', 'outside',
                                                      'wrap_up'));
ALTER TABLE leg
    DROP CONSTRAINT leg_party_check,
    ADD CONSTRAINT leg_party_check CHECK (party IN ('caller', 'agent', 'outside'));

-- What is presented to whom is called; both must be numbers of the tenant's, or the first of them is taken.
ALTER TABLE queue ADD COLUMN caller_number text;
CREATE TABLE calling_rules (
    only_row      boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    caller_number text
);
INSERT INTO calling_rules DEFAULT VALUES
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
