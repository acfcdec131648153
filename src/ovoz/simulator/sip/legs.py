"""Calls as SIP sees them: one dialog each (RFC 3261 §12), begun by us or by the far end."""

import asyncio
from enum import StrEnum
from typing import Protocol

from aiosipua import (
    Dialog,
    SipRequest,
    SipResponse,
    create_dialog_from_request,
    generate_call_id,
    generate_tag,
    parse_uri,
)
from aiosipua.dialog import dialog_matches, remote_cseq_valid

from ovoz.simulator.sip import messages, transactions
from ovoz.simulator.sip.messages import Address, MediaAddress
from ovoz.simulator.sip.transactions import ServerTransaction


class EndedBy(StrEnum):
    """Who ended a call, or refused it."""

    US = "us"
    FAR_END = "far_end"


class LegListener(Protocol):
    """Hears what becomes of a leg. `ended` comes exactly once, and nothing after it."""

    def ringing(self, code: int) -> None: ...

    def media(self, far: MediaAddress) -> None:
        """Audio goes there from now on; comes again when the far end moves it."""

    def answered(self) -> None: ...

    def ended(self, by: EndedBy, code: int, reason: str, cause: int | None) -> None:
        """`code` is the final SIP code, 200 for a call that was answered; `cause` is Q.850's."""


class Silent:
    """A listener for a leg that has none yet."""

    def ringing(self, code: int) -> None: ...

    def media(self, far: MediaAddress) -> None: ...

    def answered(self) -> None: ...

    def ended(self, by: EndedBy, code: int, reason: str, cause: int | None) -> None: ...


class Agent(Protocol):
    """What a leg needs of its user agent."""

    local: Address

    def begin(self, request: SipRequest, far: Address, hear: "Hear") -> None: ...

    def send(self, message: SipRequest | SipResponse, far: Address) -> None: ...

    def forget(self, leg: "Leg") -> None: ...


class Hear(Protocol):
    def __call__(self, response: SipResponse, /) -> None: ...


class Leg:
    """What both directions share: hanging up, and requests of the far end within the call."""

    def __init__(self, agent: Agent, far: Address, dialog: Dialog, listener: LegListener) -> None:
        self.listener = listener
        self.is_answered = False
        self.is_over = False
        self._agent = agent
        self._far = far
        self._dialog = dialog
        self._session = ""
        self._invited: ServerTransaction | None = None
        """The far end's last INVITE, whose ACK we wait for."""

    @property
    def call_id(self) -> str:
        return self._dialog.call_id

    def receive(self, transaction: ServerTransaction) -> None:
        """A request of the far end within this call."""
        request = transaction.request
        if self.is_over or not dialog_matches(self._dialog, request):
            transaction.respond(messages.response_to(request, 481))
        elif not remote_cseq_valid(self._dialog, request):
            transaction.respond(messages.response_to(request, 500))
        elif request.method == "BYE":
            transaction.respond(messages.response_to(request, 200))
            self._over(EndedBy.FAR_END, 200, "", messages.cause_of(request))
        elif request.method in ("INVITE", "UPDATE"):
            self._renegotiate(transaction)
        elif request.method in ("INFO", "OPTIONS"):
            transaction.respond(messages.response_to(request, 200))
        else:
            transaction.respond(messages.response_to(request, 405))

    def acknowledged(self, request: SipRequest) -> None:
        """ACK of our 2xx; it may bring the answer to an offer of ours."""
        if self._invited is not None:
            self._invited.acknowledged()
        self._adopt_media(request)

    def _renegotiate(self, transaction: ServerTransaction) -> None:
        """An offer within the call; an INVITE without one gets ours, and the ACK brings the answer."""
        request = transaction.request
        response = messages.response_to(request, 200)
        try:
            if messages.has_session(request):
                self._with_session(response, messages.answering_session(self._session, request))
                self._adopt_media(request)
            elif request.method == "INVITE":
                self._with_session(response, self._session)
        except messages.SessionNotSpoken:
            response = messages.response_to(request, 488)
        if request.method == "INVITE":
            self._invited = transaction
        transaction.respond(response)

    def _with_session(self, response: SipResponse, session: str) -> None:
        response.headers.set_single("Contact", f"<sip:{self._agent.local[0]}:{self._agent.local[1]}>")
        response.headers.set_single("Allow", messages.ALLOW)
        response.content_type = "application/sdp"
        response.text = session

    def _adopt_media(self, message: SipRequest | SipResponse) -> None:
        media = messages.far_media(message)
        if media is not None:
            self.listener.media(media)

    def _bye(self) -> None:
        bye = self._dialog.create_request("BYE", via_host=self._agent.local[0], via_port=self._agent.local[1])
        self._agent.begin(bye, self._far, lambda response: self._agent.forget(self))
        self._over(EndedBy.US, 200, "", None, forget=False)

    def _over(self, by: EndedBy, code: int, reason: str, cause: int | None, *, forget: bool = True) -> None:
        if self.is_over:
            return
        self.is_over = True
        if forget:
            self._agent.forget(self)
        self.listener.ended(by, code, reason, cause)


class OutgoingLeg(Leg):
    """A call that we make."""

    def __init__(
        self,
        agent: Agent,
        far: Address,
        *,
        caller_uri: str,
        called_uri: str,
        contact_user: str,
        session: str,
        headers: dict[str, str],
        listener: LegListener,
    ) -> None:
        dialog = Dialog(
            call_id=generate_call_id(agent.local[0]),
            local_tag=generate_tag(),
            local_uri=caller_uri,
            remote_uri=called_uri,
            remote_target=called_uri,
        )
        super().__init__(agent, far, dialog, listener)
        self._session = session
        self.invite = messages.new_invite(dialog, agent.local, contact_user, session, headers)
        self._progressed = False
        self._gives_up = False

    def begin(self) -> None:
        self._agent.begin(self.invite, self._far, self._hear)

    def hang_up(self) -> None:
        """BYE, or CANCEL; a CANCEL waits for the first sign of life, as RFC 3261 §9.1 wants."""
        if self.is_over:
            return
        if self.is_answered:
            self._bye()
        elif not self._gives_up:
            self._gives_up = True
            if self._progressed:
                self._cancel()

    def _cancel(self) -> None:
        self._agent.begin(messages.cancellation(self.invite), self._far, lambda response: None)
        # Without a final answer to the INVITE the call is over all the same (RFC 3261 §9.1).
        asyncio.get_running_loop().call_later(
            transactions.LIFETIME_S, self._over, EndedBy.US, 487, messages.REASONS[487], None
        )

    def _hear(self, response: SipResponse) -> None:
        code = response.status_code
        if code < 200:
            if self._gives_up and not self._progressed:
                self._cancel()
            self._progressed = True
            if code > 100 and not self.is_over:
                messages.adopt_answer(self._dialog, response)
                self._adopt_media(response)
                self.listener.ringing(code)
        elif code < 300:
            self._accept(response)
        else:
            by = EndedBy.US if self._gives_up else EndedBy.FAR_END
            self._over(by, code, response.reason_phrase, messages.cause_of(response))

    def _accept(self, response: SipResponse) -> None:
        if not self.is_answered:
            messages.adopt_answer(self._dialog, response)
        ack = messages.acknowledgement_of_success(self._dialog, self._agent.local, self.invite)
        self._agent.send(ack, self._far)
        if self.is_answered:
            return
        self.is_answered = True
        if self._gives_up:
            # Our CANCEL and the answer crossed: the call is there, so it ends with BYE.
            self._bye()
            return
        self._adopt_media(response)
        self.listener.answered()


class IncomingLeg(Leg):
    """A call to one of our numbers."""

    def __init__(self, agent: Agent, far: Address, transaction: ServerTransaction) -> None:
        invite = transaction.request
        super().__init__(agent, far, create_dialog_from_request(invite), Silent())
        self.called = parse_uri(invite.uri).user or ""
        caller = invite.from_addr
        self.caller = (caller.uri.user if caller else None) or ""
        self.invite = invite
        self._transaction = transaction
        self._invited = transaction
        transaction.on_no_acknowledgement = self._lost

    def attach(self, listener: LegListener) -> None:
        """Tells the listener from now on, beginning with where the far end wants audio."""
        self.listener = listener
        self._adopt_media(self.invite)

    def ring(self) -> None:
        self._transaction.respond(messages.response_to(self.invite, 180, tag=self._dialog.local_tag))
        self.listener.ringing(180)

    def answer(self, session: str) -> None:
        """Accepts with audio at the place that `session` names; 488 when the caller speaks no A-law."""
        if self.is_over or self.is_answered:
            return
        self._session = session
        try:
            if messages.has_session(self.invite):
                session = messages.answering_session(session, self.invite)
        except messages.SessionNotSpoken:
            self.refuse(488)
            return
        response = messages.response_to(self.invite, 200, tag=self._dialog.local_tag)
        self._with_session(response, session)
        self.is_answered = True
        self._transaction.respond(response)
        self.listener.answered()

    def refuse(self, code: int) -> None:
        if self.is_over or self.is_answered:
            return
        self._transaction.respond(messages.response_to(self.invite, code, tag=self._dialog.local_tag))
        self._over(EndedBy.US, code, messages.REASONS.get(code, ""), None)

    def hang_up(self) -> None:
        if self.is_over:
            return
        if self.is_answered:
            self._bye()
        else:
            self.refuse(603)

    def cancelled(self, request: SipRequest) -> None:
        """The caller gave up before we answered."""
        if self.is_over or self.is_answered:
            return
        self._transaction.respond(messages.response_to(self.invite, 487, tag=self._dialog.local_tag))
        self._over(EndedBy.FAR_END, 487, "Request Terminated", messages.cause_of(request))

    def _lost(self) -> None:
        if self.is_answered and not self.is_over:
            self._bye()
