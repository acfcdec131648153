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


class SlugInvalid(DomainError):
    status = 422
    slug = "slug-invalid"
    title = "This cannot be an operator's address"


class NumberTaken(DomainError):
    status = 409
    slug = "number-taken"
    title = "A number in the blueprint is another operator's"


class KeysUnopenable(DomainError):
    """`keys` names tenants and versions; nothing was lost, and the installation's former key is kept."""

    status = 409
    slug = "keys-unopenable"
    title = "Some tenants' keys cannot be opened here"
