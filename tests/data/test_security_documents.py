"""The inventories of docs/security name what the code has: ports, tables, keys, events.

ASVS 5.0, 11.1.1, 11.1.2, 13.1.1, 14.1.1, 14.1.2, 16.1.1.
"""

import ast
import re

import yaml
from argon2 import PasswordHasher

from ovoz.contact_center.agents.services.live import SEND_PATIENCE_S
from ovoz.engines.layout import Secrets
from ovoz.entrypoints.api import server_config
from ovoz.lib.paging import PAGE_LIMIT
from ovoz.lib.settings import REPOSITORY, Ports, Settings
from ovoz.platform.access.rules.catalogue import CATALOGUE
from ovoz.platform.identity.rules import FREE_FAILURES, FREE_FAILURES_OF_ADDRESS, SESSION_ABSOLUTE
from ovoz.platform.people.rules import INVITATION_LASTS, RESET_LASTS
from ovoz.platform.requests.deps import BODY_LIMIT_BYTES
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


def test_limits_are_those_of_the_code() -> None:
    """15.1.3."""
    text, settings = document("limits.md"), Settings.from_environment({})
    for said in (
        f"Argon2id: {PasswordHasher().memory_cost // 1024} MiB",
        f"after {FREE_FAILURES} failures of an account or {FREE_FAILURES_OF_ADDRESS} of an address",
        f"{settings.rate_session_per_min} a minute of a session or address, {settings.rate_tenant_per_min} of an",
        f"{PAGE_LIMIT} at most on a page",
        f"{BODY_LIMIT_BYTES} bytes; {server_config(None, settings).ws_max_size} of a WebSocket",
        f"too slow for {SEND_PATIENCE_S:g} s",
    ):
        assert said in text, said
    assert settings.rate_session_per_min == settings.rate_address_per_min


def test_updates_have_a_time_for_every_severity() -> None:
    """15.1.1."""
    rows = re.findall(
        r"^\| (critical|high|medium|low)\b[^|]*\| (.+?) \| (.+?) \|$", document("updates.md"), re.MULTILINE
    )
    assert [row[0] for row in rows] == ["critical", "high", "medium", "low"]
    assert all(re.fullmatch(r"\d+ (hours|days)|next release", said) for row in rows for said in row[1:])


def test_rights_and_masks_are_documented() -> None:
    """8.1.1, 8.1.2: every shipped role, every condition, and what each role sees of personal data."""
    admin = (REPOSITORY / "docs" / "admin.md").read_text()
    roles = {
        role["code"] for role in yaml.safe_load((REPOSITORY / "tenants" / "roles.yaml").read_text())["roles"]
    }
    assert roles - words(admin) == set()
    conditions = {name for allowed in CATALOGUE.values() for name in allowed}
    assert len(conditions) >= 5
    assert conditions - words(admin) == set()
    seen = admin.partition("## Personal data")[2].partition("## ")[0]
    first_column = " ".join(re.findall(r"^\| ([^|]+) \|", seen, re.MULTILINE)).lower()
    policy = yaml.safe_load((REPOSITORY / "tenants" / "privacy.yaml").read_text())["roles"]
    assert {role for role in policy if role in roles and role.replace("_", " ") not in first_column} <= {
        "bi_service",
        "vendor",
    }
