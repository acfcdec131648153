"""A desk in a real browser: Debian's Chromium, a tone for a microphone, nothing but loopback."""

import re
import wave
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from playwright.async_api import Browser, BrowserContext, Locator, Page, Playwright, expect
from tests.support.stack import Stack

CHROMIUM = "/usr/bin/chromium"
PASSWORD = "ovoz-demo-2026"
RATE = 48_000
MOST_TABS = 60
FOCUSED = "() => document.activeElement?.dataset.testid ?? document.activeElement?.tagName"


def tone_file(folder: Path, hertz: float) -> Path:
    """Sound for a fake microphone: a tone that breathes, because a browser takes a steady one for noise."""
    at = np.arange(RATE * 10) / RATE
    sound = np.sin(2 * np.pi * hertz * at) * (0.5 + 0.2 * np.sin(2 * np.pi * 5 * at))
    path = folder / f"{hertz:g}.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((sound * 32767 * 0.8).astype("<i2").tobytes())
    return path


class Desk:
    """One agent's browser; it fails its test when the page logs an error or asks another host for anything."""

    def __init__(self, stack: Stack, slug: str, playwright: Playwright, microphone: Path) -> None:
        self._stack = stack
        self._slug = slug
        self._playwright = playwright
        self._microphone = microphone
        self._browser: Browser
        self._context: BrowserContext
        self.page: Page
        self.trouble: list[str] = []
        self.expected_trouble = re.compile("^$")

    async def __aenter__(self) -> "Desk":
        self._browser = await self._playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={self._microphone}",
                "--autoplay-policy=no-user-gesture-required",
                "--disable-features=WebRtcHideLocalIpsWithMdns",
                "--force-webrtc-ip-handling-policy=default",
                "--allow-loopback-in-peer-connection",
            ],
        )
        self._context = await self._browser.new_context(
            viewport={"width": 1280, "height": 800}, locale="ru-RU", permissions=["microphone"]
        )
        await self._context.add_init_script("localStorage.setItem('ovoz.test', '1')")
        self.page = await self.open_page()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            folder = self._stack.settings.home / "log"
            await self.page.screenshot(path=folder / f"e2e-{self._slug}.png")
        await self._browser.close()
        if error is None:
            trouble = [line for line in self.trouble if not self.expected_trouble.search(line)]
            assert trouble == []

    async def open_page(self) -> Page:
        """Another window of the same person."""
        page = await self._context.new_page()
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.trouble.append(f"page error: {error}"))
        page.on("request", lambda request: self._watch(request.url))
        await page.goto(self._stack.url(self._slug, "/"))
        return page

    def element(self, test_id: str) -> Locator:
        return self.page.get_by_test_id(test_id)

    async def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """From the sign-in page to a registered phone."""
        await self.element("sign-in-email").fill(email)
        await self.element("sign-in-password").fill(password)
        await self.element("sign-in-submit").click()
        await self.expect_registered()

    async def expect_registered(self, within_s: float = 15) -> None:
        await expect(self.element("phone-registration")).to_have_text("Registered!", timeout=within_s * 1000)

    async def expect_stage(self, stage: str, within_s: float = 10) -> None:
        """none, announced, ringing, talking, held or wrap_up."""
        await expect(self.element("phone-bar")).to_have_attribute(
            "data-stage", stage, timeout=within_s * 1000
        )

    async def expect_state(self, state: str, within_s: float = 10) -> None:
        await expect(self.element("agent-state")).to_have_attribute(
            "data-state", state, timeout=within_s * 1000
        )

    async def click(self, test_id: str) -> None:
        await self.element(test_id).click()

    async def tab_to(self, test_id: str) -> None:
        """Presses Tab until the element has the focus: who cannot get there so, cannot work."""
        passed = []
        for _ in range(MOST_TABS):
            await self.page.keyboard.press("Tab")
            passed.append(await self.page.evaluate(FOCUSED))
            if passed[-1] == test_id:
                return
        raise AssertionError(f"{test_id} is not reached by Tab, only {passed}")

    async def stats(self) -> dict[str, Any]:
        """`inbound-rtp` of the present call's audio."""
        stats: dict[str, Any] = await self.page.evaluate(
            "async () => { const all = await window.__ovozPhone.peer.getStats();"
            " return [...all.values()].find(one => one.type === 'inbound-rtp' && one.kind === 'audio') }"
        )
        return stats

    async def fetch(self, path: str, binary: bool = False) -> Any:
        """What the page itself gets from the platform: JSON, or bytes."""
        script = (
            "async path => Array.from(new Uint8Array(await (await fetch(path)).arrayBuffer()))"
            if binary
            else "async path => { const answer = await fetch(path);"
            " return { status: answer.status, body: await answer.json() } }"
        )
        found = await self.page.evaluate(script, path)
        return bytes(found) if binary else found

    def _hear(self, kind: str, text: str) -> None:
        # Asking for a session without having one is how the page finds out.
        if kind == "error" and "401 (Unauthorized)" not in text:
            self.trouble.append(f"console: {text}")

    def _watch(self, url: str) -> None:
        host = urlsplit(url).hostname or ""
        if not (host == "localhost" or host.endswith(".localhost") or url.startswith(("blob:", "data:"))):
            self.trouble.append(f"asked {url}")
