"""Reveals: a reason, a quarter of an hour, one subject, on record; and numbers that are used without being seen."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from tests.integration.privacy.conftest import CUSTOM_ROLE, ROLES
from tests.integration.privacy.marked import Marked, browser, make_marked
from tests.support.stack import Stack

from ovoz.contact_center.agents.contracts import Caller, Colleague
from ovoz.contact_center.calls.schemas import InteractionSummary
from ovoz.lib.clock import utc_now
from ovoz.lib.sealing import installation_key
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.privacy.api import Numbers, Privacy, Reveal, RevealCreate, Reveals, read_policy
from ovoz.platform.privacy.errors import NumberTokenInvalid, RevealReasonPoor, SubjectNotFound
from ovoz.platform.tenancy.api import TenantKeys, TenantRepository


class Everything:
    """Subjects of which this person may see one."""

    def __init__(self, known: UUID) -> None:
        self.known = known

    async def may_see(self, actor: Actor, subject_id: UUID) -> bool:
        return subject_id == self.known


class Office:
    """Privacy and reveals over the engines, with a clock that the test moves."""

    def __init__(self, stack: Stack, marked: Marked) -> None:
        self.now = utc_now()
        self.stack = stack
        self.marked = marked
        self.contact = marked.contacts["supervisor"]
        keys = TenantKeys(TenantRepository(stack.database), installation_key(stack.settings.home))
        self.privacy = Privacy(
            read_policy(stack.settings.data_dir), stack.database, Numbers(keys, self.clock), self.clock
        )
        self.reveals = Reveals(stack.database, self.clock, {"interaction": Everything(self.contact.id)})

    def clock(self) -> object:
        return self.now

    def actor(self, role: str, *, tenant_id: str = "") -> Actor:
        person = self.marked.people[role]
        return Actor(
            *(
                tenant_id or self.marked.tenant_id,
                "slug",
                "name",
                person.id,
                "n",
                "e@x",
                True,
                frozenset({role}),
            ),
            *(uuid4(), "csrf", "ru", "system", False),
        )

    async def summary(self, actor: Actor) -> Caller:
        """The caller of the supervisor's interaction as the actor sees it."""
        contact = self.contact
        whole = InteractionSummary(
            id=contact.id,
            channel="voice",
            direction="inbound",
            state="closed",
            caller=Caller(contact.number, False, f"{contact.first_name} {contact.secret_name}"),
            entry_number="0611",
            queue=None,
            agent=Colleague(self.marked.people["supervisor"].id, "Ситора"),
            started_at=self.now,
            answered_at=None,
            ended_at=None,
            end_reason=None,
            **dict.fromkeys(("wait_s", "talk_s", "hold_s", "wrap_up_s"), 0.0),
            disposition=None,
            agents=[],
            recording="none",
        )
        return (await self.privacy.show(actor, whole)).caller

    async def reveal(self, actor: Actor, **changes: object) -> Reveal:
        wish = {
            "subject_kind": "interaction",
            "subject_id": self.contact.id,
            "kinds": ["phone"],
            "reason": "жалоба 48112",
        } | changes
        return await self.reveals.reveal(actor, RevealCreate(**wish), address="10.0.0.7")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
async def apart(engines: Stack) -> Marked:
    """An operator apart: what is revealed here must not show in the walk for leaks."""
    return await make_marked(engines, ROLES)


@pytest.fixture
def office(engines: Stack, apart: Marked) -> Office:
    return Office(engines, apart)


async def test_a_reveal_lasts_a_quarter_of_an_hour(office: Office) -> None:
    actor, colleague = office.actor("outsourced_agent"), office.actor(CUSTOM_ROLE)
    assert (
        await office.summary(actor)
    ).number == f"+992 •• ••• {office.contact.number[-4:-2]} {office.contact.number[-2:]}"
    granted = await office.reveal(actor)
    assert granted.until - granted.at == timedelta(minutes=15)
    seen = await office.summary(actor)
    assert seen.number == office.contact.number
    assert office.contact.secret_name not in str(seen.name), "another kind than was revealed"
    assert (await office.summary(colleague)).number != office.contact.number
    office.now += timedelta(minutes=14, seconds=59)
    assert (await office.summary(actor)).number == office.contact.number
    assert [reveal.id for reveal in await office.reveals.lasting(actor)] == [granted.id]
    office.now += timedelta(seconds=1)
    assert (await office.summary(actor)).number != office.contact.number
    assert await office.reveals.lasting(actor) == []


async def test_a_reveal_is_on_record(office: Office) -> None:
    actor = office.actor("auditor")
    granted = await office.reveal(actor, kinds=["phone", "name", "phone"], reason="  проверка   звонка ")
    rows = await office.stack.rows(
        office.marked.slug,
        "SELECT act, actor_id, address, subject_kind, subject_id, reason, after FROM audit_entry"
        " WHERE actor_id = :actor AND at = :at",
        actor=actor.user_id,
        at=granted.at,
    )
    assert rows == [
        {
            "act": "personal.revealed",
            "actor_id": actor.user_id,
            "address": "10.0.0.7",
            "subject_kind": "interaction",
            "subject_id": str(office.contact.id),
            "reason": "проверка звонка",
            "after": {"kinds": ["name", "phone"], "until": granted.until.isoformat()},
        }
    ]


@pytest.mark.parametrize("reason", ["", "    ", "ok", "а   б", "12345678"])
async def test_a_poor_reason_grants_nothing(office: Office, reason: str) -> None:
    actor = office.actor("admin")
    with pytest.raises(RevealReasonPoor):
        await office.reveal(actor, reason=reason)
    assert await office.reveals.lasting(actor) == []


async def test_what_may_not_be_seen_is_not_there(office: Office) -> None:
    with pytest.raises(SubjectNotFound):
        await office.reveal(office.actor("admin"), subject_id=uuid4())


async def test_nobody_changes_or_removes_a_reveal(office: Office) -> None:
    await office.reveal(office.actor("agent"))
    for statement in ("UPDATE reveal SET reason = 'x'", "DELETE FROM reveal"):
        with pytest.raises(Exception, match="permission denied"):
            async with office.stack.database.tenant(office.marked.tenant_id) as session:
                await session.execute(text(statement))


async def test_a_token_stands_for_the_number_for_its_holder_only(office: Office, engines: Stack) -> None:
    actor = office.actor(CUSTOM_ROLE)
    token = (await office.summary(actor)).number_token
    assert token
    assert office.contact.number not in token
    assert await office.privacy.open_number(actor, token) == office.contact.number
    other_tenant = office.actor(CUSTOM_ROLE, tenant_id=await engines.tenant_id("somon"))
    forged = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    for holder, said in (
        (office.actor("agent"), token),
        (other_tenant, token),
        (actor, forged),
        (actor, ""),
        (actor, "ы"),
        (actor, token * 3),
    ):
        with pytest.raises(NumberTokenInvalid):
            await office.privacy.open_number(holder, said)
    office.now += timedelta(hours=12)
    with pytest.raises(NumberTokenInvalid):
        await office.privacy.open_number(actor, token)


async def test_tokens_are_all_of_one_length(office: Office) -> None:
    keys = await office.privacy._numbers.keys_of(office.marked.tenant_id)
    assert keys is not None
    seal = keys.sealing_for(uuid4())
    assert len({len(str(seal(number))) for number in ("+7", "+992930004517", "+123456789012345")}) == 1


async def test_a_pseudonym_is_the_same_for_a_number_and_another_for_a_tenant(
    office: Office, engines: Stack
) -> None:
    actor = office.actor("bi_service")
    first, again = await office.summary(actor), await office.summary(actor)
    assert first.number_pseudonym
    assert first.number_pseudonym == again.number_pseudonym
    assert first.number_token is None
    elsewhere = office.actor("bi_service", tenant_id=await engines.tenant_id("somon"))
    assert (await office.summary(elsewhere)).number_pseudonym != first.number_pseudonym


async def test_over_http(api: Stack, apart: Marked) -> None:
    own, foreign = apart.contacts["agent"], apart.contacts["supervisor"]
    async with browser(api, apart, "agent") as agent:
        wish = {
            "subject_kind": "interaction",
            "subject_id": str(own.id),
            "kinds": ["name"],
            "reason": "сверка имени",
        }
        status, _, granted = await agent.ask("POST", "/api/reveals", wish)
        assert (status, granted["reason"]) == (201, "сверка имени")
        lasting = (await agent.ask("GET", "/api/reveals"))[2]
        assert granted["id"] in [reveal["id"] for reveal in lasting]
        for changes, expected, slug in (
            ({"subject_id": str(foreign.id)}, 404, "subject-not-found"),
            ({"subject_id": str(uuid4())}, 404, "subject-not-found"),
            (
                {"subject_kind": "person", "subject_id": str(apart.people["admin"].id)},
                404,
                "subject-not-found",
            ),
            ({"reason": "так"}, 422, "reveal-reason-poor"),
            ({"kinds": []}, 422, "input-invalid"),
            ({"kinds": ["password"]}, 422, "input-invalid"),
        ):
            status, _, problem = await agent.ask("POST", "/api/reveals", wish | changes)
            assert (status, problem["type"]) == (expected, f"/problems/{slug}"), changes
    async with browser(api, apart, "bi_service") as nobody:
        assert (await nobody.ask("POST", "/api/reveals", wish))[0] == 403
    async with browser(api, apart, None) as nobody:
        assert (await nobody.ask("GET", "/api/reveals"))[0] == 401


async def test_a_masked_number_is_searched_by_its_token(api: Stack, apart: Marked) -> None:
    async with browser(api, apart, "admin") as admin:
        items = (await admin.ask("GET", "/api/interactions?limit=100"))[2]["items"]
        wanted = next(item for item in items if item["id"] == str(apart.contacts["agent"].id))
        assert wanted["caller"]["number"].startswith("+992 •• •••")
        found = (
            await admin.ask("GET", f"/api/interactions?number_token={wanted['caller']['number_token']}")
        )[2]
        assert [item["id"] for item in found["items"]] == [wanted["id"]]
        status, _, problem = await admin.ask("GET", "/api/interactions?number_token=nothing")
        assert (status, problem["type"]) == (422, "/problems/number-token-invalid")
    async with browser(api, apart, "supervisor") as other:
        token = wanted["caller"]["number_token"]
        assert (await other.ask("GET", f"/api/interactions?number_token={token}"))[0] == 422
