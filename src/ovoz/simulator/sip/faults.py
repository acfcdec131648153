"""Misbehaviour on demand: what a bad network or a bad switch does to a carrier's packets."""

import re
from typing import Annotated

import msgspec
from aiosipua import SipRequest, SipResponse

_CSEQ = re.compile(rb"^CSeq:[^\r\n]*", re.M)


class Faults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What goes wrong from now on, for every call."""

    rtp_loss: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    """Share of our RTP packets that never leave."""
    late_ack_s: Annotated[float, msgspec.Meta(ge=0, le=60)] = 0.0
    """Every ACK waits so long: the far end repeats its answer meanwhile."""
    duplicate_invite: bool = False
    """Every INVITE goes out twice, as after a lost answer."""
    malformed_header: bool = False
    """Every INVITE has a CSeq that is none and a line without a colon."""


NO_FAULTS = Faults()


def spoil(faults: Faults, message: SipRequest | SipResponse) -> list[tuple[float, bytes]]:
    """The packets that leave instead of the message, each with the seconds it waits."""
    data = bytes(message)
    if not isinstance(message, SipRequest):
        return [(0.0, data)]
    if message.method == "ACK":
        return [(faults.late_ack_s, data)]
    if message.method == "INVITE":
        if faults.malformed_header:
            data = _CSEQ.sub(b"CSeq: one INVITE\r\nThis line has no colon", data, count=1)
        return [(0.0, data)] * (2 if faults.duplicate_invite else 1)
    return [(0.0, data)]
