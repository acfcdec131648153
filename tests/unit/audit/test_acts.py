"""Every act that the source tells is listed and documented."""

import re

from ovoz.lib.settings import REPOSITORY
from ovoz.platform.audit.contracts import ACTS

_TOLD = re.compile(
    r"(?:\b_?[Aa]ct\(|\b_tell\(session, doer,|told\(\s*session, tenant,)\s*(?:name=)?\"([^\"]+)\""
)
_DOCUMENTED = re.compile(r"^\| `([a-z_]+\.[a-z_]+)` \|", re.MULTILINE)


def test_what_is_listed_is_documented_and_the_other_way_round() -> None:
    page = (REPOSITORY / "docs" / "developer" / "audit.md").read_text()
    assert set(_DOCUMENTED.findall(page)) == ACTS


def test_what_is_told_is_listed() -> None:
    source = "\n".join(path.read_text() for path in (REPOSITORY / "src" / "ovoz").rglob("*.py"))
    assert set(_TOLD.findall(source)) == ACTS


def test_names_say_module_and_verb() -> None:
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", name) for name in ACTS)
