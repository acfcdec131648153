"""Pure rules of the desk: for whom a SIP message of a browser may speak."""

import re

_REQUEST_LINE = re.compile(r"([A-Z]+) \S+ SIP/2\.0")
_RESPONSE_LINE = re.compile(r"SIP/2\.0 [1-6][0-9]{2}( .*)?")
_COMPACT = {"f": "from", "t": "to"}
# A display name in quotes may hold anything, an address too: it is skipped as a whole.
_NAME_ADDRESS = re.compile(r'\s*(?:"(?:[^"\\]|\\.)*"|[^"<>:]*)\s*<sips?:([^@<>;:\s]+)@[^<>]*>(.*)')
_BARE_ADDRESS = re.compile(r"\s*sips?:([^@<>;:\s]+)@[^<>;,\s]*(.*)")
_TAG = re.compile(r";\s*tag\s*=", re.I)
_USERNAME = re.compile(r'\busername\s*(\*?)=\s*("?)([^",\s]*)', re.I)
_CLAIMS = ("p-asserted-identity", "p-preferred-identity", "remote-party-id")
_CREDENTIALS = ("authorization", "proxy-authorization")


def impersonation(message: str, endpoint: str) -> str | None:
    """Why a browser's SIP message must not pass; None when it speaks for `endpoint` and nobody else.

    A request outside a dialog (RFC 3261, 12.2) and every REGISTER carry the account in From (and To); inside a
    dialog From is the address that the node called, which JsSIP chooses at random, and unguessable tags protect it.
    What cannot be read without doubt does not pass.
    """
    if not message.strip("\r\n"):
        return None  # keep-alive, RFC 7118
    head = message.split("\r\n\r\n", 1)[0].split("\r\n")
    if any(re.search(r"[\r\n\0]", line) for line in head):
        return "lines are not separated by CRLF"
    if _RESPONSE_LINE.fullmatch(head[0]):
        return None
    request = _REQUEST_LINE.fullmatch(head[0])
    if request is None:
        return "neither a request nor a response"
    headers: dict[str, list[str]] = {}
    for line in head[1:]:
        name, colon, value = line.partition(":")
        if not colon or line[:1] in (" ", "\t"):
            return "a header that is folded or has no name"
        name = name.strip().lower()
        headers.setdefault(_COMPACT.get(name, name), []).append(value)
    return _wrong_parties(request[1], headers, endpoint) or _wrong_claims(headers, endpoint)


def _wrong_parties(method: str, headers: dict[str, list[str]], endpoint: str) -> str | None:
    if len(headers.get("from", ())) != 1 or len(headers.get("to", ())) != 1:
        return "From and To must stand there once"
    caller, callee = _address(headers["from"][0]), _address(headers["to"][0])
    if caller is None or callee is None:
        return "From or To cannot be read"
    in_dialog = method != "REGISTER" and _TAG.search(callee[1]) is not None
    if not in_dialog and caller[0] != endpoint:
        return "From is another account"
    if method == "REGISTER" and callee[0] != endpoint:
        return "To is another account"
    return None


def _wrong_claims(headers: dict[str, list[str]], endpoint: str) -> str | None:
    for name in _CREDENTIALS:
        for value in headers.get(name, ()):
            names = _USERNAME.findall(value)
            if len(names) != 1 or names[0][0] or names[0][2] != endpoint:
                return "the credentials are another account's"
    for name in _CLAIMS:
        for value in headers.get(name, ()):
            claimed = _address(value)
            if claimed is None or claimed[0] != endpoint:
                return "another identity is claimed"
    return None


def _address(value: str) -> tuple[str, str] | None:
    """User and parameters of one address; None where there are more or it cannot be read."""
    found = _NAME_ADDRESS.fullmatch(value) or _BARE_ADDRESS.fullmatch(value)
    if found is None or "," in found[2]:
        return None
    return found[1], found[2]
