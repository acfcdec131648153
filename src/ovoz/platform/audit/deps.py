"""What a list of entries is about, from the request."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from litestar.params import QueryParameter

from ovoz.lib.problems import InputInvalid
from ovoz.platform.audit.contracts import Filters


def provide_filters(
    act: Annotated[
        str | None,
        QueryParameter(
            max_length=60, description="beginning of the act's name: `recordings.` or `identity.signed_in`"
        ),
    ] = None,
    actor_id: Annotated[
        UUID | None, QueryParameter(description="one person's trail: what this person did")
    ] = None,
    subject_kind: Annotated[
        str | None, QueryParameter(max_length=40, description="what it was done to: `recording`, `person` …")
    ] = None,
    subject_id: Annotated[
        str | None, QueryParameter(max_length=100, description="which one; needs `subject_kind`")
    ] = None,
    since: Annotated[
        datetime | None, QueryParameter(name="from", description="the first moment, with its zone")
    ] = None,
    until: Annotated[
        datetime | None, QueryParameter(name="to", description="the first moment after it, with its zone")
    ] = None,
) -> Filters:
    """Raises InputInvalid."""
    errors = [
        {"pointer": f"/{name}", "detail": "say date, time and zone, as in 2026-11-25T08:00:00Z"}
        for name, moment in (("from", since), ("to", until))
        if moment is not None and not _is_a_moment(moment)
    ]
    if subject_id is not None and subject_kind is None:
        errors.append({"pointer": "/subject_kind", "detail": "say of which kind the subject is"})
    for name, word in (("act", act), ("subject_kind", subject_kind), ("subject_id", subject_id)):
        if word is not None and "\0" in word:
            errors.append({"pointer": f"/{name}", "detail": "leave the NUL character out"})
    if errors:
        raise InputInvalid(errors=errors)
    return Filters(act, actor_id, subject_kind, subject_id, since, until)


def _is_a_moment(said: datetime) -> bool:
    """Whether it has a zone, and a year in UTC too: 0001-01-01T00:00+05:00 has none."""
    try:
        return said.tzinfo is not None and said.astimezone(UTC) is not None
    except OverflowError:
        return False
