"""Reading a table of people and skills: which levels it asks for, and what is wrong with which line.

One wrong cell leaves its whole line out: half a line would be a person with skills that nobody meant.
"""

import csv
import io
from collections.abc import Mapping
from typing import Literal

import msgspec

Fault = Literal["agent_missing", "agent_unknown", "agent_twice", "not_yours", "level_wrong", "cells_many"]

_WHO = ("id", "email")
_IGNORED = frozenset({"name", "team"})
_LONGEST_FOUND = 80


class Row(msgspec.Struct, frozen=True):
    """A line that can be taken: who, and the levels by skill; a skill whose cell is empty is not in it."""

    line: int
    agent: str
    levels: dict[str, int]


class Wrong(msgspec.Struct, frozen=True):
    line: int
    fault: Fault
    column: str | None = None
    found: str | None = None


class Read(msgspec.Struct, frozen=True):
    rows: list[Row]
    wrong: list[Wrong]
    unknown_columns: list[str]


class NoTable(ValueError):
    """The first line does not name the columns; the message says what it should be."""


def read(content: str, agents: Mapping[str, bool], skills: frozenset[str]) -> Read:
    """`agents`: whether the reader may change them, by each word that a line may name them with (lower case)."""
    lines = csv.reader(
        io.StringIO(content.removeprefix("\ufeff")), delimiter=_delimiter(content), strict=False
    )
    try:
        table = [(lines.line_num, [cell.strip() for cell in cells]) for cells in lines]
    except csv.Error as error:
        raise NoTable(str(error)) from None
    table = [(line, cells) for line, cells in table if any(cells)]
    columns = [name.lower() for name in table[0][1]] if table else []
    who = [place for name in _WHO for place, column in enumerate(columns) if column == name]
    named = {place: column for place, column in enumerate(columns) if column in skills}
    if not who:
        raise NoTable("one column must be called id or email")
    if not named:
        raise NoTable("one column or more must be called as the code of a skill")
    if len(set(named.values())) < len(named):
        raise NoTable("a skill has two columns")
    rows: list[Row] = []
    wrong: list[Wrong] = []
    seen: set[str] = set()
    for line, cells in table[1:]:
        found = _line(line, cells, columns, who, named, agents)
        if isinstance(found, Row) and found.agent in seen:
            found = Wrong(line, "agent_twice", columns[who[0]], found.agent[:_LONGEST_FOUND])
        if isinstance(found, Wrong):
            wrong.append(found)
        else:
            seen.add(found.agent)
            rows.append(found)
    unknown = [name[:_LONGEST_FOUND] for name in columns if name and name not in skills | _IGNORED | {*_WHO}]
    return Read(rows, wrong, unknown)


def _line(
    line: int,
    cells: list[str],
    columns: list[str],
    who: list[int],
    named: dict[int, str],
    agents: Mapping[str, bool],
) -> Row | Wrong:
    if len(cells) > len(columns) and any(cells[len(columns) :]):
        return Wrong(line, "cells_many")
    names = [(columns[place], cells[place]) for place in who if place < len(cells) and cells[place]]
    if not names:
        return Wrong(line, "agent_missing", columns[who[0]])
    column, agent = names[0]
    if agent.lower() not in agents:
        return Wrong(line, "agent_unknown", column, agent[:_LONGEST_FOUND])
    if not agents[agent.lower()]:
        return Wrong(line, "not_yours", column, agent[:_LONGEST_FOUND])
    levels: dict[str, int] = {}
    for place, code in named.items():
        cell = cells[place] if place < len(cells) else ""
        if not cell:
            continue
        if cell not in ("0", "1", "2", "3", "4", "5"):
            return Wrong(line, "level_wrong", code, cell[:_LONGEST_FOUND])
        levels[code] = int(cell)
    return Row(line, agent.lower(), levels)


def _delimiter(content: str) -> str:
    """What spreadsheets write: a comma, a semicolon where the comma is the decimal one, or tabs."""
    first = content.lstrip("\ufeff\r\n ").partition("\n")[0]
    return max(",;\t", key=first.count)
