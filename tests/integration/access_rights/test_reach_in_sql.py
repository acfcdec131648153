"""Lists are filtered in SQL: what a query gives is what the pure decision says of each thing, one by one."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import column, select, table, text
from tests.integration.access_rights.conftest import SignIn
from tests.integration.access_rights.test_people import id_of
from tests.support.operators import Operator, make_operator
from tests.support.stack import Stack

from ovoz.lib.ids import new_id
from ovoz.platform.access.api import Columns, Conditions, Reach, Thing, within
from ovoz.platform.access.rules.conditions import Attributes, Person, holds
from ovoz.platform.identity.contracts import Actor

_INTERACTION = table(
    "interaction", column("id"), column("agent_id"), column("queue_id"), column("caller_pseudonym")
)
REGIONS = ("Суғд", "Хатлон", None)
COLUMNS = Columns(
    owner=_INTERACTION.c.agent_id,
    queue=_INTERACTION.c.queue_id,
    number_pseudonym=_INTERACTION.c.caller_pseudonym,
)


async def fill(engines: Stack, operator: Operator, draw: random.Random) -> list[tuple[UUID, Thing]]:
    """People in teams and regions, companies, and contacts of everybody and nobody."""
    people = await engines.rows(operator.slug, "SELECT id FROM user_account ORDER BY email")
    queues = [row["id"] for row in await engines.rows(operator.slug, "SELECT id FROM queue ORDER BY code")]
    known: dict[UUID | None, Thing] = {None: Thing()}
    things: list[tuple[UUID, Thing]] = []
    keys = await engines.field_keys(operator.tenant_id)
    async with engines.database.tenant(operator.tenant_id) as session:
        teams = [new_id(), new_id()]
        for team in teams:
            await session.execute(
                text("INSERT INTO team VALUES (:id, :name)"), {"id": team, "name": str(team)}
            )
        for person in people:
            facts = {
                "team": draw.choice([*teams, None]),
                "region": draw.choice(REGIONS),
                "outsourced": draw.random() < 0.5,
            }
            await session.execute(
                text(
                    "UPDATE user_account SET team_id = :team, region = :region, outsourced = :outsourced"
                    " WHERE id = :id"
                ),
                {"id": person["id"], **facts},
            )
            known[person["id"]] = Thing(owner=person["id"], **facts)  # type: ignore[arg-type]
        for number, corporate in (("+992900000001", True), ("+992900000002", False)):
            await session.execute(
                text(
                    "INSERT INTO subscriber (id, number_pseudonym, number, name, corporate)"
                    " VALUES (:id, :number, '', '', :corporate)"
                ),
                {"id": new_id(), "number": keys.pseudonym(number), "corporate": corporate},
            )
        companies = {"+992900000001": True, "+992900000002": False, "+992900000003": None}
        for _ in range(60):
            owner, queue = draw.choice(list(known)), draw.choice([*queues, None])
            number = draw.choice(list(companies))
            contact = new_id()
            await session.execute(
                text(
                    "INSERT INTO interaction (id, channel, direction, state, caller_pseudonym, caller_hidden,"
                    " entry_number, agent_id, queue_id, node, started_at, epoch, seq) VALUES (:id, 'voice', 'inbound',"
                    " 'closed', :number, false, '100', :owner, :queue, 'n', :at, 1, 1)"
                ),
                {
                    "id": contact,
                    "number": keys.pseudonym(number),
                    "owner": owner,
                    "queue": queue,
                    "at": datetime.now(UTC) - timedelta(hours=1),
                },
            )
            facts_of_owner = known[owner]
            things.append(
                (
                    contact,
                    Thing(
                        owner=owner,
                        team=facts_of_owner.team,
                        region=facts_of_owner.region,
                        outsourced=facts_of_owner.outsourced,
                        queue=queue,
                        corporate=companies[number],
                    ),
                )
            )
    return things


def conditions(draw: random.Random) -> Conditions:
    return Conditions(
        whose=draw.choice(["own", "team", "queue", "all"]),
        regions=draw.choice([None, None, ("Суғд",), ("Суғд", "Хатлон")]),
        outsourced=draw.choice([None, None, True, False]),
        corporate=draw.choice([None, None, True, False]),
    )


async def test_sql_and_the_decision_agree_on_every_contact(engines: Stack) -> None:
    seed = random.randrange(10**6)
    draw = random.Random(seed)
    operator = await make_operator(
        engines, agents=4, queues=[{"members": [0, 1]}, {"members": [1, 2]}, {"members": []}]
    )
    things = await fill(engines, operator, draw)
    people = await engines.rows(
        operator.slug,
        "SELECT u.id, u.team_id, coalesce(array_agg(m.queue_id) FILTER (WHERE m.queue_id IS NOT NULL), '{}') AS queues"
        " FROM user_account u LEFT JOIN queue_member m ON m.user_id = u.id GROUP BY u.id, u.team_id",
    )
    seen = 0
    async with engines.database.tenant(operator.tenant_id) as session:
        for _ in range(150):
            person = draw.choice(people)
            actor = Actor(
                *(operator.tenant_id, "s", "n", person["id"], "n", "e@x", True, frozenset({"agent"})),
                *(UUID(int=9), "csrf", "ru", "system", False),
                team_id=person["team_id"],
            )
            scope = tuple(conditions(draw) for _ in range(draw.randint(0, 2)))
            query = select(_INTERACTION.c.id).where(within(Reach(actor, scope), COLUMNS))
            given = set((await session.execute(query)).scalars())
            asker = Person(person["id"], person["team_id"], frozenset(person["queues"]))
            wanted = {
                id_ for id_, thing in things if any(holds(one, Attributes(asker, 0, thing)) for one in scope)
            }
            assert given == wanted, (seed, scope)
            seen += bool(wanted) and len(wanted) < len(things)
    assert seen > 20, seed


async def test_each_role_lists_and_opens_the_same_contacts(
    sign_in: SignIn, operator: Operator, engines: Stack
) -> None:
    things = await fill(engines, operator, random.Random(7))
    admin = await sign_in("admin")
    ids = {name: UUID(await id_of(admin, name)) for name in ("agent0", "senior_agent")}
    team_of = {
        row["id"]: row["team_id"]
        for row in await engines.rows(operator.slug, "SELECT id, team_id FROM user_account")
    }

    def of_agent(thing: Thing) -> bool:
        return thing.owner == ids["agent0"]

    def of_senior(thing: Thing) -> bool:
        team = team_of[ids["senior_agent"]]
        return thing.owner == ids["senior_agent"] or (team is not None and thing.team == team)

    expected: dict[str, Any] = {
        "agent0": of_agent,
        "senior_agent": of_senior,
        "corporate_manager": lambda thing: thing.corporate is True,
        "quality_analyst": lambda _: True,
    }
    for name, sees in expected.items():
        someone = await sign_in(name)
        listed = await someone.get("/api/interactions?limit=100")
        visible = {UUID(item["id"]) for item in listed["items"]}
        assert visible == {id_ for id_, thing in things if sees(thing)}, name
        for id_, _ in things[:15]:
            status, _, _ = await someone.ask("GET", f"/api/interactions/{id_}")
            assert status == (200 if id_ in visible else 404), name
    auditor = await sign_in("auditor")
    assert (await auditor.refused("GET", "/api/interactions"))[0] == 403
    # By number an agent sees the caller's other contacts in the list, but opens only own ones.
    agent = await sign_in("agent0")
    found = await agent.get("/api/interactions?limit=100&number=%2B992900000001")
    assert len(found["items"]) == sum(thing.corporate is True for _, thing in things)
