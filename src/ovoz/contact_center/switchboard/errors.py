"""What the switchboard refuses, and why."""

from ovoz.lib.problems import DependencyUnavailable, DomainError, InputInvalid, NotFound


class NotPossibleNow(DomainError):
    """The command does not fit the present state; `state` says which it is."""

    status = 409
    slug = "not-possible-now"
    title = "This is not possible at the moment"


class BreakFull(DomainError):
    """`at_once` may be on it; `back_in_s` until the limit of who comes back first, null where that is not known."""

    status = 409
    slug = "break-full"
    title = "As many as may be on this break at the same time are on it"


class PhoneNotRegistered(DomainError):
    status = 409
    slug = "phone-not-registered"
    title = "The phone is not registered, so nobody could ring it"


class AgentUnknown(NotFound):
    slug = "agent-unknown"
    title = "There is no such agent here"


class InteractionUnknown(NotFound):
    slug = "interaction-unknown"
    title = "There is no such live interaction"


class TargetUnknown(NotFound):
    slug = "transfer-target-unknown"
    title = "There is nothing here to pass the call on to"


class TargetNotFree(DomainError):
    """Who is to take the call cannot now; `state` says why."""

    status = 409
    slug = "transfer-target-not-free"
    title = "Nobody there can take the call now"


class DispositionNotAllowed(InputInvalid):
    """`errors` says with which it may end."""

    slug = "disposition-not-allowed"
    title = "A call of this queue does not end with this"


class CommandInvalid(DomainError):
    status = 422
    slug = "command-invalid"
    title = "The command cannot be read"


class SwitchboardUnavailable(DependencyUnavailable):
    slug = "switchboard-unavailable"
    title = "The switchboard does not answer; conversations go on, controls come back by themselves"
