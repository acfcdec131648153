"""What can be wrong about a tenant."""

from ovoz.lib.problems import DomainError, NotFound


class OperatorUnknown(NotFound):
    slug = "operator-unknown"
    title = "No operator lives at this address"


class OperatorSuspended(DomainError):
    status = 403
    slug = "operator-suspended"
    title = "This operator is suspended"


class BlueprintInvalid(DomainError):
    """`detail` names the file, the place in it and what would be right."""

    status = 422
    slug = "blueprint-invalid"
    title = "The blueprint cannot be used"


class SlugTaken(DomainError):
    status = 409
    slug = "slug-taken"
    title = "Another operator has this address already"
