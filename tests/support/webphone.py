"""An agent's softphone without a browser: SIP over WebSocket (RFC 7118) through the API, audio by WebRTC (aiortc)."""

import asyncio
import contextlib
import fractions
import hashlib
import itertools
import re
import secrets
import time
from typing import Any

import aiohttp
import aioice.ice
import av
import numpy as np
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

RATE = 8000
FRAME = 160
# Tests stay on loopback, which aioice leaves out.
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


class Tone(MediaStreamTrack):
    """A tone without end, 20 ms a frame, by the clock of the wall."""

    kind = "audio"

    def __init__(self, hertz: float, level: float = 0.4) -> None:
        super().__init__()
        at = np.arange(RATE) / RATE
        self._second = (np.sin(2 * np.pi * hertz * at) * level * 32767).astype(np.int16)
        self._began = 0.0
        self._sent = 0
        self.sent_at: list[float] = []
        """When each frame left (monotonic seconds)."""

    async def recv(self) -> av.AudioFrame:
        if not self._began:
            self._began = time.monotonic()
        await asyncio.sleep(self._began + self._sent * 0.02 - time.monotonic())
        place = self._sent * FRAME % RATE
        frame = av.AudioFrame.from_ndarray(self._second[None, place : place + FRAME], "s16", "mono")
        frame.sample_rate = RATE
        frame.pts = self._sent * FRAME
        frame.time_base = fractions.Fraction(1, RATE)
        self._sent += 1
        self.sent_at.append(time.monotonic())
        return frame


class PhoneCall:
    """A call that the switch made to this phone."""

    def __init__(self, invite: "Message") -> None:
        self.invite = invite
        self.interaction_id = invite["x-ovoz-interaction"]
        self.is_rejoin = invite["x-ovoz-rejoin"] == "1"
        self.peer = RTCPeerConnection()
        self.rang_at = time.time()
        self.answered_at: float | None = None
        self.ended_at: float | None = None
        self.heard: list[tuple[float, np.ndarray]] = []
        """Arrival (monotonic seconds) and samples of each frame."""
        self.tag = secrets.token_hex(4)
        self.tasks: list[asyncio.Task[None]] = []
        self.tone: Tone | None = None
        self._busy = asyncio.Lock()
        self._closing: asyncio.Task[None] | None = None

    def sound(self, last_s: float) -> np.ndarray:
        """What was heard in the last seconds."""
        since = time.monotonic() - last_s
        frames = [samples for at, samples in self.heard if at >= since]
        return np.concatenate(frames) if frames else np.zeros(0, np.int16)

    def longest_pause_ms(self, since: float, until: float) -> int:
        """How long at most this phone itself sent nothing: a tester that is held up makes gaps of its own."""
        assert self.tone is not None
        sent = [at for at in self.tone.sent_at if since <= at < until]
        return round(1000 * max((later - earlier for earlier, later in itertools.pairwise(sent)), default=0))

    async def answer(self, tone: Tone) -> bool:
        """Connects; False when the call was ended before that."""
        async with self._busy:
            if self.ended_at is not None:
                return False
            self.tone = tone
            self.peer.addTrack(tone)
            self.peer.on("track", lambda track: self.tasks.append(asyncio.create_task(self.listen(track))))
            await self.peer.setRemoteDescription(RTCSessionDescription(_only_alaw(self.invite.body), "offer"))
            await self.peer.setLocalDescription(await self.peer.createAnswer())
            return self.ended_at is None

    async def listen(self, track: MediaStreamTrack) -> None:
        resampler = av.AudioResampler("s16", "mono", RATE)
        try:
            while True:
                for frame in resampler.resample(await track.recv()):
                    self.heard.append((time.monotonic(), frame.to_ndarray()[0]))
        except MediaStreamError:
            return

    async def close(self) -> None:
        if self.ended_at is None:
            self.ended_at = time.monotonic()
        for task in self.tasks:
            task.cancel()
        # A connection that is closed twice waits for the first time, which must therefore not be cancelled midway.
        if self._closing is None:
            self._closing = asyncio.create_task(self._close_peer())
        await asyncio.shield(self._closing)

    async def _close_peer(self) -> None:
        # Sockets that an answer in progress has yet to open would stay open.
        async with self._busy:
            await self.peer.close()


class Message:
    """A SIP message: start line, headers (the names in lower case), body."""

    def __init__(self, text: str) -> None:
        head, _, self.body = text.partition("\r\n\r\n")
        self.start, *lines = head.split("\r\n")
        self.lines = [line.partition(":")[::2] for line in lines]

    def __getitem__(self, name: str) -> str:
        return next((value.strip() for key, value in self.lines if key.strip().lower() == name), "")

    @property
    def method(self) -> str:
        return "" if self.start.startswith("SIP/2.0") else self.start.split(" ", 1)[0]

    @property
    def status(self) -> int:
        return int(self.start.split(" ")[1])

    def vias(self) -> list[str]:
        return [value.strip() for key, value in self.lines if key.strip().lower() in ("via", "v")]

    def routes(self) -> list[str]:
        return [value.strip() for key, value in self.lines if key.strip().lower() == "record-route"]


class WebPhone:
    """Registers with the account that the desk gives, rings, answers (at once, or when told)."""

    def __init__(self, account: dict[str, Any], *, tone_hz: float, answers: bool = True) -> None:
        self._account = account
        self.password = str(account["password"])
        self._tone_hz = tone_hz
        self.answers = answers
        self.registered = asyncio.Event()
        self.refused = asyncio.Event()
        """The switch has said no to the password."""
        self._challenged = False
        self.calls: list[PhoneCall] = []
        self.ringing = asyncio.Event()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._cseq = 1
        self._register_id = secrets.token_hex(8)
        self._tag = secrets.token_hex(4)
        self._host = f"{secrets.token_hex(6)}.invalid"
        self._task: asyncio.Task[None] | None = None
        self._expires_s = int(account["register_expires_s"])
        self._again: asyncio.TimerHandle | None = None
        self._dialled: asyncio.Future[Message]

    @property
    def call(self) -> PhoneCall:
        return self.calls[-1]

    async def open(self, session: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> None:
        """Connects and registers; returns when the switch has said yes."""
        await self.try_to_open(session, url, headers)
        await asyncio.wait_for(self.registered.wait(), 10)

    async def try_to_open(self, session: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> None:
        """Connects and asks to be registered."""
        self._socket = await session.ws_connect(url, headers=headers, protocols=("sip",))
        self._task = asyncio.create_task(self._read())
        await self._register()

    async def close(self) -> None:
        """Leaves as a closed browser does: without a word."""
        if self._again is not None:
            self._again.cancel()
        if self._task is not None:
            self._task.cancel()
        if self._socket is not None:
            await self._socket.close()
        for call in self.calls:
            await call.close()

    @property
    def close_code(self) -> int | None:
        """Why the line was closed."""
        return self._socket.close_code if self._socket is not None else None

    @property
    def lost(self) -> bool:
        """Whether the line to the switch is gone."""
        return self._socket is None or self._socket.closed or (self._task is not None and self._task.done())

    async def answer(self) -> None:
        """Takes the call that rings."""
        call = self.call
        if not await call.answer(Tone(self._tone_hz)):
            return
        await self._respond(call.invite, 200, "OK", call.tag, call.peer.localDescription.sdp)
        call.answered_at = time.monotonic()

    async def reject(self) -> None:
        """Says busy."""
        await self._respond(self.call.invite, 486, "Busy Here", self.call.tag)
        await self.call.close()

    async def bye(self) -> None:
        """Ends its leg, as a reloaded page does."""
        call = self.call
        target = re.search(r"<([^>]+)>", call.invite["contact"])
        assert target is not None
        routes = "".join(f"Route: {route}\r\n" for route in call.invite.routes())
        self._cseq += 1
        await self._send(
            f"BYE {target[1]} SIP/2.0\r\n{self._via()}{routes}Max-Forwards: 70\r\n"
            f"From: {call.invite['to']};tag={call.tag}\r\nTo: {call.invite['from']}\r\n"
            f"Call-ID: {call.invite['call-id']}\r\nCSeq: {self._cseq} BYE\r\nContent-Length: 0\r\n\r\n"
        )
        await call.close()

    async def dial(self, number: str) -> int:
        """Tries to call a number; the final status."""
        uri, call_id = f"sip:{number}@ovoz.invalid", secrets.token_hex(8)
        challenge = ""
        for _ in range(2):
            self._dialled = asyncio.get_running_loop().create_future()
            user = self._account["username"]
            self._cseq += 1
            await self._send(
                f"INVITE {uri} SIP/2.0\r\n{self._via()}Max-Forwards: 70\r\n"
                f"From: <sip:{user}@ovoz.invalid>;tag={self._tag}\r\nTo: <{uri}>\r\nCall-ID: {call_id}\r\n"
                f"CSeq: {self._cseq} INVITE\r\nContact: <sip:{user}@{self._host};transport=ws>\r\n"
                f"{self._authorization('INVITE', uri, challenge)}Content-Length: 0\r\n\r\n"
            )
            answer: Message = await asyncio.wait_for(self._dialled, 5)
            if answer.status != 401:
                break
            challenge = answer["www-authenticate"]
        return answer.status

    async def _read(self) -> None:
        assert self._socket is not None
        async for frame in self._socket:
            message = Message(frame.data)
            if message.method == "INVITE" and not any(
                call.invite["call-id"] == message["call-id"] for call in self.calls
            ):
                await self._ring(message)
            elif message.method in ("BYE", "CANCEL"):
                await self._end(message)
            elif message.method in ("OPTIONS", "UPDATE", "INFO", "NOTIFY"):
                await self._respond(message, 200, "OK", self._tag)
            elif not message.method and "REGISTER" in message["cseq"]:
                await self._hear_registrar(message)
            elif not message.method and "INVITE" in message["cseq"] and message.status >= 200:
                self._dialled.set_result(message)

    async def _ring(self, invite: Message) -> None:
        call = PhoneCall(invite)
        self.calls.append(call)
        await self._respond(invite, 180, "Ringing", call.tag)
        self.ringing.set()
        if self.answers or call.is_rejoin:
            await self.answer()

    async def _end(self, request: Message) -> None:
        await self._respond(request, 200, "OK", self._tag)
        for call in self.calls:
            if call.invite["call-id"] == request["call-id"] and call.ended_at is None:
                if request.method == "CANCEL":
                    await self._respond(call.invite, 487, "Request Terminated", call.tag)
                await call.close()

    async def _hear_registrar(self, message: Message) -> None:
        if message.status == 401 and not self._challenged:
            self._challenged = True
            self._cseq += 1
            await self._register(message["www-authenticate"])
        elif message.status == 200:
            self._challenged = False
            self.registered.set()
            loop = asyncio.get_running_loop()
            self._again = loop.call_later(
                self._expires_s / 2, lambda: loop.create_task(self._register_again())
            )
        else:
            self.refused.set()

    async def _register_again(self) -> None:
        """As a browser's phone does in good time, for as long as it is open."""
        if not self.lost:
            self._cseq += 1
            with contextlib.suppress(aiohttp.ClientError, OSError):
                await self._register()

    async def _register(self, challenge: str = "") -> None:
        user, uri = self._account["username"], "sip:ovoz.invalid"
        authorization = self._authorization("REGISTER", uri, challenge)
        address = f"<sip:{user}@ovoz.invalid>"
        await self._send(
            f"REGISTER {uri} SIP/2.0\r\n{self._via()}Max-Forwards: 70\r\nFrom: {address};tag={self._tag}\r\n"
            f"To: {address}\r\nCall-ID: {self._register_id}\r\nCSeq: {self._cseq} REGISTER\r\n"
            f"Contact: <sip:{user}@{self._host};transport=ws>;expires={self._expires_s}\r\n"
            f"{authorization}Content-Length: 0\r\n\r\n"
        )

    def _authorization(self, method: str, uri: str, challenge: str) -> str:
        """The header that answers a challenge (RFC 7616, with MD5 as Asterisk asks); empty without one."""
        if not challenge:
            return ""
        user = self._account["username"]
        asked = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
        cnonce = secrets.token_hex(8)
        own = _md5(f"{user}:{asked['realm']}:{self._account['password']}")
        proof = _md5(f"{own}:{asked['nonce']}:00000001:{cnonce}:auth:{_md5(f'{method}:{uri}')}")
        opaque = f', opaque="{asked["opaque"]}"' if "opaque" in asked else ""
        return (
            f'Authorization: Digest username="{user}", realm="{asked["realm"]}", nonce="{asked["nonce"]}",'
            f' uri="{uri}", response="{proof}", algorithm=MD5, qop=auth, nc=00000001, cnonce="{cnonce}"'
            f"{opaque}\r\n"
        )

    async def _respond(self, request: Message, status: int, reason: str, tag: str, sdp: str = "") -> None:
        to = request["to"] if "tag=" in request["to"] else f"{request['to']};tag={tag}"
        vias = "".join(f"Via: {via}\r\n" for via in request.vias())
        records = "".join(f"Record-Route: {route}\r\n" for route in request.routes())
        content = "Content-Type: application/sdp\r\n" if sdp else ""
        await self._send(
            f"SIP/2.0 {status} {reason}\r\n{vias}{records}From: {request['from']}\r\nTo: {to}\r\n"
            f"Call-ID: {request['call-id']}\r\nCSeq: {request['cseq']}\r\n"
            f"Contact: <sip:{self._account['username']}@{self._host};transport=ws>\r\n{content}"
            f"Content-Length: {len(sdp.encode())}\r\n\r\n{sdp}"
        )

    def _via(self) -> str:
        return f"Via: SIP/2.0/WS {self._host};branch=z9hG4bK{secrets.token_hex(6)}\r\n"

    async def _send(self, text: str) -> None:
        assert self._socket is not None
        await self._socket.send_str(text)


def _only_alaw(sdp: str) -> str:
    """The offer with A-law and telephone events alone: encoding Opus for many phones costs a core."""
    keep = re.findall(r"a=rtpmap:(\d+) (?:PCMA|telephone-event)/8000", sdp)
    lines = []
    for line in sdp.split("\r\n"):
        media = re.match(r"m=audio (\d+) (\S+) ", line)
        format_ = re.match(r"a=(?:rtpmap|fmtp|rtcp-fb):(\d+)", line)
        if media:
            lines.append(f"m=audio {media[1]} {media[2]} {' '.join(keep)}")
        elif not format_ or format_[1] in keep:
            lines.append(line)
    return "\r\n".join(lines)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
