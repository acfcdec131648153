"""Rights as other modules name them, and the form in which a role grants one."""

from typing import Annotated, Final, Literal, Protocol, get_args
from uuid import UUID

import msgspec
from msgspec import Meta

from ovoz.platform.privacy.contracts import PublicText

Right = Literal[
    "desk.use",
    "calls.control",
    "calls.dial",
    "interactions.read",
    "interactions.find",
    "returns.work",
    "recordings.listen",
    "recordings.download",
    "settings.read",
    "queues.manage",
    "skills.manage",
    "breaks.manage",
    "breaks.decide",
    "team.watch",
    "people.read",
    "people.manage",
    "roles.read",
    "roles.manage",
    "audit.read",
    "audit.export",
    "personal.reveal",
    "tenants.read",
    "tenants.manage",
    "session.use",
]
"""`interactions.find` lists all contacts of one caller, by number; `interactions.read` opens them."""

ShippedRole = Literal[
    "agent",
    "senior_agent",
    "outsourced_agent",
    "supervisor",
    "quality_analyst",
    "sales",
    "corporate_manager",
    "admin",
    "auditor",
    "bi_service",
]
"""Roles that every tenant has from the beginning: `tenants/roles.yaml`."""
ProviderRole = Literal["vendor"]
"""Roles of the provider's own staff; they mean nothing in an operator."""
PROVIDER_ROLES: Final[frozenset[str]] = frozenset(get_args(ProviderRole))
DESK_ROLES: Final[frozenset[str]] = frozenset({"agent", "senior_agent", "outsourced_agent", "sales"})
"""Shipped roles with `desk.use`: who has one is rung."""
PROVIDER: Final = "provider"
"""The domain of the provider's staff, who are people of the tenant of this kind. Every other domain is an operator's id
(12 characters; this is no such id)."""

Whose = Literal["own", "team", "queue", "all"]
ConditionName = Literal["whose", "regions", "outsourced", "corporate", "hours"]
TimeOfDay = Annotated[
    PublicText,
    Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="HH:MM, 24 hours", examples=["08:00"]),
]
Region = Annotated[PublicText, Meta(min_length=1, max_length=60, pattern=r"^[^\x00\ud800-\udfff]*$")]


class Hours(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """From this minute up to and without that one, in the tenant's zone; `22:00` to `06:00` goes over midnight."""

    from_: TimeOfDay
    until: TimeOfDay


class Conditions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What must hold for a grant to count; all of it. What is not named does not matter.

    `regions`, `outsourced` and `corporate` are about the thing, as `whose` is: the region and the employer of the
    person it belongs to, and whether the customer is a company. What the thing does not tell does not hold.
    """

    whose: Whose = "all"
    """`own`: the person's; `team`: also the team's; `queue`: also that of the person's queues; `all`: everybody's."""
    regions: Annotated[tuple[Region, ...], Meta(min_length=1, max_length=50)] | None = None
    outsourced: bool | None = None
    corporate: bool | None = None
    hours: Hours | None = None


class Grant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A right under conditions."""

    right: Right
    conditions: Conditions = Conditions()


class Subject(Protocol):
    """Who asks: a signed-in person of an operator, or of the provider's staff."""

    @property
    def tenant_id(self) -> str: ...
    @property
    def domain(self) -> str:
        """Whose roles count: the operator's id, or PROVIDER."""
        ...

    @property
    def user_id(self) -> UUID: ...
    @property
    def roles(self) -> frozenset[str]: ...
    @property
    def team_id(self) -> UUID | None: ...
    @property
    def time_zone(self) -> str: ...


class Reach(msgspec.Struct, frozen=True):
    """What somebody may see of a list: what meets any of these conditions; none: nothing."""

    subject: Subject
    any_of: tuple[Conditions, ...]
