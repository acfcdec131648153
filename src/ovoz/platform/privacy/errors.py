"""What can be wrong about asking for personal data."""

from ovoz.lib.problems import InputInvalid, NotFound


class RevealReasonPoor(InputInvalid):
    """Whoever reads the audit must understand why."""

    slug = "reveal-reason-poor"
    title = "The reason for the reveal says too little"


class SubjectNotFound(NotFound):
    """Also for what is there and not the person's to see."""

    slug = "subject-not-found"
    title = "There is nobody and nothing of this kind here that you may see"


class NumberTokenInvalid(InputInvalid):
    """Not sealed here, for somebody else, or too old."""

    slug = "number-token-invalid"
    title = "The number's token cannot be used"


class PersonalDataUndeclared(Exception):
    """A route answered with something of which nobody said what is personal in it: a defect, not an input error."""
