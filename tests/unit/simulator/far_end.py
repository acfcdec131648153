"""A switch at the other end of the wire that does exactly what a test tells it."""

import asyncio

from aiosipua import SipMessage, SipRequest, SipResponse

from ovoz.simulator.sip.legs import EndedBy
from ovoz.simulator.sip.messages import Address, MediaAddress, own_session, response_to

TAG = "far"


class FarEnd(asyncio.DatagramProtocol):
    """Receives, and answers only when told to."""

    def __init__(self) -> None:
        self.received: asyncio.Queue[SipRequest | SipResponse] = asyncio.Queue()
        self.caller: Address = ("", 0)
        self.address: Address = ("", 0)
        self._socket: asyncio.DatagramTransport | None = None
        self._requests = 100

    async def open(self) -> "FarEnd":
        loop = asyncio.get_running_loop()
        self._socket, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self.address = self._socket.get_extra_info("sockname")[:2]
        return self

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self.caller = addr
        self.received.put_nowait(SipMessage.parse(data))

    def send(self, data: bytes) -> None:
        assert self._socket is not None
        self._socket.sendto(data, self.caller)

    async def request(self, method: str) -> SipRequest:
        """The next message, which must be this request."""
        message = await asyncio.wait_for(self.received.get(), 2)
        assert isinstance(message, SipRequest), str(message)
        assert message.method == method
        return message

    async def response(self) -> SipResponse:
        message = await asyncio.wait_for(self.received.get(), 2)
        assert isinstance(message, SipResponse), str(message)
        return message

    async def hears_nothing(self, for_s: float = 0.1) -> None:
        await asyncio.sleep(for_s)
        assert self.received.empty(), str(self.received.get_nowait())

    def answer(self, request: SipRequest, code: int, *, session: str = "", reason: str = "") -> None:
        response = response_to(request, code, tag=TAG if code > 100 else "")
        response.headers.set_single("Contact", f"<sip:{self.address[0]}:{self.address[1]}>")
        if reason:
            response.headers.set_single("Reason", reason)
        if session:
            response.content_type = "application/sdp"
            response.text = session
        self.send(bytes(response))

    def accept(self, invite: SipRequest, port: int = 4000) -> None:
        self.answer(invite, 200, session=own_session("127.0.0.1", port))

    def ask(self, invite: SipRequest, method: str, *, session: str = "", tag: str = TAG) -> None:
        """A request within the call that `invite` began."""
        self._requests += 1
        head = [
            f"{method} sip:{self.caller[0]}:{self.caller[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.address[0]}:{self.address[1]};branch=z9hG4bK{self._requests}",
            f"From: {invite.get_header('To')};tag={tag}",
            f"To: {invite.get_header('From')}",
            f"Call-ID: {invite.call_id}",
            f"CSeq: {self._requests} {method}",
            "Max-Forwards: 70",
            f"Contact: <sip:{self.address[0]}:{self.address[1]}>",
            *(["Content-Type: application/sdp"] if session else []),
            f"Content-Length: {len(session)}",
        ]
        self.send("\r\n".join([*head, "", session]).encode())

    def call(self, number: str, *, session: str, branch: str = "in") -> None:
        """A new call to one of the operator's numbers; `caller` must be known."""
        self.send(self._invitation("INVITE", number, session, branch))

    def cancel(self, number: str, branch: str = "in") -> None:
        self.send(self._invitation("CANCEL", number, "", branch))

    def _invitation(self, method: str, number: str, session: str, branch: str) -> bytes:
        head = [
            f"{method} sip:{number}@{self.caller[0]}:{self.caller[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.address[0]}:{self.address[1]};branch=z9hG4bK{branch}",
            f"From: <sip:+992446000100@{self.address[0]}>;tag={TAG}",
            f"To: <sip:{number}@{self.caller[0]}>",
            f"Call-ID: {branch}@far",
            f"CSeq: 1 {method}",
            "Max-Forwards: 70",
            f"Contact: <sip:{self.address[0]}:{self.address[1]}>",
            *(["Content-Type: application/sdp"] if session else []),
            f"Content-Length: {len(session)}",
        ]
        return "\r\n".join([*head, "", session]).encode()


class Told:
    """A listener that writes down what its leg tells."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.media_at: MediaAddress | None = None
        self.end: tuple[EndedBy, int, int | None] | None = None
        self._over = asyncio.Event()

    def ringing(self, code: int) -> None:
        self.said.append(f"ringing {code}")

    def media(self, far: MediaAddress) -> None:
        self.media_at = far

    def answered(self) -> None:
        self.said.append("answered")

    def ended(self, by: EndedBy, code: int, reason: str, cause: int | None) -> None:
        assert self.end is None, "told twice"
        self.said.append("ended")
        self.end = (by, code, cause)
        self._over.set()

    async def over(self) -> tuple[EndedBy, int, int | None]:
        await asyncio.wait_for(self._over.wait(), 3)
        assert self.end is not None
        return self.end
