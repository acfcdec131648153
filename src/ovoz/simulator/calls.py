"""One call of one subscriber: a leg, its media, and the behaviour that follows its plan."""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
import structlog

from ovoz.simulator import alaw
from ovoz.simulator.behaviour import Ending, Plan, Situation, ending
from ovoz.simulator.ears import Ears
from ovoz.simulator.media import MediaPort
from ovoz.simulator.rtp import RtpStream, payload_of
from ovoz.simulator.sip.faults import Faults
from ovoz.simulator.sip.legs import EndedBy, IncomingLeg, OutgoingLeg
from ovoz.simulator.sip.messages import MediaAddress
from ovoz.simulator.voices import Mouth, Voice

log = structlog.get_logger(__name__)

Number = Annotated[str, msgspec.Meta(pattern=r"^\+?[0-9*#]{2,20}$")]


class State(StrEnum):
    """Where a call is; `waiting` is music and prompts, at the beginning or on hold."""

    CALLING = "calling"
    RINGING = "ringing"
    WAITING = "waiting"
    TALKING = "talking"
    OVER = "over"


class Change(msgspec.Struct, frozen=True):
    """A state, and when it began."""

    state: State
    after_s: float
    """Seconds since the call was placed."""
    detail: str = ""


class Report(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """What is known of a call."""

    id: str
    direction: str
    to: str
    from_: str
    hidden: bool
    placed_at: datetime
    state: State
    changes: tuple[Change, ...]
    ended_by: str | None
    ending: str | None
    """Why the subscriber hung up; null when the far end did."""
    sip_code: int | None
    """Final answer to the INVITE: 200 for a call that was answered."""
    cause: int | None
    """Q.850, where the far end said one."""
    packets_sent: int
    packets_received: int
    longest_gap_ms: int
    """Between two packets received."""


class SubscriberCall:
    """Paced by the common clock; hears of its leg; tells `report` and wakes who waits for changes."""

    def __init__(
        self,
        call_id: str,
        direction: str,
        to: str,
        from_: str,
        *,
        plan: Plan,
        voice: Voice,
        recordings: frozenset[bytes],
        rng: random.Random,
        placed_at: datetime,
        faults: Callable[[], Faults],
        gone: Callable[["SubscriberCall"], None],
    ) -> None:
        self.id = call_id
        self.direction = direction
        self.to = to
        self.from_ = from_
        self.port = MediaPort()
        self.leg: OutgoingLeg | IncomingLeg | None = None
        self.changed = asyncio.Event()
        """Set at each change, and then replaced by a new one."""
        self._plan = plan
        self._placed_at = placed_at
        self._faults = faults
        self._gone = gone
        self._rng = rng
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()
        self._mouth = Mouth(voice)
        self._ears = Ears(recordings)
        self._stream = RtpStream(rng)
        self._far: MediaAddress | None = None
        self._changes = [Change(State.CALLING, 0.0)]
        self._since = self._began
        self._answered_at: float | None = None
        self._talked_s = 0.0
        self._presses = list(plan.presses)
        self._ending: str | None = None
        self._ended: tuple[EndedBy, int, int | None] | None = None
        self._sent = 0

    @property
    def state(self) -> State:
        return self._changes[-1].state

    @property
    def waits(self) -> bool:
        """Whether the subscriber has nobody to talk to yet."""
        return self.state in (State.CALLING, State.RINGING, State.WAITING)

    async def until_over(self) -> None:
        while self.state != State.OVER:
            await self.changed.wait()

    def hang_up(self, why: str = "asked") -> None:
        """BYE, CANCEL or a refusal, as the call stands."""
        if self._ending is None:
            self._ending = why
        if self.leg is not None:
            self.leg.hang_up()

    def report(self) -> Report:
        by, code, cause = self._ended or (None, None, None)
        return Report(
            id=self.id,
            direction=self.direction,
            to=self.to,
            from_=self.from_,
            hidden=self._plan.hidden,
            placed_at=self._placed_at,
            state=self.state,
            changes=tuple(self._changes),
            ended_by=by,
            ending=self._ending if by == EndedBy.US else None,
            sip_code=code,
            cause=cause,
            packets_sent=self._sent,
            packets_received=self._ears.packets,
            longest_gap_ms=round(self._ears.longest_gap_s * 1000),
        )

    # The leg's listener

    def ringing(self, code: int) -> None:
        if self.state == State.CALLING:
            self._enter(State.RINGING)

    def media(self, far: MediaAddress) -> None:
        self._far = far

    def answered(self) -> None:
        self._answered_at = self._clock()
        self._ears.begin(self._answered_at)
        self._enter(State.WAITING)

    def ended(self, by: EndedBy, code: int, reason: str, cause: int | None) -> None:
        self._ended = (by, code, cause)
        detail = (
            f"{code} {reason}".strip() if code != 200 else (self._ending or "") if by == EndedBy.US else ""
        )
        self._enter(State.OVER, f"{by.value.replace('_', ' ')} {detail}".strip())
        self.port.close()
        self._gone(self)

    # Each 20 ms

    def tick(self) -> None:
        if self.state == State.OVER:
            return
        for at, packet in self.port.received():
            audio = payload_of(packet)
            if audio is not None:
                self._ears.hear(at, audio)
        now = self._clock()
        if self._answered_at is None:
            if isinstance(self.leg, IncomingLeg) or now - self._began < self._plan.patience_s:
                return
            self.hang_up(Ending.IMPATIENT)
            return
        self._behave(now)
        if self._ended is not None:
            return
        audio = self._mouth.frame()
        far = self._far
        is_pause = audio is None and self._plan.suppresses_silence and not self._stream.presses
        if far is None or not far.wants_audio or is_pause:
            self._stream.rest()
            return
        packet = self._stream.frame(audio or alaw.SILENCE, far.digits_payload_type)
        loss = self._faults().rtp_loss
        if not loss or self._rng.random() >= loss:
            self.port.send(packet, far.address)
            self._sent += 1

    def skip(self) -> None:
        self._stream.rest()

    def fail(self) -> None:
        self.hang_up("failed")

    def _behave(self, now: float) -> None:
        assert self._answered_at is not None
        talks = self._ears.somebody_is_there(now)
        if talks != (self.state == State.TALKING):
            self._enter(State.TALKING if talks else State.WAITING)
            if talks:
                self._mouth.say([(each.phrases, each.pause_s) for each in self._plan.says], again=True)
            else:
                self._mouth.be_silent()
        elif talks:
            self._talked_s += alaw.FRAME_S
        self._press_keys(now - self._answered_at)
        if self._ending is not None:
            if self._mouth.is_done or not talks:
                self.hang_up()
            return
        why = ending(
            self._plan,
            Situation(
                waits=not talks,
                since_s=now - self._since,
                talked_s=self._talked_s,
                deaf_s=self._ears.deaf_s(now),
            ),
        )
        if why is not None:
            self._ending = why
            goodbye = self._plan.goodbye
            self._mouth.say([(goodbye.phrases, goodbye.pause_s)] if talks else [], again=False)

    def _press_keys(self, answered_s: float) -> None:
        for press in tuple(self._presses):
            if (self._talked_s if press.in_conversation else answered_s) > press.after_s:
                self._presses.remove(press)
                self._stream.press(press.digits)

    def _enter(self, state: State, detail: str = "") -> None:
        now = self._clock()
        self._since = now
        self._changes.append(Change(state, round(now - self._began, 3), detail))
        log.info("simulator.call", id=self.id, state=state, detail=detail)
        self.changed.set()
        self.changed = asyncio.Event()
