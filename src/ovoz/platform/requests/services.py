"""Acting once for each key, however often the request comes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.lib.clock import Clock
from ovoz.lib.db import BEFORE_COMMIT, Database
from ovoz.lib.ids import new_id
from ovoz.platform.requests.errors import IdempotencyKeyReused, OutcomeUnknown, RequestUnderWay
from ovoz.platform.requests.repositories import Claim, KeptAnswerRepository

KEPT_FOR: Final = timedelta(hours=24)
ABANDONED_AFTER: Final = timedelta(seconds=60)
"""A request that takes longer loses its claim; it cannot commit after that."""
WAITS_S: Final = 5.0
ASKS_EVERY_S: Final = 0.05
DONE_WITHOUT_ANSWER: Final = 1


class ClaimLost(Exception):
    """Another request took the key over; the transaction must not be committed."""


class Answer(msgspec.Struct, frozen=True):
    """What a request was answered; cookies are no part of it."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class KeptAnswers:
    """Holds a creating request to act once for each (person, key, operation).

    A claim is written first, on its own. Every transaction of the request then says in itself that it was committed
    under that claim, so that it is always known whether something was done: a claim under which nothing was committed
    is freed, or taken over from a process that died; one under which something was, is never worked on again.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def begin(
        self, tenant_id: str, user_id: UUID, key: UUID, operation: str, request_hash: bytes
    ) -> Claim | Answer:
        """The claim to work under, or what was answered before.

        Waits a while for a request that is under way. Raises IdempotencyKeyReused for another request with this key,
        RequestUnderWay, OutcomeUnknown.
        """
        claim = Claim(user_id, key, operation, new_id())
        deadline = asyncio.get_running_loop().time() + WAITS_S
        while True:
            now = self._clock()
            async with self._database.tenant(tenant_id) as session:
                answers = KeptAnswerRepository(session)
                if await answers.claim(
                    claim, request_hash, now, abandoned=now - ABANDONED_AFTER, forgotten=now - KEPT_FOR
                ):
                    return claim
                kept = await answers.find(claim)
            if kept is not None:
                if kept.request_hash != request_hash:
                    raise IdempotencyKeyReused(
                        f"{key} came with another body or address before.",
                        errors=[
                            {"pointer": "/Idempotency-Key", "detail": "send a new UUID with a new request"}
                        ],
                    )
                if kept.status > DONE_WITHOUT_ANSWER:
                    return Answer(kept.status, kept.headers, kept.body)
            if asyncio.get_running_loop().time() > deadline:
                if kept is not None and kept.status == DONE_WITHOUT_ANSWER:
                    raise OutcomeUnknown("Look whether it is there, then use a new key.")
                raise RequestUnderWay("Ask again with the same key.", retry_after_s=1)
            await asyncio.sleep(ASKS_EVERY_S)

    @asynccontextmanager
    async def working(self, claim: Claim) -> AsyncIterator[None]:
        """Marks the transactions inside as the claim's; they fail with ClaimLost once it is another's."""

        async def mark(session: AsyncSession) -> None:
            if not await KeptAnswerRepository(session).committed(claim):
                raise ClaimLost(str(claim.key))

        token = BEFORE_COMMIT.set(mark)
        try:
            yield
        finally:
            BEFORE_COMMIT.reset(token)

    async def finish(self, tenant_id: str, claim: Claim, answer: Answer) -> None:
        """Keeps the answer; a failure or a refusal frees the key instead, unless something was committed."""
        async with self._database.tenant(tenant_id) as session:
            answers = KeptAnswerRepository(session)
            freed = answer.status >= 400 and await answers.give_up(claim)
            if not freed and answer.status < 500:
                await answers.answer(claim, answer.status, answer.headers, answer.body)

    async def give_up(self, tenant_id: str, claim: Claim) -> None:
        """Frees the key after a request that was not answered at all."""
        async with self._database.tenant(tenant_id) as session:
            await KeptAnswerRepository(session).give_up(claim)


async def forget_old_answers(session: AsyncSession, now: datetime) -> None:
    """Removes answers that are older than a day."""
    await KeptAnswerRepository(session).forget(now - KEPT_FOR)
