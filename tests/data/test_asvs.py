"""docs/security says something of every requirement, names tests that exist, and gives the figures of the code."""

import csv
import re
from collections import Counter

import pytest

from ovoz.lib.settings import REPOSITORY, Settings
from ovoz.platform.identity import rules

FOLDER = REPOSITORY / "docs" / "security"
ROW = re.compile(r"\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (.+) \|")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def rows() -> list[tuple[str, str, str, str]]:
    return [
        (found[1], found[2], found[3], found[4])
        for line in (FOLDER / "asvs.md").read_text().splitlines()
        if (found := ROW.fullmatch(line))
    ]


def test_every_requirement_has_one_row() -> None:
    with (FOLDER / "asvs-ids.csv").open() as file:
        wanted = [(row["id"], row["level"]) for row in csv.DictReader(file)]
    assert len(wanted) == 253
    assert Counter((id_, level) for id_, level, _, _ in rows()) == Counter(wanted)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_row_says_what_holds_it(row: tuple[str, str, str, str]) -> None:
    held = row[3]
    test = TEST.fullmatch(held)
    if test is None:
        assert re.fullmatch(r"(open|does not apply): .{3,}", held), held
        return
    source = (REPOSITORY / test[1]).read_text()
    assert re.search(rf"^(?:async def|def|class) {test[2]}\b|^{test[2]} =", source, re.MULTILINE), held


def test_the_counts_at_the_head_are_right() -> None:
    kinds = Counter(held.partition(":")[0] if TEST.fullmatch(held) is None else "held" for *_, held in rows())
    said = f"{kinds['held']} are held by a test, {kinds['does not apply']} do not apply, {kinds['open']} are open"
    assert said in (FOLDER / "asvs.md").read_text()


def test_the_figures_in_the_document_are_those_of_the_code() -> None:
    text = " ".join((FOLDER / "sign-in.md").read_text().split())
    settings = Settings.from_environment({"OVOZ_HOME": "/nowhere"})
    for said in (
        f"{rules.SHORTEST_PASSWORD} to {rules.LONGEST_PASSWORD} characters",
        f"After {rules.FREE_FAILURES} failures of an account, or {rules.FREE_FAILURES_OF_ADDRESS} of an address",
        f"wait {rules.lock_after(rules.FREE_FAILURES, free=rules.FREE_FAILURES).seconds} s",
        f"{rules.LONGEST_LOCK.seconds // 60} minutes at most",
        f"{settings.rate_address_per_min} a minute from one network address",
        f"of one session {settings.rate_session_per_min}; of one operator {settings.rate_tenant_per_min}",
        f"changes every {rules.ROTATE_EVERY.seconds // 60} minutes",
        f"counts for {rules.PREVIOUS_TOKEN_GRACE.seconds} seconds",
        f"after {rules.SESSION_IDLE.seconds // 3600} hours without a request",
        f"after {int(rules.SESSION_ABSOLUTE.total_seconds()) // 3600} hours in any case",
        f"in the last {rules.REMEMBERED_FOR.seconds // 60} minutes",
        "*Ovoz*, the operator's name, the person's name",
        "no second factor, no identity provider",
        "Any number of sessions of one person",
    ):
        assert said in text, said
