"""Lists a page at a time: one struct, one cursor and one way to sort for every list of the API."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, String, tuple_

from ovoz.lib.problems import InputInvalid

T = TypeVar("T")
Row = TypeVar("Row")

PAGE_LIMIT = 100
"""The most that one page may hold; `limit` is 1 to this."""
LONGEST_CURSOR = 300


class CursorInvalid(InputInvalid):
    slug = "cursor-invalid"
    title = "The cursor is not one that a list gave"


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A part of a list. Ask with `next_cursor` and the same `sort` for what follows, until it is null."""

    items: Annotated[list[T], msgspec.Meta(extra={"structs": True})]
    next_cursor: Annotated[str, msgspec.Meta(extra={"public": True})] | None


class Keyset:
    """One order of a list: by a column that is never null, then by id, both in the same direction.

    `sort` is a name of `columns`, with `-` before it for the greatest first. What is inserted meanwhile neither
    repeats nor hides a row, and a page costs the same however far in the list it is. An index on (column, id)
    serves both directions.
    """

    def __init__(self, sort: str, columns: Mapping[str, Any], id_column: Any) -> None:
        self._sort = sort
        self._descending = sort.startswith("-")
        self._column = columns[sort.removeprefix("-")]
        self._id = id_column

    def order(self) -> tuple[ColumnElement[Any], ...]:
        """For `order_by`."""
        return tuple(
            column.desc() if self._descending else column.asc() for column in (self._column, self._id)
        )

    def after(self, cursor: str) -> ColumnElement[bool]:
        """For `where`: what follows the cursor's row. Raises CursorInvalid, also for a cursor of another order."""
        id_kind = str if isinstance(self._id.type, String) else UUID
        value, id_ = _decode(cursor, self._sort, self._column.type.python_type, id_kind)
        place, here = tuple_(self._column, self._id), tuple_(value, id_)
        return place < here if self._descending else place > here

    def cursor(self, value: Any, id_: UUID | str) -> str:
        """Opaque to whoever gets it: the order, and the place of a page's last row in it."""
        return base64.urlsafe_b64encode(msgspec.json.encode([self._sort, value, id_])).decode().rstrip("=")


def cut(rows: Sequence[Row], limit: int) -> tuple[Sequence[Row], bool]:
    """The rows of a page that was read with one more than `limit`, and whether more follow."""
    return rows[:limit], len(rows) > limit


def moment(name: str, value: datetime | None) -> datetime | None:
    """A filter's moment in UTC; raises InputInvalid for one without a zone, or out of the calendar."""
    if value is None:
        return None
    try:
        if value.tzinfo is not None:
            return value.astimezone(UTC)
        wrong = "say the zone too: 2026-11-25T08:00:00+05:00"
    except OverflowError:
        wrong = "no such moment"
    raise InputInvalid(errors=[{"pointer": f"/{name}", "detail": wrong}])


def _decode(cursor: str, sort: str, kind: type[Any], id_kind: type[Any]) -> tuple[Any, Any]:
    try:
        said = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        of, value, id_ = msgspec.json.decode(said, type=tuple[str, Any, str])
        if of == sort:
            value, id_ = msgspec.convert(value, kind), msgspec.convert(id_, id_kind)
            if not isinstance(value, datetime) or value.tzinfo is not None:
                return value, id_
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        pass
    raise CursorInvalid(
        errors=[{"pointer": "/cursor", "detail": "take it from `next_cursor` of a list with the same `sort`"}]
    )
