"""RFC 9457 problems: what went wrong in the domain, said once and shown everywhere the same way."""

from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal the caller can act on.

    Subclasses set `status` (HTTP), `slug` (its page is `docs/problems/<slug>.md`) and `title`;
    `detail` says what happened this time, `members` are extra typed fields of the problem document.
    """

    status: ClassVar[int] = 400
    slug: ClassVar[str] = "bad-request"
    title: ClassVar[str] = "The request cannot be carried out"

    def __init__(self, detail: str = "", **members: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.members = members

    def document(self) -> dict[str, Any]:
        """The problem as JSON members."""
        return {
            "type": f"/problems/{self.slug}",
            "title": self.title,
            "status": self.status,
            **({"detail": self.detail} if self.detail else {}),
            **self.members,
        }


class NotFound(DomainError):
    status = 404
    slug = "not-found"
    title = "There is no such thing here"


class InputInvalid(DomainError):
    """Bad input; `errors` is a list of `{pointer, detail}` (JSON pointers into the body)."""

    status = 422
    slug = "input-invalid"
    title = "Some of the input cannot be used"


class DependencyUnavailable(DomainError):
    """A part Ovoz depends on does not answer; trying again later can help."""

    status = 503
    slug = "dependency-unavailable"
    title = "A part of the system does not answer"


class Unexpected(DomainError):
    """A fault of ours; what happened stands in the log and not in the answer."""

    status = 500
    slug = "unexpected"
    title = "Something went wrong here"
