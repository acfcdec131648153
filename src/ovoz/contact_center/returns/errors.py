"""What can stand in the way of returning a call."""

from ovoz.lib.problems import DomainError, NotFound


class ReturnNotFound(NotFound):
    slug = "return-not-found"
    title = "There is no such call to return"


class ReturnTaken(DomainError):
    status = 409
    slug = "return-taken"
    title = "A colleague is returning this call"
