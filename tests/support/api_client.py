"""The API in the tests' own loop, and people who use it as a browser does: cookies, CSRF token, Origin."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID

import httpx
import msgspec
from litestar import Litestar
from sqlalchemy import text
from tests.support.operators import PASSWORD, Operator
from tests.support.stack import Stack

from ovoz.entrypoints.api import application
from ovoz.lib.settings import Settings


def api_settings(stack: Stack, **changed: Any) -> Settings:
    """The installation's settings with limits that no test but those of limits reaches."""
    # The operators of tests are made from blueprints that are gone: nothing of a demo can be shown.
    plenty: dict[str, Any] = {
        "demo": False,
        "rate_session_per_min": 10**8,
        "rate_address_per_min": 10**8,
        "rate_tenant_per_min": 10**8,
    }
    return msgspec.structs.replace(stack.settings, **plenty | changed)


@asynccontextmanager
async def running_api(stack: Stack, **changed: Any) -> AsyncIterator[Litestar]:
    """An application of its own, with what it does in the background."""
    app = application(api_settings(stack, **changed), stack.endpoints)
    started, stop = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        # In one task: fixtures may be set up and torn down in different ones.
        async with app.lifespan():
            started.set()
            await stop.wait()

    life = asyncio.create_task(live())
    await asyncio.wait_for(started.wait(), 10)
    try:
        yield app
    finally:
        stop.set()
        await life


class Browser:
    """One browser at one operator's address."""

    def __init__(self, app: Litestar, slug: str, *, scheme: str = "http", address: str | None = None) -> None:
        self.slug = slug
        self.origin = f"{scheme}://{slug}.localhost"
        # Each has a network address of its own, so that failed attempts of one test lock no other out.
        address = address or f"198.18.{secrets.randbelow(256)}.{secrets.randbelow(256)}"
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 4000)),
            base_url=self.origin,
        )
        self.cookies: dict[str, str] = {}

    @property
    def csrf(self) -> str:
        return self.cookies.get("ovoz_csrf") or self.cookies.get("__Host-ovoz_csrf", "")

    async def ask(
        self, method: str, path: str, *, headers: dict[str, str | None] | None = None, **more: Any
    ) -> httpx.Response:
        """A request as a page of this address sends it; a header that is None is left out."""
        sent: dict[str, str | None] = {
            "cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()) or None,
            "origin": self.origin if method not in ("GET", "HEAD") else None,
            "x-csrf-token": self.csrf if method not in ("GET", "HEAD") and self.csrf else None,
            **(headers or {}),
        }
        answer = await self.client.request(
            method, path, headers={name: value for name, value in sent.items() if value is not None}, **more
        )
        self.client.cookies.clear()
        for said in answer.headers.get_list("set-cookie"):
            for morsel in SimpleCookie(said).values():
                self.cookies.pop(morsel.key, None)
                if morsel["max-age"] != "0":
                    self.cookies[morsel.key] = morsel.value
        return answer

    async def sign_in(self, email: str, password: str = PASSWORD) -> "Browser":
        answer = await self.ask("POST", "/api/sessions", json={"email": email, "password": password})
        assert answer.status_code == 201, answer.text
        return self

    async def close(self) -> None:
        await self.client.aclose()


async def give_role(stack: Stack, operator: Operator, email: str, *roles: str) -> None:
    """Makes these the person's roles."""
    async with stack.database.tenant(operator.tenant_id) as session:
        found = await session.scalar(
            text("SELECT id FROM user_account WHERE email = :email"), {"email": email}
        )
        await session.execute(text("DELETE FROM role_assignment WHERE user_id = :id"), {"id": found})
        for role in roles:
            await session.execute(
                text("INSERT INTO role_assignment (user_id, role) VALUES (:id, :role)"),
                {"id": found, "role": role},
            )


async def user_id(stack: Stack, operator: Operator, email: str) -> UUID:
    async with stack.database.tenant(operator.tenant_id) as session:
        query = text("SELECT id FROM user_account WHERE email = :email")
        return UUID(str(await session.scalar(query, {"email": email})))
