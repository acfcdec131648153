"""What is published: the event log keeps the fact, the outbox a mask and a pseudonym."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from tests.integration.privacy.marked import Marked
from tests.support.journal import journal_store
from tests.support.stack import Stack

from ovoz.contact_center.switchboard.contracts import JournalEntry, fact_place
from ovoz.lib.db.migrations import run_as_owner
from ovoz.lib.ids import new_id

CELL = "cell-of-events"


async def test_a_fact_is_kept_and_its_mask_is_published(engines: Stack, marked: Marked) -> None:
    admin = engines.endpoints.database_admin_url
    await run_as_owner(
        admin,
        lambda c: c.execute(
            text("INSERT INTO ovoz.cell (id, epoch) VALUES (:id, 1) ON CONFLICT DO NOTHING"), {"id": CELL}
        ),
    )
    store = journal_store(engines, CELL)
    contact, person = marked.contacts["agent"], marked.people["agent"]
    data = {
        "caller": contact.number,
        "agent_name": f"{person.first_name} {person.secret_name}",
        "queue": "Общая",
        "unheard_of": marked.unheard_of,
        "known": {"profile": {"region": marked.unheard_of}},
    }
    facts = [_fact(seq, data) for seq in (1, 2)] + [_fact(3, data | {"caller": ""})]
    entry = JournalEntry(
        tenant_id=marked.tenant_id,
        facts=facts,
        **{key: [] for key in ("interactions", "segments", "legs", "agents", "recordings", "live")},
        at=datetime.now(UTC),
    )
    await store.write(marked.tenant_id, 1, [entry])
    await store.write(marked.tenant_id, 1, [entry])

    logged = await engines.rows(
        marked.slug,
        "SELECT id, data FROM event_log WHERE id = ANY(:ids) ORDER BY seq",
        ids=[f["id"] for f in facts],
    )
    keys = await engines.field_keys(marked.tenant_id)
    opened = [
        {key: keys.open_json(value, fact_place(key), row["id"]) for key, value in row["data"].items()}
        for row in logged
    ]
    assert opened == [fact["data"] for fact in facts]
    assert all(
        marker not in str(logged) for marker in (contact.number, person.secret_name, marked.unheard_of)
    )
    found = await engines.as_owner(
        "SELECT envelope FROM ovoz.outbox WHERE tenant_id = $1 ORDER BY position", marked.tenant_id
    )
    envelopes: list[dict[str, Any]] = [json.loads(envelope) for (envelope,) in found]
    published = [envelope["data"] for envelope in envelopes if envelope["id"] in {f["id"] for f in facts}]
    assert [said["seq"] for said in published] == [1, 2, 3]
    assert published[0]["caller"] == f"+992 •• ••• {contact.number[-4:-2]} {contact.number[-2:]}"
    assert published[0]["caller_pseudonym"] == published[1]["caller_pseudonym"]
    assert published[0]["agent_name"] == f"{person.first_name} С•••••"
    assert (published[2]["caller"], published[0]["queue"]) == ("", "Общая")
    assert "caller_pseudonym" not in published[2]
    everything = str(envelopes)
    assert not [
        marker
        for marker in (contact.number[4:], person.secret_name, marked.unheard_of, "unheard_of", "known")
        if marker in everything
    ]


def _fact(seq: int, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "at": datetime.now(UTC).isoformat(),
        "type": "calls.call_started.v1",
        "interaction_id": str(new_id()),
        "agent_id": None,
        "seq": seq,
        "observed_late": False,
        "data": data,
    }
