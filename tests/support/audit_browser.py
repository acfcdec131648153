"""The real API in the test's own process, with a signed-in browser for each person."""

from typing import Any

import httpx
from litestar import Litestar
from sqlalchemy import text
from tests.support.operators import PASSWORD, Operator
from tests.support.stack import Stack

from ovoz.entrypoints.api import application


class Browser:
    """One person's browser at one operator's address."""

    def __init__(self, app: Litestar, slug: str, address: str = "10.1.2.3") -> None:
        # In this loop, which the database's connections belong to.
        transport = httpx.ASGITransport(app, client=(address, 4321))
        self.client = httpx.AsyncClient(transport=transport, base_url=f"http://{slug}.localhost")

    async def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        answer = await self.client.post("/api/sessions", json={"email": email, "password": password})
        if answer.status_code == 201:
            self.client.headers["x-csrf-token"] = self.client.cookies["ovoz_csrf"]
        return answer

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.client.get(path, **more)

    async def entries(self, query: str = "") -> list[dict[str, Any]]:
        """The newest page of the audit."""
        answer = await self.get(f"/api/audit{query}")
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


async def give_role(stack: Stack, operator: Operator, email: str, role: str) -> None:
    """Straight into the table: giving roles is tested elsewhere."""
    async with stack.database.tenant(operator.tenant_id) as session:
        await session.execute(
            text(
                "INSERT INTO role_assignment (user_id, role) SELECT id, :role FROM user_account WHERE email = :email"
            ),
            {"role": role, "email": email},
        )


def api(stack: Stack) -> Litestar:
    return application(stack.settings, stack.endpoints)
