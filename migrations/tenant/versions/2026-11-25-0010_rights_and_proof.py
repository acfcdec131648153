"""Teams, custom roles, invitations; audit and its seals; reveals; answers kept for repeated requests."""

from alembic import op

revision = "20261125_0010"
down_revision = "20261124_0045"

PEOPLE = """
CREATE TABLE team (
    id   uuid PRIMARY KEY,
    name text NOT NULL UNIQUE
);

ALTER TABLE user_account
    ADD COLUMN team_id    uuid REFERENCES team (id) ON DELETE SET NULL,
    ADD COLUMN region     text,
    ADD COLUMN outsourced boolean NOT NULL DEFAULT false,
    ADD COLUMN invited_at timestamptz, -- until the person has chosen a password
    ADD COLUMN version    bigint NOT NULL DEFAULT 1;
CREATE INDEX user_account_by_team ON user_account (team_id);

CREATE TABLE invitation (
    token_hash bytea PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX invitation_by_user ON invitation (user_id);
CREATE INDEX user_account_by_name ON user_account (name, id);

-- Accounts of companies: a corporate manager sees the contacts of those only.
ALTER TABLE subscriber ADD COLUMN corporate boolean NOT NULL DEFAULT false;
"""

# Roles that the tenant made; those that are shipped are data of the release and stand in no table.
ROLES = """
CREATE TABLE role (
    code     text PRIMARY KEY,
    name     text NOT NULL,
    grants   jsonb NOT NULL,
    version  bigint NOT NULL DEFAULT 1
);

-- Rises with every change of roles and of what people have: processes compile anew when it does.
CREATE TABLE access_state (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    revision bigint NOT NULL
);
INSERT INTO access_state (revision) VALUES (1);
"""

PROOF = """
CREATE TABLE audit_entry (
    id           uuid PRIMARY KEY,
    position     bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    at           timestamptz NOT NULL,
    act          text NOT NULL,
    actor_kind   text NOT NULL CHECK (actor_kind IN ('person', 'provider', 'service', 'system')),
    actor_id     uuid,
    actor_name   text NOT NULL,
    session_id   uuid,
    address      text NOT NULL DEFAULT '',
    subject_kind text NOT NULL,
    subject_id   text NOT NULL,
    reason       text,
    before       jsonb,
    after        jsonb
);
CREATE INDEX audit_entry_by_time ON audit_entry (at DESC, id DESC);
CREATE INDEX audit_entry_by_actor ON audit_entry (actor_id, at DESC);
CREATE INDEX audit_entry_by_subject ON audit_entry (subject_kind, subject_id, at DESC);

-- A seal proves the entries behind the seal before it, up to `last_position`: what stands at each position (56 bytes:
-- position, id, leaf hash), the root of their Merkle tree, the root before it, and a signature over all of it.
CREATE TABLE audit_seal (
    number         bigint PRIMARY KEY CHECK (number > 0),
    first_position bigint NOT NULL,
    last_position  bigint NOT NULL UNIQUE,
    entries        integer NOT NULL CHECK (entries > 0),
    leaves         bytea NOT NULL,
    root           bytea NOT NULL,
    previous_root  bytea NOT NULL,
    sealed_at      timestamptz NOT NULL,
    key_id         text NOT NULL,
    signature      bytea NOT NULL
);

CREATE TABLE reveal (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL,
    subject_kind text NOT NULL,
    subject_id   text NOT NULL,
    kinds        text[] NOT NULL,
    reason       text NOT NULL,
    at           timestamptz NOT NULL,
    until        timestamptz NOT NULL
);
CREATE INDEX reveal_by_user ON reveal (user_id, until);
"""

REQUESTS = """
-- Answers of requests that create something, by the key that their sender chose. `status` 0: under way, nothing is
-- committed; 1: committed, the answer is not known; else the HTTP status of the answer. `claim` is the request that
-- does the work: who lost it may not commit.
CREATE TABLE kept_answer (
    user_id      uuid NOT NULL,
    key          uuid NOT NULL,
    operation    text NOT NULL,
    request_hash bytea NOT NULL,
    claim        uuid NOT NULL,
    status       integer NOT NULL,
    headers      jsonb NOT NULL,
    body         bytea NOT NULL,
    at           timestamptz NOT NULL,
    PRIMARY KEY (user_id, key, operation)
);
CREATE INDEX kept_answer_by_age ON kept_answer (at);

-- For lists of interactions that are narrowed to a queue, and for those by length.
CREATE INDEX interaction_by_queue ON interaction (queue_id, started_at DESC, id DESC);
CREATE INDEX interaction_by_talk ON interaction (talk_ms, id);
"""

APPEND_ONLY = """
DO $$
BEGIN
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry, audit_seal, reveal FROM %I', current_schema());
    -- Nobody chooses an entry's position.
    EXECUTE format('REVOKE INSERT ON audit_entry FROM %I', current_schema());
    EXECUTE format('GRANT INSERT (id, at, act, actor_kind, actor_id, actor_name, session_id, address, subject_kind,'
                   ' subject_id, reason, before, after) ON audit_entry TO %I', current_schema());
END $$
"""

# Default privileges gave the tenant's role this table too: where its schema stands is not the tenant's to say.
REVISION = """
DO $$
BEGIN
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM %I', current_schema());
END $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for script in (PEOPLE, ROLES, PROOF, REQUESTS):
        for statement in script.split(";\n"):
            if statement.strip():
                op.execute(statement)
    op.execute(APPEND_ONLY)
    op.execute(REVISION)
