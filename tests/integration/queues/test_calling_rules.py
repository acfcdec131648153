"""The rules for calls: what is shown, changed by version, refused at its field, and read by the switchboard."""

import asyncio
from typing import Any

from sqlalchemy import text
from tests.integration.queues.conftest import SignIn
from tests.support.operators import Operator, make_operator
from tests.support.stack import Stack
from tests.support.web import Someone

from ovoz.contact_center.switchboard.api import Directory
from ovoz.contact_center.switchboard.repositories.changes import TenantChanges
from ovoz.contact_center.switchboard.state.rules import Calling
from ovoz.entrypoints.provisioning import CELL
from ovoz.lib.db import schema_of

AT = "/api/calling-rules"


async def put(admin: Someone, version: int, number: str | None, pause_s: int = 120) -> dict[str, Any]:
    body = {"caller_number": number, "recording_pause_s": pause_s}
    kept: dict[str, Any] = await admin.must("PUT", AT, body, If_Match=f'"{version}"')
    return kept


async def test_what_the_blueprint_said_is_shown_with_what_can_be_chosen(engines: Stack, port: int) -> None:
    operator = await make_operator(engines, agents=1, queues=[{}, {}], others=("admin",))
    first, second = operator.numbers
    await engines.as_owner(
        f"UPDATE {schema_of(operator.tenant_id)}.queue SET caller_number = $1 WHERE code = 'q0'", second
    )
    agent = Someone(port, operator.slug)
    await agent.sign_in(operator.emails[0])
    shown = await agent.get(AT)
    assert shown == {
        "settings": {"caller_number": None, "recording_pause_s": 120},
        "version": 1,
        "presented": first,
        "numbers": [{"number": first, "name": "Линия 0"}, {"number": second, "name": "Линия 1"}],
        "queues": [{"name": "Очередь 0", "number": second}],
    }
    status, problem = await agent.refused("PUT", AT, shown["settings"], If_Match="*")
    assert (status, problem["right"]) == (403, "queues.manage")
    await agent.close()


async def test_a_queue_has_a_number_of_its_own_from_its_settings(
    engines: Stack, sign_in: SignIn, operator: Operator
) -> None:
    admin = await sign_in("admin")
    queue = (await admin.get("/api/queues"))[0]
    at = f"/api/queues/{queue['id']}"
    wish = queue["settings"] | {"caller_number": operator.number}
    await admin.must("PUT", at, wish, If_Match="*")
    assert (await admin.get(AT))["queues"] == [{"name": queue["settings"]["name"], "number": operator.number}]
    setup = await Directory(engines.database, CELL, engines.fields).setup(operator.tenant_id)
    assert [one.caller_number for one in setup.queues] == [operator.number]
    status, problem = await admin.refused("PUT", at, wish | {"caller_number": "+992446999999"}, If_Match="*")
    assert (status, [error["pointer"] for error in problem["errors"]]) == (422, ["/caller_number"])


async def test_a_change_names_its_version_and_is_on_record(sign_in: SignIn, operator: Operator) -> None:
    admin = await sign_in("admin")
    _, _, answer = await admin.ask("GET", AT)
    assert answer.headers["ETag"] == '"1"'
    changed = await put(admin, 1, operator.number, 45)
    assert (changed["version"], changed["presented"]) == (2, operator.number)
    assert await admin.get(AT) == changed
    assert (await put(admin, 2, operator.number, 45))["version"] == 2, "the same is no change"
    body = changed["settings"] | {"recording_pause_s": 90}
    assert (await admin.refused("PUT", AT, body, If_Match='"1"'))[0] == 412
    assert (await admin.refused("PUT", AT, body))[0] == 428
    assert (await admin.get(AT))["settings"] == {"caller_number": operator.number, "recording_pause_s": 45}

    # Two at the same moment, who read the same: one of them is told.
    answers = await asyncio.gather(
        *(
            admin.ask("PUT", AT, changed["settings"] | {"recording_pause_s": pause}, If_Match='"2"')
            for pause in (60, 61)
        )
    )
    assert sorted(status for status, _, _ in answers) == [200, 412]

    second, first = (await admin.get("/api/audit?act=calling."))["items"]
    assert (first["before"], first["after"]) == (
        {"caller_number": None, "recording_pause_s": 120},
        {"caller_number": operator.number, "recording_pause_s": 45},
    )
    assert second["before"] == {"recording_pause_s": 45}


async def test_what_cannot_be_is_refused_at_its_field(
    sign_in: SignIn, operator: Operator, engines: Stack
) -> None:
    admin = await sign_in("admin")
    other = await make_operator(engines, agents=1)
    good = {"caller_number": None, "recording_pause_s": 120}
    for wrong, pointer in (
        ({"caller_number": other.number}, "/caller_number"),
        ({"caller_number": "+992900000101"}, "/caller_number"),
        ({"caller_number": ""}, "/caller_number"),
        ({"recording_pause_s": 9}, "/recording_pause_s"),
        ({"recording_pause_s": 601}, "/recording_pause_s"),
        ({"recording_pause_s": None}, "/recording_pause_s"),
        ({"recorded": False}, ""),
    ):
        status, problem = await admin.refused("PUT", AT, good | wrong, If_Match="*")
        assert (status, problem["errors"][0]["pointer"]) == (422, pointer), wrong
    status, _ = await admin.refused("PUT", AT, {"recording_pause_s": 60}, If_Match="*")
    assert status == 422, "what does not stand there would be lost"
    assert (await admin.get(AT))["settings"] == good


async def test_a_number_that_is_the_operators_no_more_is_not_presented(
    sign_in: SignIn, operator: Operator, engines: Stack
) -> None:
    """An entry point alone (restored elsewhere, where somebody else has the number) makes no number one's own."""
    admin = await sign_in("admin")
    foreign = "+992440000001"
    async with engines.database.tenant(operator.tenant_id) as session:
        await session.execute(
            text(
                "INSERT INTO entry_point (id, number, name, queue_id)"
                f" SELECT gen_random_uuid(), '{foreign}', 'Чужая', id FROM queue"
            )
        )
        await session.execute(text("UPDATE calling_rules SET caller_number = :n"), {"n": foreign})
    shown = await admin.get(AT)
    assert (shown["settings"]["caller_number"], shown["presented"]) == (foreign, operator.number)
    assert [one["number"] for one in shown["numbers"]] == [operator.number]
    assert (await admin.refused("PUT", AT, shown["settings"], If_Match="*"))[0] == 422


async def test_the_switchboard_hears_of_it_and_reads_it(
    sign_in: SignIn, operator: Operator, engines: Stack
) -> None:
    admin = await sign_in("admin")
    heard = TenantChanges(engines.endpoints.database_switchboard_url).heard()
    try:
        assert await asyncio.wait_for(anext(heard), 10) is None
        await put(admin, 1, operator.number, 30)
        assert await asyncio.wait_for(anext(heard), 5) == operator.tenant_id
    finally:
        await heard.aclose()
    setup = await Directory(engines.database, CELL, engines.fields).setup(operator.tenant_id)
    assert setup.calling == Calling(operator.number, 30)
