"""What routing knows of a subscriber, and the rules by which callers are treated, with every version of them."""

from alembic import op

revision = "20261126_0070"
down_revision = "20261126_0090"

STATEMENTS = """
ALTER TABLE subscriber
    ADD COLUMN vip             boolean NOT NULL DEFAULT false,
    ADD COLUMN answer_target_s integer CHECK (answer_target_s > 0), -- what the corporate account was promised
    ADD COLUMN region          text,
    ADD COLUMN language        text CHECK (language IN ('ru', 'tg', 'en')),
    ADD COLUMN product         text,
    ADD COLUMN network         text CHECK (network IN ('good', 'fair', 'poor')),
    ADD COLUMN outage          boolean NOT NULL DEFAULT false, -- the network is down where they are
    ADD COLUMN manager_id      uuid REFERENCES user_account (id) ON DELETE SET NULL;
CREATE INDEX subscriber_by_region ON subscriber (region) WHERE region IS NOT NULL;
CREATE INDEX subscriber_by_product ON subscriber (product) WHERE product IS NOT NULL;

CREATE TABLE routing_rules (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    settings jsonb NOT NULL DEFAULT '{}',
    version  bigint NOT NULL DEFAULT 1
);
INSERT INTO routing_rules DEFAULT VALUES;

-- Whole documents. `made_at` is null for what there was before the first change.
CREATE TABLE routing_rules_version (
    version       bigint PRIMARY KEY,
    settings      jsonb NOT NULL,
    made_at       timestamptz,
    made_by       uuid,
    restored_from bigint
)
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
