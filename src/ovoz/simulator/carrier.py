"""The simulated mobile operator: places its subscribers' calls, takes calls to them, remembers both."""

import asyncio
import contextlib
import random
from collections.abc import Collection
from typing import Annotated

import msgspec
import structlog

from ovoz.lib.clock import Clock, utc_now
from ovoz.lib.endpoints import Trunk
from ovoz.simulator.behaviour import Plan, Press, make_plan
from ovoz.simulator.calls import Number, State, SubscriberCall
from ovoz.simulator.media import Pacer
from ovoz.simulator.sip import messages
from ovoz.simulator.sip.faults import Faults
from ovoz.simulator.sip.legs import IncomingLeg
from ovoz.simulator.sip.messages import Address
from ovoz.simulator.sip.user_agent import UserAgent
from ovoz.simulator.voices import Voice

log = structlog.get_logger(__name__)

MOST_CALLS = 200
REMEMBERED = 500
CLOSING_S = 1.0
Seconds = Annotated[float, msgspec.Meta(gt=0, le=3600)]


class TooManyCalls(Exception):
    """The operator carries no more calls at once than MOST_CALLS."""


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """A call to place. What is left out is as a subscriber happens to behave."""

    to: Number
    from_: Number
    hidden: bool | None = None
    """Whether the number is withheld (RFC 3323, RFC 3325)."""
    seconds: Seconds | None = None
    """Talks so long with the agent, then hangs up."""
    patience_s: Seconds | None = None
    """Waits so long for an agent."""
    digits: Annotated[str, msgspec.Meta(pattern=r"^[0-9*#A-D]{0,32}$")] | None = None
    """Keys pressed `digits_after_s` after the answer."""
    digits_after_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 2.0


class Carrier:
    """All calls of the simulated operator. `rng` decides what they do; each call has its own generator."""

    def __init__(
        self,
        local: Address,
        trunk: Trunk,
        *,
        voice: Voice,
        recordings: frozenset[bytes],
        rng: random.Random,
        clock: Clock = utc_now,
    ) -> None:
        self._trunk = trunk
        self._agent = UserAgent(local)
        self._agent.on_incoming = self._take
        self._voice = voice
        self._recordings = recordings
        self._rng = rng
        self._now = clock
        self._pacer = Pacer()
        self._pacing: asyncio.Task[None] | None = None
        self._placed = 0
        self.calls: dict[str, SubscriberCall] = {}
        """By id, oldest first; of those that are over the newest REMEMBERED."""

    async def start(self) -> None:
        """Opens the SIP address; raises OSError where it is taken."""
        await self._agent.start()
        self._pacing = asyncio.create_task(self._pacer.run())

    async def close(self) -> None:
        """Hangs everybody up and leaves."""
        active = self.active()
        for call in active:
            call.hang_up()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_S):
                for call in active:
                    await call.until_over()
        if self._pacing is not None:
            self._pacing.cancel()
            await asyncio.gather(self._pacing, return_exceptions=True)
        self._agent.close()

    @property
    def local(self) -> Address:
        """Where it receives SIP."""
        return self._agent.local

    @property
    def faults(self) -> Faults:
        return self._agent.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._agent.faults = faults

    @property
    def late_frames(self) -> int:
        return self._pacer.late_frames

    def active(self) -> list[SubscriberCall]:
        return [call for call in self.calls.values() if call.state != State.OVER]

    def waiting_for(self, numbers: Collection[str]) -> int:
        """Callers of these numbers whom nobody has answered yet."""
        return sum(call.to in numbers and call.waits for call in self.active())

    def place(self, order: Order) -> SubscriberCall:
        """Calls; raises TooManyCalls."""
        rng = self._generator()
        call = self._call("out", order.to, order.from_, plan_of(order, make_plan(rng, order.from_)), rng)
        host, port = self._trunk.host, self._trunk.port
        own_uri = f"sip:{order.from_}@{self._agent.local[0]}:{self._agent.local[1]}"
        hidden = call.report().hidden
        privacy = {"Privacy": "id", "P-Asserted-Identity": f"<{own_uri}>"} if hidden else {}
        call.leg = self._agent.call(
            (host, port),
            caller_uri="sip:anonymous@anonymous.invalid" if hidden else own_uri,
            called_uri=f"sip:{order.to}@{host}:{port}",
            contact_user="subscriber",
            session=messages.own_session(*call.port.address),
            headers={"X-Ovoz-Trunk": self._trunk.key, **privacy},
            listener=call,
        )
        return call

    def _take(self, leg: IncomingLeg) -> None:
        """A call to one of our subscribers: rings a while and is answered; what is no number is not found."""
        rng = self._generator()
        if not leg.called.lstrip("+").isdecimal():
            leg.refuse(404)
            return
        try:
            call = self._call("in", leg.called, leg.caller, make_plan(rng, leg.called), rng)
        except TooManyCalls:
            leg.refuse(503)
            return
        call.leg = leg
        leg.attach(call)
        leg.ring()
        asyncio.get_running_loop().call_later(
            rng.uniform(1, 5), lambda: leg.answer(messages.own_session(*call.port.address))
        )

    def _generator(self) -> random.Random:
        """One call's own random numbers: what one does with its own does not change the others."""
        return random.Random(self._rng.getrandbits(64))  # noqa: S311

    def _call(self, direction: str, to: str, from_: str, plan: Plan, rng: random.Random) -> SubscriberCall:
        if len(self.active()) >= MOST_CALLS:
            raise TooManyCalls(f"{MOST_CALLS} calls are being carried already")
        self._placed += 1
        call = SubscriberCall(
            f"call-{self._placed}",
            direction,
            to,
            from_,
            plan=plan,
            voice=self._voice,
            recordings=self._recordings,
            rng=rng,
            placed_at=self._now(),
            faults=lambda: self._agent.faults,
            gone=self._forget,
        )
        self.calls[call.id] = call
        self._pacer.add(call)
        log.info("simulator.call_begun", id=call.id, direction=direction, **{"pii.to": to, "pii.from": from_})
        return call

    def _forget(self, call: SubscriberCall) -> None:
        self._pacer.remove(call)
        over = [each.id for each in self.calls.values() if each.state == State.OVER]
        for call_id in over[: max(0, len(over) - REMEMBERED)]:
            del self.calls[call_id]


def plan_of(order: Order, plan: Plan) -> Plan:
    """The plan with what was ordered; who is given a patience or a length does not leave before it."""
    ordered: dict[str, object] = {}
    if order.hidden is not None:
        ordered["hidden"] = order.hidden
    if order.patience_s is not None:
        ordered |= {"patience_s": order.patience_s, "leaves_after_s": None}
    if order.seconds is not None:
        ordered |= {"talk_s": order.seconds, "hangs_up": True, "leaves_after_s": None}
    if order.digits is not None:
        keys = (Press(order.digits, order.digits_after_s, in_conversation=False),) if order.digits else ()
        ordered["presses"] = keys
    return msgspec.structs.replace(plan, **ordered)
