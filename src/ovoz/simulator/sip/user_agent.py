"""The operator's SIP address: one UDP socket, its transactions and its dialogs."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from aiosipua import SipMessage, SipRequest, SipResponse, generate_tag
from aiosipua.message import missing_required_headers

from ovoz.simulator.sip.faults import NO_FAULTS, spoil
from ovoz.simulator.sip.legs import IncomingLeg, Leg, LegListener, OutgoingLeg
from ovoz.simulator.sip.messages import Address, branch_of, response_to
from ovoz.simulator.sip.transactions import ClientTransaction, ServerTransaction

log = structlog.get_logger(__name__)

Key = tuple[str, str]
"""Branch and method: what a transaction is found by (RFC 3261 §17.1.3)."""


def _drop(known: dict[Key, Any], key: Key) -> None:
    known.pop(key, None)


class UserAgent(asyncio.DatagramProtocol):
    """Sends and answers calls; `on_incoming` hears of each new call to one of our numbers."""

    def __init__(self, local: Address) -> None:
        self.local = local
        self.faults = NO_FAULTS
        """Misbehaviour on demand, from now on."""
        self.on_incoming: Callable[[IncomingLeg], None] = lambda leg: leg.refuse(480)
        self._socket: asyncio.DatagramTransport | None = None
        self._clients: dict[Key, ClientTransaction] = {}
        self._servers: dict[Key, ServerTransaction] = {}
        self._legs: dict[str, Leg] = {}

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._socket, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=self.local)
        self.local = self._socket.get_extra_info("sockname")[:2]

    def close(self) -> None:
        for client in self._clients.values():
            client.stop()
        for server in self._servers.values():
            server.stop()
        if self._socket is not None:
            self._socket.close()

    def call(
        self,
        far: Address,
        *,
        caller_uri: str,
        called_uri: str,
        contact_user: str,
        session: str,
        headers: dict[str, str],
        listener: LegListener,
    ) -> OutgoingLeg:
        """Sends an INVITE; the listener hears what comes of it."""
        leg = OutgoingLeg(
            self,
            far,
            caller_uri=caller_uri,
            called_uri=called_uri,
            contact_user=contact_user,
            session=session,
            headers=headers,
            listener=listener,
        )
        self._legs[leg.call_id] = leg
        leg.begin()
        return leg

    def forget(self, leg: Leg) -> None:
        self._legs.pop(leg.call_id, None)

    def begin(self, request: SipRequest, far: Address, hear: Callable[[SipResponse], None]) -> None:
        """Sends a request and hears its answers."""
        key = (branch_of(request), request.method)
        transaction = ClientTransaction(
            request, lambda message: self.send(message, far), hear, partial(_drop, self._clients, key)
        )
        self._clients[key] = transaction
        transaction.start()

    def send(self, message: SipRequest | SipResponse, far: Address) -> None:
        for after_s, data in spoil(self.faults, message):
            if after_s:
                asyncio.get_running_loop().call_later(after_s, self.send_raw, data, far)
            else:
                self.send_raw(data, far)

    def send_raw(self, data: bytes, far: Address) -> None:
        """Sends bytes as they are."""
        if self._socket is not None and not self._socket.is_closing():
            self._socket.sendto(data, far)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if not data.strip():
            return
        try:
            message = SipMessage.parse(data)
        except ValueError as error:
            log.warning("simulator.sip_unreadable", size=len(data), **{"pii.error": str(error)})
            return
        if isinstance(message, SipResponse):
            method = message.cseq.method if message.cseq else ""
            transaction = self._clients.get((branch_of(message), method))
            if transaction is not None:
                transaction.receive(message)
            return
        if missing_required_headers(message):
            log.warning("simulator.sip_incomplete", size=len(data))
            return
        self._receive_request(message, addr[:2])

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there (ICMP): the transaction's time-out tells the call."""

    def _receive_request(self, request: SipRequest, far: Address) -> None:
        branch = branch_of(request)
        leg = self._legs.get(request.call_id or "")
        if request.method == "ACK":
            known = self._servers.get((branch, "INVITE"))
            if known is not None:
                known.acknowledged()
            elif leg is not None:
                leg.acknowledged(request)
            return
        known = self._servers.get((branch, request.method))
        if known is not None:
            known.repeat()
            return
        key = (branch, request.method)
        transaction = ServerTransaction(
            request, lambda message: self.send(message, far), partial(_drop, self._servers, key)
        )
        self._servers[key] = transaction
        if request.method == "CANCEL":
            self._cancel(transaction, leg)
        elif leg is not None:
            leg.receive(transaction)
        elif request.method == "INVITE":
            self._ring(transaction, far)
        elif request.method == "OPTIONS":
            transaction.respond(response_to(request, 200, tag=generate_tag()))
        else:
            transaction.respond(response_to(request, 481))

    def _cancel(self, transaction: ServerTransaction, leg: Leg | None) -> None:
        found = (branch_of(transaction.request), "INVITE") in self._servers
        transaction.respond(response_to(transaction.request, 200 if found else 481))
        if found and isinstance(leg, IncomingLeg):
            leg.cancelled(transaction.request)

    def _ring(self, transaction: ServerTransaction, far: Address) -> None:
        leg = IncomingLeg(self, far, transaction)
        self._legs[leg.call_id] = leg
        self.on_incoming(leg)
