"""Transactions over UDP: what is lost is sent again (RFC 3261 §17)."""

import asyncio
from collections.abc import Callable

from aiosipua import SipRequest, SipResponse

from ovoz.simulator.sip.messages import acknowledgement

T1_S = 0.5
"""First wait before a request is sent again."""
T2_S = 4.0
"""Longest wait between two sendings, but for INVITE."""
LIFETIME_S = 64 * T1_S
"""When a request without an answer has failed, and how long a finished one absorbs repetitions."""

Send = Callable[[SipRequest | SipResponse], None]


class _Repeater:
    """Sends something again at growing distances until it is stopped or its time is over."""

    def __init__(self, again: Callable[[], None], expired: Callable[[], None], longest_s: float) -> None:
        self._again = again
        self._expired = expired
        self._longest_s = longest_s
        self._timer: asyncio.TimerHandle | None = None
        self._waited_s = 0.0

    def start(self) -> None:
        self._wait(T1_S)

    def _wait(self, wait_s: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(wait_s, self._fire, wait_s)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fire(self, wait_s: float) -> None:
        self._waited_s += wait_s
        if self._waited_s >= LIFETIME_S - 0.001:
            self._timer = None
            self._expired()
            return
        self._again()
        self._wait(min(wait_s * 2, self._longest_s, LIFETIME_S - self._waited_s))


class ClientTransaction:
    """A request of ours until its final answer; 408 is made up when none came in 32 s."""

    def __init__(
        self, request: SipRequest, send: Send, hear: Callable[[SipResponse], None], gone: Callable[[], None]
    ) -> None:
        self.request = request
        self._send = send
        self._hear = hear
        self._gone = gone
        self._is_invite = request.method == "INVITE"
        self._final: SipResponse | None = None
        self._repeater = _Repeater(self._again, self._expired, LIFETIME_S if self._is_invite else T2_S)

    def start(self) -> None:
        self._send(self.request)
        self._repeater.start()

    def stop(self) -> None:
        self._repeater.stop()

    def receive(self, response: SipResponse) -> None:
        if response.status_code < 200:
            if self._is_invite:
                self._repeater.stop()
            if self._final is None:
                self._hear(response)
            return
        self._repeater.stop()
        if self._is_invite and response.status_code >= 300:
            self._send(acknowledgement(self.request, response))
        if self._final is None:
            self._final = response
            asyncio.get_running_loop().call_later(LIFETIME_S, self._gone)
            self._hear(response)
        elif self._is_invite and response.status_code < 300:
            # Our ACK was lost: the dialog sends it again.
            self._hear(response)

    def _again(self) -> None:
        self._send(self.request)

    def _expired(self) -> None:
        self._gone()
        timeout = SipResponse(status_code=408, reason_phrase="Request Timeout")
        self._final = timeout
        self._hear(timeout)


class ServerTransaction:
    """A request of the far end and our answers: a repeated request gets the last answer again."""

    def __init__(self, request: SipRequest, send: Send, gone: Callable[[], None]) -> None:
        self.request = request
        self._send = send
        self._gone = gone
        self._last: SipResponse | None = None
        self._repeater = _Repeater(self.repeat, self._unacknowledged, T2_S)
        self.on_no_acknowledgement: Callable[[], None] = lambda: None

    def respond(self, response: SipResponse) -> None:
        if self._last is not None and self._last.status_code >= 200:
            return
        self._last = response
        self._send(response)
        if response.status_code < 200:
            return
        if self.request.method == "INVITE":
            self._repeater.start()
        asyncio.get_running_loop().call_later(LIFETIME_S, self._gone)

    def repeat(self) -> None:
        if self._last is not None:
            self._send(self._last)

    def acknowledged(self) -> None:
        self._repeater.stop()

    def stop(self) -> None:
        self._repeater.stop()

    def _unacknowledged(self) -> None:
        self.on_no_acknowledgement()
