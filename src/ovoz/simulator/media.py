"""Sockets of calls, and the one clock that paces them all."""

import asyncio
import contextlib
import errno
import socket
import struct
import time
from typing import Protocol

import structlog

from ovoz.simulator.alaw import FRAME_S
from ovoz.simulator.sip.messages import Address

log = structlog.get_logger(__name__)

LATE_FRAMES = 5
"""So many frames are made up for in one go after a stall; older ones are lost, as on a real line."""
_RECEIVED_AT = struct.Struct("ll")
# asm-generic/socket.h; Python 3.11 does not name it.
_SO_TIMESTAMPNS = 35
_MOST_AT_ONCE = 100
_MOST_PORTS_TRIED = 100


class MediaPort:
    """A UDP port on loopback; the kernel says when each packet came."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self._socket, self._control = _port_pair(host)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self.address: Address = self._socket.getsockname()

    def send(self, packet: bytes, far: Address) -> None:
        """Sends, or loses it: nobody may listen there any more."""
        with contextlib.suppress(OSError):
            self._socket.sendto(packet, far)

    def received(self) -> list[tuple[float, bytes]]:
        """What came since the last time, with the moment of each (seconds of the monotonic clock)."""
        packets: list[tuple[float, bytes]] = []
        offset = time.monotonic() - time.time()
        for _ in range(_MOST_AT_ONCE):
            try:
                packet, ancillary, _, _ = self._socket.recvmsg(2048, 64)
            except BlockingIOError:
                break
            except OSError:
                # An ICMP error of an earlier packet: the next one may be good.
                continue
            seconds, nanoseconds = _RECEIVED_AT.unpack(ancillary[0][2])
            packets.append((seconds + nanoseconds / 1e9 + offset, packet))
        return packets

    def close(self) -> None:
        self._socket.close()
        self._control.close()


def _port_pair(host: str) -> tuple[socket.socket, socket.socket]:
    """An even port for RTP and the next one, where RTCP comes (RFC 3550 §11): it is taken, and never read.

    Left to others it would be, once in a while, the operator's own SIP port.
    """
    for _ in range(_MOST_PORTS_TRIED):
        media = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            media.bind((host, 0))
            if media.getsockname()[1] % 2 == 0:
                control.bind((host, media.getsockname()[1] + 1))
                media.setblocking(False)
                return media, control
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
        media.close()
        control.close()
    raise OSError(errno.EADDRNOTAVAIL, "no pair of ports is free for RTP and RTCP")


class Paced(Protocol):
    """Something that sends a frame each 20 ms."""

    def tick(self) -> None:
        """Sends the frame that is due."""

    def skip(self) -> None:
        """A frame is lost: its time has passed."""

    def fail(self) -> None:
        """It raised, and is paced no more."""


class Pacer:
    """One loop for every call: frame n of all of them is due at the same moment, which never drifts."""

    def __init__(self) -> None:
        self._members: list[Paced] = []
        self.late_frames = 0
        """Frames that were sent late or never, counted once for all members."""

    def add(self, member: Paced) -> None:
        self._members.append(member)

    def remove(self, member: Paced) -> None:
        if member in self._members:
            self._members.remove(member)

    async def run(self) -> None:
        """Runs until it is cancelled."""
        loop = asyncio.get_running_loop()
        began, done = loop.time(), 0
        while True:
            due = int((loop.time() - began) / FRAME_S) - done
            self.late_frames += max(0, due - 1)
            for frame in range(due):
                for member in tuple(self._members):
                    self._step(member, lost=frame < due - LATE_FRAMES)
            done += due
            await asyncio.sleep(began + (done + 1) * FRAME_S - loop.time())

    def _step(self, member: Paced, *, lost: bool) -> None:
        try:
            if lost:
                member.skip()
            else:
                member.tick()
        except Exception:
            # One call's mistake must not silence all the others, nor fill the log fifty times a second.
            log.exception("simulator.call_failed")
            self.remove(member)
            member.fail()
