"""What can go wrong about signing in."""

from ovoz.lib.problems import DomainError, InputInvalid, NotFound


class SignInFailed(DomainError):
    """The same words for an unknown account and for a wrong password."""

    status = 401
    slug = "sign-in-failed"
    title = "The e-mail address or the password is wrong"


class TooManyAttempts(DomainError):
    """`retry_after_s` says when to try again."""

    status = 429
    slug = "too-many-attempts"
    title = "Too many failed attempts"


class RequestForged(DomainError):
    """The CSRF token or the Origin does not belong to the session's page."""

    status = 403
    slug = "request-forged"
    title = "The request did not come from this application's page"


class PasswordWrong(InputInvalid):
    """The present password, asked again before something important."""

    slug = "password-wrong"
    title = "The present password is wrong"


class PasswordWeak(InputInvalid):
    slug = "password-weak"
    title = "The new password is too easy to guess"


class SessionNotFound(NotFound):
    slug = "session-not-found"
    title = "You have no such other session"
