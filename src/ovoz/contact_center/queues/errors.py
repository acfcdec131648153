"""What can be wrong about skills and queues."""

from ovoz.lib.problems import DomainError, InputInvalid, NotFound


class SkillNotFound(NotFound):
    slug = "skill-not-found"
    title = "There is no such skill here"


class SkillCodeTaken(DomainError):
    status = 409
    slug = "skill-code-taken"
    title = "Another skill has this code"


class LevelsInvalid(InputInvalid):
    """`errors` says which change is about nobody you may change, or about no skill."""

    slug = "skill-levels-invalid"
    title = "Some of these levels cannot be given"


class LevelsChanged(DomainError):
    """`errors` has a line for each level that is another one by now; none of the changes was made."""

    status = 409
    slug = "skill-levels-changed"
    title = "Somebody has changed some of these levels since you read them"


class SheetUnreadable(InputInvalid):
    """`errors` says what the first line should be."""

    slug = "skill-sheet-unreadable"
    title = "This is no table of people and skills"


class QueueNotFound(NotFound):
    slug = "queue-not-found"
    title = "There is no such queue here"


class QueueCodeTaken(DomainError):
    status = 409
    slug = "queue-code-taken"
    title = "Another queue has this code"


class QueueSettingsInvalid(InputInvalid):
    """`errors` says which field, and what would be right."""

    slug = "queue-settings-invalid"
    title = "Such settings cannot be"


class QueueInUse(DomainError):
    """`errors` says what leads to it."""

    status = 409
    slug = "queue-in-use"
    title = "Callers are still led to this queue"


class QueueVersionNotFound(InputInvalid):
    slug = "queue-version-not-found"
    title = "The queue has no such version"


class HolidayNotFound(NotFound):
    slug = "holiday-not-found"
    title = "There is no such holiday here"


class HolidayInvalid(InputInvalid):
    """`errors` says which field, and what would be right."""

    slug = "holiday-invalid"
    title = "Such a holiday cannot be"
