"""Asterisk 22 from Debian's sid, unpacked beside the project without root and run through its own loader.

`asterisk/packages.lock` records what was seen to work (name, version, SHA-256). Where the suite has moved on, the
current packages are taken (apt has checked their signatures) and the difference is said.
"""

import hashlib
import os
import re
import shutil
from pathlib import Path

import msgspec

from ovoz.engines.host import EngineMissing, own, run, say

PACKAGES = ("asterisk", "asterisk-modules", "asterisk-core-sounds-ru-wav")
WITHOUT = "without Asterisk nobody can call or be called; sign-in, history and settings work"
FURTHER_LANGUAGES = ("tg",)
"""No voice of these is shipped: an operator may put prompts of their own there."""
SAID = (
    *("queue-youarenext", "queue-thereare", "queue-callswaiting", "queue-thankyou", "queue-holdtime"),
    *(
        "queue-minute",
        "queue-minutes",
        "all-circuits-busy-now",
        "im-sorry",
        "pls-try-call-later",
        "vm-goodbye",
    ),
    *(f"digits/{number}" for number in range(1, 21)),
)
"""What a language must have, so that callers hear whole sentences in it."""
LIBRARIES = "usr/lib/x86_64-linux-gnu"


class LockedPackage(msgspec.Struct, frozen=True, order=True):
    """One line of `packages.lock`."""

    name: str
    version: str
    sha256: str


class AsteriskPackage:
    """The unpacked tree below `root`."""

    def __init__(self, shared: Path, lock: Path) -> None:
        self.root = shared / "asterisk-root"
        self._downloads = shared / "asterisk-packages"
        self._lock = lock

    @property
    def loader(self) -> Path:
        return self.root / LIBRARIES / "ld-linux-x86-64.so.2"

    def command(self, etc: Path, *arguments: str) -> tuple[str, ...]:
        """Asterisk's command line, with the libraries it was built with."""
        return (
            str(self.loader),
            "--library-path",
            str(self.root / LIBRARIES),
            "--argv0",
            "asterisk",
            str(self.root / "usr/sbin/asterisk"),
            "-C",
            str(etc / "asterisk.conf"),
            *arguments,
        )

    def get(self) -> None:
        """Downloads and unpacks it where it is not there; raises EngineMissing."""
        if (self.root / "usr/sbin/asterisk").exists():
            return
        try:
            archives = self._download()
        except (RuntimeError, OSError) as error:
            raise EngineMissing(f"{WITHOUT}: {error}") from error
        moved = moved_on(read_lock(self._lock), [_describe(path) for path in archives])
        if moved:
            say(
                f"Debian moved on since packages.lock: {', '.join(moved[:6])}{' …' if len(moved) > 6 else ''}"
            )
        say(f"unpacking Asterisk ({len(archives)} packages)")
        part = self.root.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for archive in archives:
            run(["dpkg-deb", "-x", str(archive), str(part)])
        part.rename(self.root)

    def verify(self) -> list[str]:
        """Differences between what is here and the lock, in words; empty when there are none."""
        return moved_on(read_lock(self._lock), [_describe(path) for path in self._archives()])

    def write_lock(self) -> None:
        """Records what is here as what was seen to work."""
        packages = sorted(_describe(path) for path in self._archives())
        lines = [f"{package.name} {package.version} {package.sha256}" for package in packages]
        self._lock.write_text("\n".join(lines) + "\n")

    def version(self) -> str:
        archive = next(self._downloads.glob("archives/asterisk_*.deb"), None)
        if archive is None:
            return ""
        return re.sub(r"\+dfsg.*", "", _describe(archive).version.removeprefix("1:"))

    def _archives(self) -> list[Path]:
        return sorted((self._downloads / "archives").glob("*.deb"))

    def _download(self) -> list[Path]:
        say("fetching Asterisk 22 (about 100 MB)")
        state = self._downloads / "state"
        for folder in (state / "lists" / "partial", self._downloads / "archives" / "partial"):
            folder.mkdir(parents=True, exist_ok=True)
        (state / "status").touch()
        sources = self._downloads / "sources.list"
        sources.write_text(sid_source(_machine_sources()))
        options = {
            "Dir::State": state,
            "Dir::State::status": state / "status",
            "Dir::Cache": self._downloads,
            "Dir::Etc::sourcelist": sources,
            "Dir::Etc::sourceparts": "-",
            # A mirror's sid Release file may be past its date; signatures are still checked.
            "Acquire::Check-Valid-Until": "false",
            "Debug::NoLocking": "true",
            "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
        }
        apt = ["apt-get", *(item for name, value in options.items() for item in ("-o", f"{name}={value}"))]
        run([*apt, "update"])
        run([*apt, "-y", "--download-only", "--no-install-recommends", "install", *PACKAGES])
        return self._archives()


def sid_source(machine_sources: list[str]) -> str:
    """A source line for sid at the machine's own Debian mirror; raises EngineMissing where there is none."""
    for text in machine_sources:
        for block in re.split(r"\n\s*\n", text):
            address = re.search(r"^URIs:\s*(\S+)", block, re.M)
            if (
                address
                and "debian-security" not in address[1]
                and re.search(r"^Types:.*\bdeb\b", block, re.M)
            ):
                suites = re.search(r"^Suites:\s*(.+)", block, re.M)
                if suites and re.search(r"bookworm|trixie|sid|stable", suites[1]) and "debian" in address[1]:
                    signed = re.search(r"^Signed-By:\s*(\S+)", block, re.M)
                    return _source_line(address[1], signed[1] if signed else "")
        line = re.search(
            r"^deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S*debian/?)\s+(?:bookworm|trixie|sid|stable)\s",
            text,
            re.M,
        )
        if line:
            signed = re.search(r"signed-by=(\S+)", line["options"] or "")
            return _source_line(line["uri"], signed[1] if signed else "")
    raise EngineMissing(f"{WITHOUT}: this machine names no Debian mirror in its apt sources.")


def _source_line(uri: str, signed_by: str) -> str:
    keyring = signed_by or "/usr/share/keyrings/debian-archive-keyring.gpg"
    return f"deb [signed-by={keyring}] {uri} sid main\n"


def _machine_sources() -> list[str]:
    folder = Path("/etc/apt")
    files = [*sorted((folder / "sources.list.d").glob("*")), folder / "sources.list"]
    return [path.read_text() for path in files if path.is_file()]


def _describe(archive: Path) -> LockedPackage:
    name, version, _ = archive.name.split("_")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    return LockedPackage(name, version.replace("%3a", ":"), digest)


def read_lock(lock: Path) -> list[LockedPackage]:
    if not lock.exists():
        return []
    return [LockedPackage(*line.split()) for line in lock.read_text().splitlines() if line.strip()]


def moved_on(locked: list[LockedPackage], found: list[LockedPackage]) -> list[str]:
    """What is not as the lock says; a package of the same version must have the same digest."""
    here = {package.name: package for package in found}
    words = []
    for package in locked:
        other = here.get(package.name)
        if other is None:
            words.append(f"{package.name} is not needed any more")
        elif other.version != package.version:
            words.append(f"{package.name} {package.version} → {other.version}")
        elif other.sha256 != package.sha256:
            words.append(f"{package.name} {package.version} has another SHA-256")
    known = {package.name for package in locked}
    words.extend(f"{package.name} {package.version} is new" for package in found if package.name not in known)
    return words


def link_sounds(root: Path, data: Path, prompts: Path) -> None:
    """The data folder Asterisk expects: a farm of links, because the package's own go through /etc/alternatives.

    `prompts` has a folder for each further language, whose files are the operator's own.
    """
    shipped = root / "usr/share/asterisk"
    own(data)
    for entry in shipped.iterdir():
        if entry.name != "sounds":
            _link(data / entry.name, entry)
    sounds = own(data / "sounds")
    _link(sounds / "ru", shipped / "sounds" / "ru_RU_f_IvrvoiceRU")
    _link(sounds / "en", shipped / "sounds" / "en_US_f_Allison")
    for language in FURTHER_LANGUAGES:
        if (prompts / language).is_dir():
            _link(sounds / language, prompts / language)


def complete(prompts: Path, language: str) -> bool:
    """Whether the operator's own prompts of a language are all there."""
    return all(any((prompts / language).glob(f"{name}.*")) for name in SAID)


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() or link.exists():
        link.unlink()
    link.symlink_to(target)
