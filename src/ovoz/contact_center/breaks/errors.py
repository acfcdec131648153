"""What can be wrong about a reason for a break."""

from ovoz.lib.problems import DomainError, InputInvalid, NotFound


class BreakReasonNotFound(NotFound):
    slug = "break-reason-not-found"
    title = "There is no such reason for a break"


class BreakReasonCodeTaken(DomainError):
    status = 409
    slug = "break-reason-code-taken"
    title = "Another reason for a break has this code"


class BreakOrderIncomplete(InputInvalid):
    """The order must name every reason once: one that was made meanwhile would lose its place."""

    slug = "break-order-incomplete"
    title = "The order does not name every reason for a break once"
