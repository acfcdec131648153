"""SIP messages as this operator writes them (RFC 3261), and the session it offers (RFC 3264)."""

import itertools
from typing import NamedTuple

from aiosipua import (
    Dialog,
    SdpMessage,
    SipRequest,
    SipResponse,
    build_sdp,
    negotiate_sdp,
    parse_address,
    parse_sdp,
    serialize_sdp,
    stringify_uri,
)
from aiosipua.sdp_negotiate import SdpNegotiationError

Address = tuple[str, int]

PCMA = 8
TELEPHONE_EVENT = 101
USER_AGENT = "Ovoz simulated operator"
ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO"
_SESSIONS = itertools.count(1)

REASONS = {
    100: "Trying",
    180: "Ringing",
    183: "Session Progress",
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    500: "Server Internal Error",
    503: "Service Unavailable",
    603: "Decline",
}


class MediaAddress(NamedTuple):
    """Where the far end wants audio, and in which form; it wants none while it holds us."""

    address: Address
    digits_payload_type: int
    wants_audio: bool = True


class SessionNotSpoken(Exception):
    """The far end's session has no audio that this operator speaks."""


def own_session(host: str, port: int) -> str:
    """Our offer: A-law, digits as telephone events."""
    session: SdpMessage = build_sdp(host, port, PCMA, "PCMA", session_id=str(next(_SESSIONS)))
    return serialize_sdp(session)


def answering_session(own: str, offer: SipRequest) -> str:
    """Our answer to an offer, at the same place as `own`; raises SessionNotSpoken (RFC 3264 §6)."""
    ours = parse_sdp(own)
    assert ours.rtp_address is not None
    theirs = far_media(offer)
    try:
        if theirs is None:
            raise SessionNotSpoken
        answer, _ = negotiate_sdp(
            parse_sdp(offer.text),
            *ours.rtp_address,
            supported_codecs=[PCMA],
            dtmf_payload_type=theirs.digits_payload_type,
            session_id=ours.origin.session_id,
        )
    except SdpNegotiationError as error:
        raise SessionNotSpoken(str(error)) from error
    answer.origin.session_version = str(next(_SESSIONS))
    return serialize_sdp(answer)


def has_session(message: SipRequest | SipResponse) -> bool:
    """Whether a session comes with the message."""
    return bool(message.body) and (message.content_type or "").lower().startswith("application/sdp")


def far_media(message: SipRequest | SipResponse) -> MediaAddress | None:
    """The far end's audio; None when the message carries no session that we can speak."""
    if not has_session(message):
        return None
    session = parse_sdp(message.text)
    if session.audio is None or session.rtp_address is None or str(PCMA) not in session.audio.formats:
        return None
    digits = [
        codec.payload_type
        for codec in session.audio.codecs
        if codec.encoding_name.lower() == "telephone-event"
    ]
    return MediaAddress(
        session.rtp_address,
        digits[0] if digits else TELEPHONE_EVENT,
        wants_audio=session.audio.direction in ("sendrecv", "recvonly"),
    )


def new_invite(
    dialog: Dialog, local: Address, contact_user: str, session: str, headers: dict[str, str]
) -> SipRequest:
    """The first request of a call."""
    invite = dialog.create_request("INVITE", via_host=local[0], via_port=local[1])
    invite.headers.set_single("Contact", f"<sip:{contact_user}@{local[0]}:{local[1]}>")
    invite.headers.set_single("Allow", ALLOW)
    invite.headers.set_single("User-Agent", USER_AGENT)
    for name, value in headers.items():
        invite.headers.set_single(name, value)
    invite.content_type = "application/sdp"
    invite.text = session
    return invite


def acknowledgement(invite: SipRequest, response: SipResponse) -> SipRequest:
    """ACK of a refusal: part of the INVITE's transaction, so its branch is the same (RFC 3261 §17.1.1.3)."""
    ack = SipRequest(method="ACK", uri=invite.uri)
    _copy(invite, ack, "Via", "From", "Call-ID", "Route", "Max-Forwards")
    ack.headers.set_single("To", response.get_header("To") or invite.get_header("To") or "")
    ack.headers.set_single("CSeq", f"{_sequence(invite)} ACK")
    return ack


def acknowledgement_of_success(dialog: Dialog, local: Address, invite: SipRequest) -> SipRequest:
    """ACK of a 2xx: a transaction of its own to the far end's contact (RFC 3261 §13.2.2.4)."""
    kept = dialog.local_cseq
    ack = dialog.create_request("ACK", via_host=local[0], via_port=local[1])
    dialog.local_cseq = kept
    ack.headers.set_single("CSeq", f"{_sequence(invite)} ACK")
    return ack


def cancellation(invite: SipRequest) -> SipRequest:
    """CANCEL of an INVITE that is not answered yet (RFC 3261 §9.1)."""
    cancel = SipRequest(method="CANCEL", uri=invite.uri)
    _copy(invite, cancel, "Via", "From", "To", "Call-ID", "Route", "Max-Forwards")
    cancel.headers.set_single("CSeq", f"{_sequence(invite)} CANCEL")
    return cancel


def response_to(request: SipRequest, code: int, *, tag: str = "", reason: str = "") -> SipResponse:
    """An answer to a request, without a body."""
    response = SipResponse(status_code=code, reason_phrase=reason or REASONS.get(code, "Error"))
    _copy(request, response, "Via", "From", "Call-ID", "CSeq", "Record-Route")
    to = request.get_header("To") or ""
    if tag and "tag=" not in to:
        to += f";tag={tag}"
    response.headers.set_single("To", to)
    response.headers.set_single("User-Agent", USER_AGENT)
    return response


def adopt_answer(dialog: Dialog, response: SipResponse) -> None:
    """Learns the far end's tag, contact and route from its answer (RFC 3261 §12.1.2)."""
    to = response.to_addr
    if to is not None and to.tag:
        dialog.remote_tag = to.tag
    contact = response.get_header("Contact")
    if contact:
        dialog.remote_target = stringify_uri(parse_address(contact).uri)
    dialog.route_set = list(reversed(response.headers.get("Record-Route")))


def branch_of(message: SipRequest | SipResponse) -> str:
    """The transaction's id; empty when there is none."""
    via = message.via
    return (via[0].branch or "") if via else ""


def cause_of(message: SipRequest | SipResponse) -> int | None:
    """The Q.850 cause of a Reason header (RFC 3326)."""
    for reason in message.headers.get("Reason"):
        if not reason.upper().startswith("Q.850"):
            continue
        for part in reason.split(";"):
            name, _, value = part.strip().partition("=")
            if name.lower() == "cause" and value.isdigit():
                return int(value)
    return None


def _sequence(invite: SipRequest) -> int:
    sequence = invite.cseq
    assert sequence is not None
    return sequence.seq


def _copy(source: SipRequest, target: SipRequest | SipResponse, *names: str) -> None:
    for name in names:
        for value in source.headers.get(name):
            target.headers.append(name, value)
