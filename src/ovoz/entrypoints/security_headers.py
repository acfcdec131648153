"""What every answer tells the browser not to do."""

from typing import Final

from litestar.types import Message, Scope

HSTS: Final = "max-age=31536000; includeSubDomains"

# Nothing of an answer that is no page is ever shown, so that it may load nothing.
_DATA_POLICY: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_ALWAYS: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "microphone=(self), speaker-selection=(self), camera=(), geolocation=(), display-capture=(),"
    " payment=(), usb=(), serial=(), hid=(), midi=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


_PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; object-src 'none';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""A page of ours: everything from this address, nothing inline.

The front end adopts constructed style sheets (`provideAdoptedStyles`): styles need neither `unsafe-inline` nor a nonce.
`connect-src 'self'` covers WebSockets to the same host (CSP 3).
"""


async def send_security_headers(message: Message, scope: Scope) -> None:
    """Puts them on the answer (before-send hook); data of the API is not stored anywhere unless its route says so."""
    if message["type"] != "http.response.start":
        return
    headers = list(message.get("headers", []))
    given = {name.lower() for name, _ in headers}
    is_page = any(
        name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in headers
    )
    added = {**_ALWAYS, "content-security-policy": _PAGE_POLICY if is_page else _DATA_POLICY}
    if scope.get("scheme") == "https":
        added["strict-transport-security"] = HSTS
    if scope["path"].startswith("/api/"):
        added["cache-control"] = "no-store"
    headers.extend(
        (name.encode(), value.encode()) for name, value in added.items() if name.encode() not in given
    )
    message["headers"] = headers
