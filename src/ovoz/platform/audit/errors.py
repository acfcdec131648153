"""What can be wrong about asking for the audit."""

from ovoz.lib.problems import DomainError, NotFound


class AuditEntryNotFound(NotFound):
    slug = "audit-entry-not-found"
    title = "There is no such entry in the audit"


class AnchorsInvalid(DomainError):
    """`detail` names the line."""

    status = 422
    slug = "anchors-invalid"
    title = "The anchors do not hold by themselves"
