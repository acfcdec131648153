"""The Asterisk Manager Interface, for the few acts that ARI does not know: starting and stopping MixMonitor."""

import asyncio

from ovoz.contact_center.switchboard.ports import MediaUnavailable

ANSWER_TIMEOUT_S = 5.0


class AmiRefused(Exception):
    """Asterisk answered `Response: Error`."""


class Ami:
    """One connection, opened when needed; actions one after the other."""

    def __init__(self, host: str, port: int, user: str, secret: str) -> None:
        self._address = (host, port)
        self._credentials = (user, secret)
        self._lock = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def action(self, name: str, **fields: str) -> dict[str, str]:
        """Carries one action out; a broken connection is opened again once."""
        async with self._lock:
            try:
                async with asyncio.timeout(ANSWER_TIMEOUT_S):
                    try:
                        return await self._ask(name, fields)
                    except (ConnectionError, asyncio.IncompleteReadError, EOFError):
                        self._drop()
                        return await self._ask(name, fields)
            except (OSError, EOFError, TimeoutError) as error:
                self._drop()
                raise MediaUnavailable(f"AMI: {type(error).__name__}: {error}") from error

    async def close(self) -> None:
        self._drop()

    async def _ask(self, name: str, fields: dict[str, str]) -> dict[str, str]:
        if self._streams is None:
            reader, writer = await asyncio.open_connection(*self._address)
            self._streams = reader, writer
            await reader.readline()
            user, secret = self._credentials
            await self._exchange("Login", {"Username": user, "Secret": secret, "Events": "off"})
        return await self._exchange(name, fields)

    async def _exchange(self, name: str, fields: dict[str, str]) -> dict[str, str]:
        assert self._streams is not None
        reader, writer = self._streams
        lines = [f"Action: {name}", *(f"{key}: {_one_line(value)}" for key, value in fields.items())]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        await writer.drain()
        answer: dict[str, str] = {}
        while True:
            line = await reader.readline()
            if not line:
                raise ConnectionResetError("the manager connection was closed")
            text = line.decode(errors="replace").strip()
            if not text:
                if "Response" in answer:
                    break
                answer.clear()
                continue
            key, _, value = text.partition(":")
            answer[key.strip()] = value.strip()
        if answer["Response"] == "Error":
            raise AmiRefused(answer.get("Message", "refused"))
        return answer

    def _drop(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def _one_line(value: str) -> str:
    if "\r" in value or "\n" in value:
        raise ValueError("a manager field may not hold a line break")
    return value
