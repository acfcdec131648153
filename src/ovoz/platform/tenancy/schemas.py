"""A blueprint: what a new tenant starts with. `tenants/schema.json` is generated from these structs."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ovoz.platform.access.contracts import ProviderRole, ShippedRole

Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="lower case, digits, underscore")]
PhoneNumber = Annotated[str, Meta(pattern=r"^\+[0-9]{7,15}$", description="E.164")]
Email = Annotated[str, Meta(pattern=r"^[^@\sA-Z]+@[^@\sA-Z]+$", description="lower case")]
Text = Annotated[str, Meta(min_length=1, max_length=200)]


class Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing in the three languages of the interface."""

    ru: Text
    tg: Text
    en: Text


class BlueprintUser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person of a demo; real tenants invite theirs."""

    email: Email
    name: Text
    roles: Annotated[list[ShippedRole | ProviderRole], Meta(min_length=1)]
    """A role of the provider's staff is for the provider's own tenant only."""
    password: Annotated[str, Meta(min_length=12, max_length=200)]


class BlueprintQueue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A queue; times in seconds, `members` are e-mail addresses of users above."""

    code: Code
    name: Text
    members: list[Email] = []
    priority: int = 0
    max_length: Annotated[int, Meta(gt=0, le=10_000)] = 100
    max_wait_s: Annotated[int, Meta(gt=0, le=86_400)] = 1800
    ring_timeout_s: Annotated[int, Meta(ge=5, le=120)] = 20
    wrap_up_s: Annotated[int, Meta(ge=0, le=3600)] = 60
    announce_every_s: Annotated[int, Meta(ge=10, le=600)] = 30
    recorded: bool = True


class BlueprintEntryPoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number that callers dial; `greeting` are names of prompts, played one after the other."""

    number: PhoneNumber
    name: Text
    queue: Code
    greeting: list[Annotated[str, Meta(pattern=r"^[a-z0-9/_-]+$")]] = []


class BlueprintBreakReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: Code
    names: Names
    limit_s: Annotated[int, Meta(gt=0, le=86_400)] | None = None
    needs_approval: bool = False
    at_once: Annotated[int, Meta(gt=0, le=10_000)] | None = None


class BlueprintDisposition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: Code
    names: Names


class BlueprintSubscriber(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A subscriber of a demo operator, who may call; `corporate`: the account is a company's."""

    number: PhoneNumber
    name: Text
    corporate: bool = False


class Blueprint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a new tenant starts with: data, no code."""

    name: Text
    locale: Literal["ru", "tg", "en"] = "ru"
    time_zone: Text = "Asia/Dushanbe"
    max_calls: Annotated[int, Meta(gt=0, le=100_000)] = 200
    users: list[BlueprintUser] = []
    queues: Annotated[list[BlueprintQueue], Meta(min_length=1)] = []
    entry_points: list[BlueprintEntryPoint] = []
    break_reasons: list[BlueprintBreakReason] = []
    dispositions: list[BlueprintDisposition] = []
    subscribers: list[BlueprintSubscriber] = []
