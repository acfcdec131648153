"""`make bench-routing-soak`: 10^6 random steps beside the slow oracle, with kills. STEPS= and SEED= choose the run.

A journal keeps what was put and is still there, and who was given what. A kill leaves only the journal; the matcher
that is rebuilt from it, in any order, must go on with the very same assignments as one that never died. Held at each
match: the oracle's own choice, no offer given twice, nobody over capacity, and nothing waits that an idle agent could
have. At the end everybody is freed, again and again, until nothing waits that anybody could ever have.
"""

import json
import os
import random
import time
from uuid import UUID

import msgspec
from tests.unit.routing.oracle import Oracle
from tests.unit.routing.worlds import agent_id, some_agent, some_offer, some_terms

from ovoz.contact_center.routing.contracts import Agent, Capacity, Policy
from ovoz.contact_center.routing.rules.matching import Matcher

STEPS = int(os.environ.get("STEPS", "1000000"))
SEED = int(os.environ.get("SEED", "1"))
WORLD_STEPS, AGENTS, CROWD = 2000, 8, 40


class World:
    def __init__(self, seed: int) -> None:
        draw = self.draw = random.Random(seed)
        self.policy = Policy(
            draw.choice(("least_occupied", "longest_idle")), draw.choice((10.0, 60.0)), draw.random() < 0.5
        )
        self.steady, self.mortal, self.journal = (
            Matcher(self.policy),
            Matcher(self.policy),
            Oracle(self.policy),
        )
        self.terms = [some_terms(draw) for _ in range(6)]
        self.now = 10_000.0
        self.offers = self.made = self.kills = 0
        self.given: set[UUID] = set()

    def step(self) -> None:
        draw, everyone = self.draw, (self.steady, self.mortal, self.journal)
        kind = draw.random()
        if kind < 0.30 and len(self.journal.offers) < CROWD:
            self.offers += 1
            offer = some_offer(draw, self.offers, draw.choice(self.terms), self.now, AGENTS)
            for one in everyone:
                one.put_offer(offer)
        elif kind < 0.36 and self.journal.offers:
            gone = draw.choice(list(self.journal.offers))
            for one in everyone:
                one.drop_offer(gone)
        elif kind < 0.66:
            agent = some_agent(draw, draw.randrange(AGENTS), self.now)
            for one in everyone:
                one.put_agent(agent)
        elif kind < 0.70:
            number = draw.randrange(AGENTS)
            for one in everyone:
                one.drop_agent(agent_id(number))
        elif kind < 0.85:
            self.now += draw.choice((0.25, 1.0, 3.0, 17.0))
        elif kind < 0.855:
            self.kill()
        else:
            self.match()

    def kill(self) -> None:
        self.kills += 1
        self.mortal = Matcher(self.policy, self.steady.usual_occupancy)
        agents, offers = list(self.journal.agents.values()), list(self.journal.offers.values())
        self.draw.shuffle(agents)
        self.draw.shuffle(offers)
        for offer in offers:
            self.mortal.put_offer(offer)
        for agent in agents:
            taken = agent.id in self.journal.taken
            self.mortal.put_agent(msgspec.structs.replace(agent, available=False) if taken else agent)

    def match(self) -> None:
        free = {one.id: one for one in self.journal.agents.values() if one.id not in self.journal.taken}
        offers = dict(self.journal.offers)
        made = self.steady.match(self.now)
        assert self.mortal.match(self.now) == made
        assert [(one.offer, one.agent, one.reason.agents_free) for one in made] == self.journal.match(
            self.now
        )
        for one in made:
            agent = free.pop(one.agent)  # not taken twice
            channel = offers[one.offer].terms.channel
            assert dict(agent.load).get(channel, 0) < dict(agent.capacity.slots)[channel]
            assert one.offer not in self.given
            self.given.add(one.offer)
        self.made += len(made)

    def end(self) -> None:
        """Nobody starves: what anybody could have is had, once they are free often enough."""
        everything = Capacity((("voice", 1), ("chat", 1), ("email", 1)))
        self.now += 1000.0
        for _ in range(len(self.journal.offers) + 1):
            for number in range(AGENTS):
                agent = Agent(
                    agent_id(number), (("ru", 5), ("tg", 5), ("billing", 5)), frozenset({"first", "second"}),
                    self.now, self.now, capacity=everything,
                )  # fmt: skip
                for one in (self.steady, self.mortal, self.journal):
                    one.put_agent(agent)
            self.match()
        alone = {agent_id(number) for number in range(AGENTS)}
        for offer in self.journal.offers.values():
            assert offer.not_to >= alone, offer


def main() -> None:
    begun = time.process_time()
    steps = made = kills = worlds = 0
    while steps < STEPS:
        world = World(SEED * 1_000_003 + worlds)
        for _ in range(min(WORLD_STEPS, STEPS - steps)):
            world.step()
            steps += 1
        world.end()
        worlds, made, kills = worlds + 1, made + world.made, kills + world.kills
        if worlds % 50 == 0:
            print(f"{steps} steps, {made} assignments, {kills} kills", flush=True)
    print(json.dumps({
        "bench": "routing-soak", "seed": SEED, "steps": steps, "worlds": worlds, "assignments": made, "kills": kills,
        "cpu_s": round(time.process_time() - begun), "load_average": os.getloadavg()[0],
    }))  # fmt: skip


if __name__ == "__main__":
    main()
