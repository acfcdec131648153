"""`ovoz doctor`: one file that a person can send to support without thinking twice."""

import json
import platform
import re
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path

from ovoz.engines.layout import Layout

TAIL_BYTES = 20_000
_HIDDEN = (
    (re.compile(r"(://[^\s:/@]*:)[^\s@]+(?=@)"), r"\1<secret>"),
    (re.compile(r"\+\d[\d ()-]{5,18}\d|(?<![0-9A-Za-z])\d{7,15}(?![0-9A-Za-z])"), "<number>"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "<address>"),
    (re.compile(r"(?i)\b[0-9a-f]{32,}\b"), "<secret>"),
    (re.compile(r"(?i)(authorization|cookie)(\W{1,4}).+"), r"\1\2<secret>"),
    (re.compile(r"(?i)(password|secret|token)(\W{1,4})\S+"), r"\1\2<secret>"),
    (re.compile(r"(?i)(key)(\W{0,2}[=:]\W{0,3})\S+"), r"\1\2<secret>"),
)


def without_personal_data(text: str) -> str:
    """Phone numbers, addresses, keys and passwords are replaced; times and states stay."""
    for pattern, replacement in _HIDDEN:
        text = pattern.sub(replacement, text)
    return text


def write_report(layout: Layout, status: dict[str, dict[str, object]]) -> Path:
    """Writes `<home>/doctor-<time>.txt` and returns its path."""
    now = datetime.now(UTC)
    parts = [
        f"Ovoz, {now:%Y-%m-%d %H:%M:%S} UTC",
        f"{platform.platform()}, Python {platform.python_version()}",
        "# States\n" + json.dumps(status, indent=2, ensure_ascii=False),
        "# Packages\n" + "\n".join(sorted(f"{item.name} {item.version}" for item in distributions())),
    ]
    for path in sorted(layout.log.glob("*.log")):
        with path.open("rb") as file:
            begins = max(0, path.stat().st_size - TAIL_BYTES)
            file.seek(begins)
            tail = file.read().decode(errors="replace")
        if begins:
            # Half a key or half an address would not be recognised.
            tail = tail.partition("\n")[2]
        parts.append(f"# {path.name}\n{without_personal_data(tail)}")
    report = layout.home / f"doctor-{now:%Y%m%d-%H%M%S}.txt"
    report.write_text("\n\n".join(parts))
    return report
