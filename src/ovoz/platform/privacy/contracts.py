"""How a struct says which of its fields are personal, and what a viewer's role may make of them."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Protocol, runtime_checkable
from uuid import UUID

import msgspec
from msgspec import Meta

Kind = Literal["phone", "name", "email", "text", "staff_name", "staff_email"]
"""Of people outside: number, name, address, free words in which anything may stand. Of the operator's own people:
the name their colleagues know them by, and the address they sign in with."""

Level = Literal["clear", "masked", "pseudonym", "hidden"]
"""From most to least: as it is; what is left to work with; the mask and a keyed digest to count by (numbers
only); nothing."""

PersonalPhone = Annotated[str, Meta(extra={"personal": "phone"})]
PersonalName = Annotated[str, Meta(extra={"personal": "name"})]
PersonalEmail = Annotated[str, Meta(extra={"personal": "email"})]
PersonalText = Annotated[str, Meta(extra={"personal": "text"})]
StaffName = Annotated[str, Meta(extra={"personal": "staff_name"})]
StaffEmail = Annotated[str, Meta(extra={"personal": "staff_email"})]

PublicText = Annotated[str, Meta(extra={"public": True})]
"""Says nothing of a person: codes, names of queues, ids. A `str` without any mark never leaves the system."""


def keyed(kinds: Mapping[str, Kind | Literal["public"]]) -> Meta:
    """Mark of a free-form dict: the keys that may leave, and what stands under each; no other key does."""
    return Meta(extra={"keys": dict(kinds)})


class Subject(msgspec.Struct, frozen=True):
    """Whose data a struct and everything inside it are; to `owner` and `others` they are one's own."""

    kind: str
    id: str
    owner: UUID | None = None
    others: tuple[UUID, ...] = ()


@runtime_checkable
class About(Protocol):
    """A struct that says whose data it holds."""

    def personal_subject(self) -> Subject | None: ...


WITHOUT_PERSONAL_DATA: Final = "without_personal_data"
"""`opt` of a route whose answer is no struct (sound, a page, a file), with the reason why nothing in it is personal."""
PROBLEM_MEMBERS: Final = frozenset(
    (
        *("type", "title", "status", "detail", "errors", "instance"),
        *("part", "right", "state", "why", "conditions", "rights", "etag", "policies", "keys"),
        *("reason", "revision", "delete_after"),
    )
)
"""Members of a problem in which words may leave; any other is dropped, unless it is a number."""
