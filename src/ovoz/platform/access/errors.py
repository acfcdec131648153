"""Refusals that say what is missing, and what can be wrong about a role."""

from ovoz.lib.problems import DomainError, InputInvalid, NotFound


class RightMissing(DomainError):
    """`right` names what the person would need.

    `why` is `no_role` (none of the person's roles gives it) or `conditions`; `conditions` are those that do not hold.
    """

    status = 403
    slug = "right-missing"
    title = "You do not have the right to do this"


class NotSignedIn(DomainError):
    status = 401
    slug = "not-signed-in"
    title = "Sign in first"


class RoleNotFound(NotFound):
    slug = "role-not-found"
    title = "There is no such role"


class RoleInvalid(InputInvalid):
    """`errors` says which grant cannot be, and what would be right."""

    slug = "role-invalid"
    title = "Such a role cannot be"


class RoleCodeTaken(DomainError):
    status = 409
    slug = "role-code-taken"
    title = "Another role has this code"


class RoleShipped(DomainError):
    status = 409
    slug = "role-shipped"
    title = "This role comes with Ovoz and cannot be changed"


class RoleInUse(DomainError):
    """`people` counts who has it."""

    status = 409
    slug = "role-in-use"
    title = "People have this role"


class LastManager(DomainError):
    status = 409
    slug = "last-manager"
    title = "Nobody could manage people any more"


class RolesFileInvalid(DomainError):
    """`detail` names the file, the place in it and what would be right."""

    status = 422
    slug = "roles-file-invalid"
    title = "The file of shipped roles cannot be used"
