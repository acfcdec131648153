"""What `ovoz doctor` writes may be sent to anybody."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovoz.engines.layout import Layout
from ovoz.entrypoints.doctor import TAIL_BYTES, without_personal_data, write_report
from ovoz.lib.settings import Settings

AROUND = st.text("abc ,;:\"'<>(){}[]=/@\n\t_-", max_size=10)


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("INVITE sip:+992900000101@127.0.0.1", "992900000101"),
        ('"from": "+992 90 000 01 01"', "000 01"),
        ("called +992 (90) 000-01-01 twice", "000-01"),
        ("PJSIP/992900000101-00000007", "992900000101"),
        ("madina@somon.example signed in", "madina"),
        ('{"password": "ovoz-demo-2026"}', "demo"),
        ("PASSWORD=ovoz-demo-2026", "demo"),
        ("Authorization: Bearer abc.def", "abc"),
        ('Authorization: Digest username="m", response="ab12"', "ab12"),
        ("Cookie: one=first; ovoz=second", "second"),
        ("token 'abcdef'", "abcdef"),
        ("partner_secret: abcdef", "abcdef"),
        ('{"key": "q+/Zx=="}', "q+/Zx"),
        ("api_key=sk_live_1", "sk_live"),
        ("X-Ovoz-Trunk: 0123456789abcdef0123456789abcdef01234567", "89abcdef"),
        ("sha 0123456789ABCDEF0123456789ABCDEF01234567", "89ABCDEF"),
        ("amqp://ovoz:Correct-Horse@broker:5672/", "Correct"),
        ("redis://:Correct-Horse@127.0.0.1:6379/0", "Correct"),
    ],
)
def test_what_identifies_a_person_or_opens_a_door_is_hidden(line: str, secret: str) -> None:
    assert secret in line
    assert secret not in without_personal_data(line)


@given(AROUND, st.from_regex(r"\+?[1-9][0-9]{6,14}", fullmatch=True), AROUND)
def test_no_phone_number_survives_whatever_stands_around_it(before: str, number: str, after: str) -> None:
    digits = number.removeprefix("+")
    text = f"{before.rstrip('abc')}{number}{after.lstrip('abc')}"
    assert digits not in without_personal_data(text)


@pytest.mark.parametrize(
    "line",
    [
        '{"event": "unit.ended", "timestamp": "2026-11-24T23:50:49.123456Z", "level": "warning"}',
        "2026-11-24 23:50:49.123 UTC [29496] LOG:  database system is ready to accept connections",
        "[Nov 24 23:50:49] NOTICE[29503]: loader.c:2381 load_modules: 142 modules will be loaded.",
        "  10.2 s  switchboard  running, port 17009, pid 30180, version 22.10.1",
        "ERROR: duplicate key value violates unique constraint",
        "keyboard, tokens and passwords",
    ],
)
def test_what_helps_to_understand_stays(line: str) -> None:
    assert without_personal_data(line) == line


def _layout(home: Path) -> Layout:
    layout = Layout(Settings.from_environment({"OVOZ_HOME": str(home)}))
    layout.create()
    return layout


def test_the_file_has_states_versions_and_the_end_of_each_log(tmp_path: Path) -> None:
    layout = _layout(tmp_path / "home")
    (layout.log / "api.log").write_text("the first\n" + "between\n" * TAIL_BYTES + "the last\n")
    report = write_report(layout, {"api": {"state": "running", "version": "0.1.0"}}).read_text()
    assert '"state": "running"' in report
    assert "ovoz 0.1.0" in report
    assert "# api.log" in report
    assert "the last" in report
    assert "the first" not in report


def test_a_key_is_hidden_where_the_tail_begins_in_its_middle(tmp_path: Path) -> None:
    layout = _layout(tmp_path / "home")
    key = "0123456789abcdef" * 3
    rest = "\nafter\n"
    filler = "." * (TAIL_BYTES - len(key) // 2 - len(rest))
    (layout.log / "api.log").write_text(f"{key} {filler[1:]}{rest}")
    report = write_report(layout, {}).read_text()
    assert key[-20:] not in report
    assert "after" in report
