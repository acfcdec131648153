"""With what a call may end: what its queue allows."""

from ovoz.contact_center.switchboard.errors import DispositionNotAllowed
from ovoz.contact_center.switchboard.state.call import Call, Handling
from ovoz.contact_center.switchboard.state.floor import Floor


def allowed_of(floor: Floor, call: Call, share: Handling) -> tuple[str, ...]:
    """As the queue has it that the share's agent took the call from, wherever it went since; none: any."""
    return floor.queues[share.queue_id or call.queue_id].dispositions


def check_disposition(floor: Floor, call: Call, share: Handling, disposition: str | None) -> None:
    """Raises DispositionNotAllowed; a share whose time ran out has none."""
    allowed = allowed_of(floor, call, share)
    if disposition is not None and allowed and disposition not in allowed:
        raise DispositionNotAllowed(
            f"A call of this queue ends with one of {', '.join(allowed)}.",
            errors=[{"pointer": "/disposition", "detail": f"one of {', '.join(allowed)}"}],
        )
