"""What a subscriber does: a plan made from random numbers, and the decision when the call is over. Pure."""

import random
from enum import StrEnum

import msgspec

NOTHING_HEARD_S = 30.0
"""A line without any packet for so long is dead."""
LONGEST_CONVERSATION_S = 300.0
"""Who would wait for the agent to hang up does so no longer than this."""

COMPLAINTS = (
    "sorry-youre-having-problems",
    "number-not-answering",
    "something-terribly-wrong",
    "tt-somethingwrong",
    "cannot-complete-as-dialed",
    "feature-not-avail-line",
    "ss-noservice",
    "info-about-last-call",
    "from-unknown-caller",
    "unidentified-no-callback",
    "check-number-dial-again",
)


class Sentence(msgspec.Struct, frozen=True):
    """Prompts said in one go, and the pause after them, in which the other one may speak."""

    phrases: tuple[str, ...]
    pause_s: float


class Press(msgspec.Struct, frozen=True):
    """Keys, so many seconds after the answer or after the conversation's beginning."""

    digits: str
    after_s: float
    in_conversation: bool = True


class Plan(msgspec.Struct, frozen=True):
    """One call of one subscriber."""

    patience_s: float
    """Waits no longer than this, at the beginning and each time on hold."""
    leaves_after_s: float | None
    """Hangs up while waiting for the first agent, before patience ends."""
    talk_s: float
    hangs_up: bool
    """Whether the subscriber ends the conversation after `talk_s`, or leaves that to the agent."""
    says: tuple[Sentence, ...]
    """From the moment that somebody is there, again and again."""
    goodbye: Sentence
    presses: tuple[Press, ...] = ()
    hidden: bool = False
    suppresses_silence: bool = False
    """Sends nothing in pauses, as some networks do; else silence."""


class Situation(msgspec.Struct, frozen=True):
    """What the subscriber notices."""

    waits: bool
    """Music or prompts are heard; nobody is there."""
    since_s: float
    """How long it has been so."""
    talked_s: float
    """Seconds with somebody, all in all."""
    deaf_s: float


class Ending(StrEnum):
    """Why a subscriber hangs up."""

    IMPATIENT = "impatient"
    LEFT_WAITING = "left_waiting"
    SAID_EVERYTHING = "said_everything"
    TALKED_TOO_LONG = "talked_too_long"
    LINE_DEAD = "line_dead"


def make_plan(rng: random.Random, number: str) -> Plan:
    """How this subscriber behaves this time; equal generators make equal plans."""
    patience_s = rng.uniform(45, 120)
    return Plan(
        patience_s=patience_s,
        leaves_after_s=rng.uniform(3, patience_s) if rng.random() < 0.1 else None,
        talk_s=rng.uniform(20, 60),
        hangs_up=rng.random() < 0.7,
        says=_speech(rng, number),
        goodbye=Sentence(rng.choice((("goodbye",), ("vm-goodbye",), ("auth-thankyou", "goodbye"))), 0.2),
        presses=_presses(rng),
        hidden=rng.random() < 0.05,
        suppresses_silence=rng.random() < 0.1,
    )


def _speech(rng: random.Random, number: str) -> tuple[Sentence, ...]:
    """A greeting, two or three complaints, and sometimes the own number, digit by digit."""
    sentences = [Sentence((rng.choice(("hello", "hello-world")),), rng.uniform(2, 3))]
    for complaint in rng.sample(COMPLAINTS, rng.randint(2, 3)):
        opening = ("im-sorry",) if rng.random() < 0.3 else ()
        sentences.append(Sentence((*opening, complaint), rng.uniform(2, 4)))
    if rng.random() < 0.5:
        own = tuple(f"digits/{digit}" for digit in number if digit.isdecimal())
        sentences.append(Sentence(("telephone-number", *own[-9:]), rng.uniform(2, 4)))
    return tuple(sentences)


def _presses(rng: random.Random) -> tuple[Press, ...]:
    if rng.random() >= 0.3:
        return ()
    digits = "".join(rng.choice("0123456789*#") for _ in range(rng.randint(1, 4)))
    return (Press(digits, rng.uniform(4, 15)),)


def ending(plan: Plan, now: Situation) -> Ending | None:
    """Why the subscriber hangs up now; None to go on."""
    if now.deaf_s > NOTHING_HEARD_S:
        return Ending.LINE_DEAD
    if now.waits:
        leaves = now.talked_s == 0 and plan.leaves_after_s is not None and now.since_s >= plan.leaves_after_s
        if leaves:
            return Ending.LEFT_WAITING
        return Ending.IMPATIENT if now.since_s >= plan.patience_s else None
    if plan.hangs_up and now.talked_s >= plan.talk_s:
        return Ending.SAID_EVERYTHING
    return Ending.TALKED_TOO_LONG if now.talked_s >= LONGEST_CONVERSATION_S else None
