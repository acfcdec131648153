"""Requests that are refused before anything looks at what they are about."""

from ovoz.lib.problems import DomainError, InputInvalid


class RateLimited(DomainError):
    """`retry_after_s` says when to try again, `policies` which limits were passed."""

    status = 429
    slug = "rate-limited"
    title = "Too many requests"


class IdempotencyKeyInvalid(InputInvalid):
    slug = "idempotency-key-invalid"
    title = "The Idempotency-Key is no UUID"


class IdempotencyKeyReused(InputInvalid):
    slug = "idempotency-key-reused"
    title = "The Idempotency-Key belongs to another request"


class RequestUnderWay(DomainError):
    """`retry_after_s` says when to ask again."""

    status = 409
    slug = "request-under-way"
    title = "The same request is still being worked on"


class OutcomeUnknown(DomainError):
    """Something was stored, but the process ended before it answered."""

    status = 409
    slug = "outcome-unknown"
    title = "It is not known how the same request ended"


class BodyUnreadable(DomainError):
    status = 400
    slug = "body-unreadable"
    title = "The body cannot be read"


class BodyTooLarge(DomainError):
    """`limit_bytes` is the most that may be sent."""

    status = 413
    slug = "body-too-large"
    title = "The body is too large"


class ContentTypeUnsupported(DomainError):
    status = 415
    slug = "content-type-unsupported"
    title = "The body is of a kind that is not understood here"


class MethodNotAllowed(DomainError):
    """The header `Allow` names the methods that there are."""

    status = 405
    slug = "method-not-allowed"
    title = "This address does not know that method"


class ParameterUnknown(InputInvalid):
    slug = "parameter-unknown"
    title = "A parameter of the query is not known here"
