"""A table of people and skills: what is taken, what is left out and why."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovoz.contact_center.queues.rules.sheet import NoTable, Row, Wrong, read

AGENTS = {"anna@x.test": True, "0190-1": True, "boris@x.test": False}
SKILLS = frozenset({"tariffs", "roaming"})


def test_lines_are_taken_by_id_or_address() -> None:
    found = read(
        "\ufeffID;Email;Name;tariffs;roaming;Комментарий\r\n0190-1;;=1+1;5;0;\r\n\r\n;Anna@X.test;'Анна;;3;нет\r\n",
        AGENTS,
        SKILLS,
    )
    assert found.rows == [
        Row(2, "0190-1", {"tariffs": 5, "roaming": 0}),
        Row(4, "anna@x.test", {"roaming": 3}),
    ]
    assert found.wrong == []
    assert found.unknown_columns == ["комментарий"]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("anna@x.test,6,1", Wrong(2, "level_wrong", "tariffs", "6")),
        ("anna@x.test,1,3.0", Wrong(2, "level_wrong", "roaming", "3.0")),
        ("anna@x.test,-1,", Wrong(2, "level_wrong", "tariffs", "-1")),
        (",1,1", Wrong(2, "agent_missing", "email", None)),
        ("ghost@x.test,1,1", Wrong(2, "agent_unknown", "email", "ghost@x.test")),
        ("boris@x.test,1,1", Wrong(2, "not_yours", "email", "boris@x.test")),
        ("anna@x.test,1,1,1", Wrong(2, "cells_many")),
    ],
)
def test_one_wrong_cell_leaves_its_line_out(line: str, wrong: Wrong) -> None:
    found = read(f"email,tariffs,roaming\n{line}\n0190-1,,\n", AGENTS, SKILLS)
    assert found.wrong == [wrong]
    assert [row.line for row in found.rows] == ([] if "0190-1" not in AGENTS else [3])


def test_a_person_has_one_line() -> None:
    found = read("email\ttariffs\nanna@x.test\t1\nANNA@x.test\t2\n", AGENTS, SKILLS)
    assert [row.levels for row in found.rows] == [{"tariffs": 1}]
    assert found.wrong == [Wrong(3, "agent_twice", "email", "anna@x.test")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "id or email"),
        ("name,tariffs\nАнна,1\n", "id or email"),
        ("email,name\nanna@x.test,Анна\n", "code of a skill"),
        ("email,tariffs,tariffs\n", "two columns"),
    ],
)
def test_what_is_no_table_is_refused(content: str, said: str) -> None:
    with pytest.raises(NoTable, match=said):
        read(content, AGENTS, SKILLS)


_CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6)


@given(rows=st.lists(st.lists(_CELL, min_size=1, max_size=4), max_size=6), delimiter=st.sampled_from(",;\t"))
def test_whatever_stands_there_every_line_is_taken_once_or_says_why(
    rows: list[list[str]], delimiter: str
) -> None:
    sheet = io.StringIO()
    writer = csv.writer(sheet, delimiter=delimiter)
    writer.writerow(["email", "tariffs", "roaming"])
    writer.writerows(rows)
    found = read(sheet.getvalue(), AGENTS, SKILLS)
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    assert len(found.rows) + len(found.wrong) == len(filled)
    assert all(0 <= level <= 5 for row in found.rows for level in row.levels.values())
