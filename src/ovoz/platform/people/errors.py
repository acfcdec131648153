"""What can be wrong about people, teams and invitations."""

from ovoz.lib.problems import DomainError, InputInvalid, NotFound


class PersonNotFound(NotFound):
    slug = "person-not-found"
    title = "There is no such person, or they are not yours to see"


class EmailTaken(DomainError):
    status = 409
    slug = "email-taken"
    title = "Somebody has this e-mail address already"


class RoleUnknown(InputInvalid):
    slug = "role-unknown"
    title = "There is no such role to give"


class TeamUnknown(InputInvalid):
    slug = "team-unknown"
    title = "There is no such team"


class TeamNotFound(NotFound):
    slug = "team-not-found"
    title = "There is no such team here"


class TeamNameTaken(DomainError):
    status = 409
    slug = "team-name-taken"
    title = "Another team has this name"


class RoleBeyondYours(DomainError):
    """`rights` are those that the giver has not, or not as widely."""

    status = 403
    slug = "role-beyond-yours"
    title = "You cannot deal with roles that can do more than yours"


class PersonDisabled(DomainError):
    status = 409
    slug = "person-disabled"
    title = "This person is disabled"


class InvitationInvalid(NotFound):
    """The same words for a link that never was, was used, was replaced, or is too old."""

    slug = "invitation-invalid"
    title = "This invitation does not count (any more)"
