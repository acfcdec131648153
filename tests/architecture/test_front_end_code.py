"""What the front end's code does not do: ASVS 5.0, 1.2.2, 3.2.2, 3.5.5, 6.2.6, 6.2.7, 14.3.3, 15.3.6.

By reading it, as ESLint has no rule for most of it. Angular escapes what a template shows; these are the ways around.
"""

import re
from pathlib import Path

import pytest

from ovoz.lib.settings import REPOSITORY

ROOT = REPOSITORY / "frontend" / "projects"
CODE = sorted(
    path
    for path in ROOT.rglob("*")
    if path.suffix in (".ts", ".html", ".js") and ".spec." not in path.name and path.name != "schema.ts"
)

AROUND_ESCAPING = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|document\.write|bypassSecurityTrust"
    r"|DomSanitizer|srcdoc|new Function|\beval\(|set(?:Timeout|Interval)\(\s*['\"`]|javascript:"
)
PROTOTYPES = re.compile(
    r"__proto__|Object\.assign\(|\.prototype\.\w+\s*=|Object\.setPrototypeOf|for \((?:const|let|var) \w+ in "
    # A member whose name comes from a value; Map and Set are for that. Samples of sound are an array of numbers.
    r"|(?<!sample)[\w)\]]\[(?!['\"])[^\]\n]+\]\s*=(?![=>])"
)
MESSAGES = re.compile(r"postMessage|(?<!socket\.)addEventListener\(\s*['\"]message|(?<!socket\.)onmessage")
STORAGE = re.compile(r"(?:localStorage|sessionStorage|storage)\.(?:setItem|getItem)\(\s*([^,)]+)")
CONSTANT = re.compile(r"^const (\w+) = '(ovoz\.[a-z]+)';", re.MULTILINE)
OTHER_STORES = re.compile(
    r"indexedDB|caches\.open|document\.cookie|navigator\.storage|serviceWorker\.register"
)

KEPT = {
    "ovoz.draft": "outcome and note of the present call, in the tab, until its end or signing out",
    "ovoz.locale": "language",
    "ovoz.microphone": "the headset at this place",
    "ovoz.muted": "id of the call in which the person is muted, in the tab",
    "ovoz.speaker": "the headset at this place",
    "ovoz.test": "set by tests only",
    "ovoz.theme": "light, dark",
}
"""Everything that stands in the browser's storage."""


def where(pattern: re.Pattern[str], source: str) -> list[str]:
    without_comments = re.sub(r"^\s*(?://|\*|/\*).*$", "", source, flags=re.MULTILINE)
    return [found[0] for found in pattern.finditer(without_comments)]


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_text_stays_text(path: Path) -> None:
    """3.2.2, 3.5.5, 15.3.6."""
    source = path.read_text()
    assert where(AROUND_ESCAPING, source) == []
    assert where(PROTOTYPES, source) == []
    assert where(MESSAGES, source) == []


@pytest.mark.parametrize(
    ("pattern", "source"),
    [
        (AROUND_ESCAPING, '<p [innerHTML]="note()"></p>'),
        (AROUND_ESCAPING, "this.sanitizer.bypassSecurityTrustHtml(note)"),
        (AROUND_ESCAPING, "setTimeout('go()', 1)"),
        (AROUND_ESCAPING, '<a href="javascript:go()">'),
        (PROTOTYPES, "known[key] = value;"),
        (PROTOTYPES, "known[`a${key}`]= value;"),
        (PROTOTYPES, "for (const key in answer) {"),
        (PROTOTYPES, "Object.assign(settings, answer)"),
        (MESSAGES, "window.addEventListener('message', hear)"),
    ],
)
def test_what_is_looked_for_is_found(pattern: re.Pattern[str], source: str) -> None:
    assert where(pattern, source)


def test_addresses_are_built_of_encoded_parts() -> None:
    """1.2.2: what stands between the slashes of an address of the API is encoded, or one of a few words of our own."""
    found = 0
    for path in CODE:
        for address in re.findall(r"`(/(?:api|invitation|settings)/[^`]*)`", path.read_text()):
            for part in re.findall(r"\$\{([^}]*)\}", address):
                found += 1
                assert part.startswith("encodeURIComponent(") or part in ("command",), (path.name, address)
    assert found >= 8


def test_what_the_browser_keeps_is_listed() -> None:
    """14.3.3: no data of subscribers but the draft of a note, which goes when its call or the session ends."""
    keys: set[str] = set()
    for path in CODE:
        source = path.read_text()
        assert where(OTHER_STORES, source) == [], path.name
        constants = dict(CONSTANT.findall(source))
        for said in STORAGE.findall(source):
            if path.name == "browser-storage.ts":
                continue
            keys.add(constants.get(said, said.strip("'\"")))
    assert keys == set(KEPT)
    of_the_browser = (ROOT / "desk/src/app/session/browser-storage.ts").read_text()
    assert set(re.findall(r"'(ovoz\.[a-z]+)'", of_the_browser)) == set(KEPT) - {"ovoz.draft", "ovoz.muted"}


def test_password_fields_hide_what_is_typed_and_let_it_be_pasted() -> None:
    """6.2.6, 6.2.7: shown only while the person wishes it; names by which browsers and managers know the fields."""
    fields = [
        field
        for path in CODE
        for field in re.findall(r"<input[^>]*password[^>]*>", path.read_text())
        if 'type="email"' not in field
    ]
    assert len(fields) == 3
    for field in fields:
        assert 'type="password"' in field or "[type]=\"shown() ? 'text' : 'password'\"" in field, field
        assert re.search(r'autocomplete="(current|new)-password"', field), field
        assert not re.search(r"paste|keydown|keypress|drop|readonly|pattern=", field), field
    # The matrix of skills takes blocks of a spreadsheet; it has no field for a password.
    listening = {
        path.name for path in CODE if re.search(r"\(paste\)|'paste'|clipboardData", path.read_text())
    }
    assert listening == {"skills.ts", "skills.html"}
    shown = [path.name for path in CODE if re.search(r"shown = signal\(true\)", path.read_text())]
    assert shown == []
