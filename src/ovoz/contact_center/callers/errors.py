"""What can be wrong about routing rules."""

from ovoz.lib.problems import InputInvalid


class RoutingRulesInvalid(InputInvalid):
    """`errors` says which field, and what would be right."""

    slug = "routing-rules-invalid"
    title = "Such rules cannot be"


class RoutingRulesVersionNotFound(InputInvalid):
    slug = "routing-rules-version-not-found"
    title = "The routing rules have no such version"
