"""The inventories of docs/security name what the code has: ports, tables, keys, events.

ASVS 5.0, 11.1.1, 11.1.2, 13.1.1, 14.1.1, 14.1.2, 16.1.1.
"""

import ast
import re

from argon2 import PasswordHasher

from ovoz.engines.layout import Secrets
from ovoz.lib.settings import REPOSITORY, Ports, Settings
from ovoz.platform.identity.rules import SESSION_ABSOLUTE
from ovoz.platform.people.rules import INVITATION_LASTS, RESET_LASTS
from ovoz.platform.tenancy.rules.archive_format import SCRYPT_N, SCRYPT_R

FOLDER = REPOSITORY / "docs" / "security"
SOURCES = sorted((REPOSITORY / "src" / "ovoz").rglob("*.py"))
OF_SECURITY = ("identity.", "request.", "internal.", "access.", "rate_limits.not", "api.", "log.", "privacy.")


def document(name: str) -> str:
    return (FOLDER / name).read_text()


def words(text: str) -> set[str]:
    """What stands between backticks."""
    return set(re.findall(r"`([^`\n]+)`", text))


def events() -> set[str]:
    """Names of everything that is logged."""
    return {
        str(node.args[0].value)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and re.fullmatch(r"(.*\blog\.\w+|say)", ast.unparse(node.func))
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def test_every_port_is_listed_with_who_connects_and_how_it_is_proven() -> None:
    rows = re.findall(r"^\| ([\d–]+)/(?:tcp|udp) \| (.+?) \| (.+) \|$", document("network.md"), re.MULTILINE)
    listed = {name: port for port, names, _ in rows for name in words(names)}
    ports = Settings.from_environment({}).ports
    derived = {name for name, kind in vars(Ports).items() if isinstance(kind, property)}
    assert set(listed) == derived | {"http"}
    for name, port in listed.items():
        assert str(getattr(ports, name)) in port.split("–"), name


def test_every_table_is_classified() -> None:
    snapshot = (REPOSITORY / "migrations" / "tenant" / "snapshot.sql").read_text()
    of_tenants = set(re.findall(r"CREATE TABLE tenant_schema\.(\w+)", snapshot))
    migrations = (REPOSITORY / "migrations" / "control" / "versions").glob("*.py")
    of_all = {name for path in migrations for name in re.findall(r"CREATE TABLE (\w+)", path.read_text())}
    assert len(of_tenants) > 20
    assert len(of_all) > 5
    text = document("data.md")
    classes = set(re.findall(r"^\| \*\*(\w+)\*\* \|", text, re.MULTILINE))
    listed = {
        name
        for names, said in re.findall(r"^\| (`.+?) \| (.+?) \|", text, re.MULTILINE)
        if classes & set(re.findall(r"\w+", said)) or "what the answer was" in said or "events" in said
        for name in words(names)
    }
    assert (of_tenants | of_all) - listed == set()


def test_every_key_is_listed() -> None:
    text = document("keys.md")
    listed = words(text)
    assert set(Secrets.__struct_fields__) <= listed
    labels = {
        label
        for path in SOURCES
        for label in re.findall(r'b"(ovoz [\w ]+?)(?:\\0|\\x00)?"', path.read_text())
    }
    assert len(labels) >= 8
    assert labels - listed == set()
    hasher = PasswordHasher()
    for said in (
        f"Argon2id, {hasher.memory_cost // 1024} MiB, {hasher.time_cost} passes",
        f"scrypt, N {SCRYPT_N}, r {SCRYPT_R}",
    ):
        assert said in text


def test_events_of_security_are_those_of_the_code() -> None:
    made, listed = events(), words(document("logging.md"))
    wanted = {name for name in made if name.startswith(OF_SECURITY)} - {
        # Nothing of security: what was unmapped is refused all the same.
        *("access.listening", "api.unmapped_refusal"),
    }
    assert len(wanted) >= 10
    assert wanted - listed == set()
    named = {word for word in listed if re.fullmatch(r"[a-z_]+\.[a-z_]+", word) and not word.endswith(".log")}
    assert named - made - {"identity.sign_in_locked"} == set()


def test_times_are_those_of_the_code() -> None:
    sign_in, data = document("sign-in.md"), document("data.md")
    assert f"for {RESET_LASTS.days} day (an invitation: {INVITATION_LASTS.days} days)" in sign_in.replace(
        "\n", " "
    )
    assert f"{INVITATION_LASTS.days} days at most, {RESET_LASTS.days} day for a new password" in data
    assert f"{int(SESSION_ABSOLUTE.total_seconds()) // 3600} hours at most" in data
