"""What no code of ours does, by its syntax tree: ASVS 5.0, 1.2.5, 1.3.2, 1.3.10, 1.5.2, 11.2.1, 11.5.1."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ovoz.lib.settings import REPOSITORY

SOURCES = sorted(path for folder in ("src", "migrations") for path in (REPOSITORY / folder).rglob("*.py"))

SHELLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}
PROGRAMS = {
    "subprocess.run",
    "subprocess.Popen",
    "subprocess.call",
    "subprocess.check_output",
    "subprocess.check_call",
}
RUNS_WORDS = {"eval", "exec", "compile", "__import__"}
BUILDS_OBJECTS = {"pickle", "marshal", "shelve", "dill", "jsonpickle", "xml", "lxml"}
"""Modules that make whatever objects the input names, or resolve what XML names."""
CRYPTOGRAPHY = {"argon2", "cryptography", "hashlib", "hmac", "secrets"}
"""OpenSSL by `cryptography` and `hashlib`, the reference implementation of Argon2, the system's random source."""
OTHER_CRYPTOGRAPHY = {
    *(
        "Crypto",
        "Cryptodome",
        "nacl",
        "OpenSSL",
        "bcrypt",
        "passlib",
        "jwt",
        "jose",
        "authlib",
        "rsa",
        "ecdsa",
    ),
    *("crypt", "ssl"),
}
HASHES = {"sha256", "compare_digest", "digest", "new"}
CIPHERS = {
    *("AESGCM", "HKDF", "Scrypt", "SHA256", "hashes"),
    *("Ed25519PrivateKey", "Ed25519PublicKey", "X25519PrivateKey", "X25519PublicKey"),
    *("Encoding", "NoEncryption", "PrivateFormat", "PublicFormat", "InvalidTag", "InvalidSignature"),
}
CHANCE = {
    "src/ovoz/platform/tenancy/services/fleet.py": "pauses between attempts",
    "src/ovoz/integrations/asterisk/ari.py": "pauses between attempts",
    "src/ovoz/contact_center/agents/services/live.py": "spreads load",
    "src/ovoz/contact_center/routing/rules/recorded.py": "what is not on record of a played day, the same on every run",
}
"""Who may use `random`, for what; the simulated operator plays with it too."""


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in SOURCES:
        yield str(path.relative_to(REPOSITORY)), ast.parse(path.read_text())


def called(node: ast.Call) -> str:
    """`subprocess.run` for that call."""
    return ast.unparse(node.func)


def refused(source: str) -> list[str]:
    """What of this source no code of ours may have."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = (
                [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            )
            roots = {name.split(".")[0] for name in names}
            found += [f"imports {root}" for root in sorted(roots & (BUILDS_OBJECTS | OTHER_CRYPTOGRAPHY))]
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("cryptography"):
                used = {alias.name for alias in node.names}
                found += [f"takes {name} of cryptography" for name in sorted(used - CIPHERS)]
            if isinstance(node, ast.ImportFrom) and node.module in ("hashlib", "hmac"):
                used = {alias.name for alias in node.names}
                found += [f"takes {name} of {node.module}" for name in sorted(used - HASHES)]
        of_hashes = isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("hashlib", "hmac")
        if of_hashes and node.attr not in HASHES:
            found.append(f"uses {ast.unparse(node)}")
        if not isinstance(node, ast.Call):
            continue
        name = called(node)
        if name in SHELLS or name.endswith("create_subprocess_shell"):
            found.append(f"calls {name}")
        if name in RUNS_WORDS:
            found.append(f"calls {name}")
        if any(word.arg == "shell" for word in node.keywords):
            found.append(f"{name} with a shell")
        if name in PROGRAMS and isinstance(node.args[0], ast.Constant | ast.JoinedStr | ast.BinOp):
            found.append(f"{name} with words in place of a list")
        if re.fullmatch(r"(?:self\._?)?log(?:ger)?\.(debug|info|warning|error|exception|critical)", name):
            first = node.args[0] if node.args else None
            is_name = isinstance(first, ast.Constant) and re.fullmatch(
                r"[a-z_]+(\.[a-z_]+)+", str(first.value)
            )
            if not is_name or len(node.args) > 1:
                found.append(f"logs {ast.unparse(node)}")
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "format_map"):
            template = node.func.value
            constant = isinstance(template, ast.Constant) or re.fullmatch(
                r"_?[A-Z_]+(\[.+\])?|msgspec\.json|string", ast.unparse(template)
            )
            if not constant:
                found.append(f"formats {ast.unparse(template)}")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_code_does_nothing_of_this(path: Path) -> None:
    assert refused(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.system(f'ls {name}')",
        "subprocess.run('ls', shell=True)",
        "subprocess.run(f'ffmpeg {name}')",
        "await asyncio.create_subprocess_shell('ls')",
        "eval(name)",
        "exec(source)",
        "import pickle",
        "from xml.etree import ElementTree",
        "log.info(f'signed in {name}')",
        "log.warning('signed in %s', name)",
        "self._log.error(message)",
        "said.format(name)",
        "hashlib.md5(b'')",
        "from hashlib import sha1",
        "import bcrypt",
        "from cryptography.hazmat.primitives.ciphers.modes import ECB",
        "from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15",
    ],
)
def test_what_is_looked_for_is_found(source: str) -> None:
    assert refused(source)


def test_chance_is_no_secret() -> None:
    """11.5.1: what nobody may guess comes from `secrets`."""
    users = {
        name
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and "random" in {getattr(node, "module", None), *(alias.name for alias in node.names)}
    }
    assert {name for name in users if "simulator" not in name} == set(CHANCE)
