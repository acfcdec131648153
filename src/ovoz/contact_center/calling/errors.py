"""What can be wrong about the rules for calls."""

from ovoz.lib.problems import InputInvalid


class CallingRulesInvalid(InputInvalid):
    """`errors` says which field, and what would be right."""

    slug = "calling-rules-invalid"
    title = "Such rules for calls cannot be"
