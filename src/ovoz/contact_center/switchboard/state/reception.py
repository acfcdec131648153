"""What a queue would do with a caller whom an agent passes on to it: the transfer goes by it, the desk shows it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from ovoz.contact_center.switchboard.state.call import Call, Led
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.overflow import comes_out
from ovoz.contact_center.switchboard.state.rules import QueueRules

Refusal = Literal["queue_closed", "queue_full", "queue_lets_go"]


class Reception(msgspec.Struct, frozen=True):
    """Refused, or taken: into its own line, or on by its rules `to_queue` or `to_number`."""

    refused: Refusal | None = None
    to_queue: UUID | None = None
    to_number: str | None = None


def reception(floor: Floor, now: datetime, call: Call, queue: QueueRules) -> Reception:
    """Nobody is passed on to where they would be let go; where its rules lead on, a closed or full queue takes them."""
    # An agent has had them: where rules led them before counts no more.
    coming = replace(call, queue_id=queue.id, entered_at=now, led=Led())
    queue_id, rule = comes_out(floor, now, coming)
    if rule is not None and rule.then == "number":
        return Reception(to_number=rule.to)
    if rule is not None:
        return Reception("queue_lets_go" if queue.opening.at(now) else "queue_closed")
    if queue_id != queue.id:
        return Reception(to_queue=queue_id)
    return Reception("queue_full" if len(floor.waiting_in(queue.id)) >= queue.max_length else None)
