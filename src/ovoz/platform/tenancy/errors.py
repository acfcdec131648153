"""What can be wrong about a tenant."""

from ovoz.lib.problems import DependencyUnavailable, DomainError, NotFound


class OperatorUnknown(NotFound):
    slug = "operator-unknown"
    title = "No operator lives at this address"


class OperatorSuspended(DomainError):
    status = 403
    slug = "operator-suspended"
    title = "This operator is suspended"


class KeyUnavailable(DependencyUnavailable):
    """The tenant's key is not there, or does not belong to this installation; it takes an operator to mend."""

    slug = "tenant-key-unavailable"
    title = "The operator's key cannot be opened"


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


class OperatorStateWrong(DomainError):
    """`state` is what the operator is in; `detail` says what would have to come first."""

    status = 409
    slug = "operator-state-wrong"
    title = "The operator's state does not allow this"


class OperationUnknown(NotFound):
    slug = "operation-unknown"
    title = "There is no such operation"


class ArchiveNotHere(NotFound):
    """`detail` says why there is nothing to hand out."""

    slug = "archive-not-here"
    title = "There is no archive of this operation here"


class ArchiveDamaged(DomainError):
    """`detail` names the member that is not what was written."""

    status = 422
    slug = "archive-damaged"
    title = "The archive is not whole"


class ArchiveKeyWrong(DomainError):
    status = 422
    slug = "archive-key-wrong"
    title = "This does not open the archive"


class ArchiveTooNew(DomainError):
    """`revision` is the archive's."""

    status = 409
    slug = "archive-too-new"
    title = "The archive is of a newer release"
