"""What is wrong with an agent's order before it reaches the switchboard, and what can happen to the desk's sockets."""

from ovoz.lib.problems import InputInvalid


class ReasonUnknown(InputInvalid):
    slug = "reason-unknown"
    title = "There is no such break reason"


class DispositionUnknown(InputInvalid):
    slug = "disposition-unknown"
    title = "There is no such result of a call"


class TargetIncomplete(InputInvalid):
    slug = "transfer-target-incomplete"
    title = "It is not said to whom the call is to go"


class ReaderTooSlow(Exception):
    """A reader of the live view fell behind; it must begin again with a snapshot."""


class MediaNotReady(Exception):
    """The media node is away or not fully booted; the browser tries again soon."""
