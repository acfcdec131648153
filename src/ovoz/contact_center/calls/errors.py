"""What can be wrong about asking for history."""

from ovoz.lib.cursors import CursorInvalid
from ovoz.lib.problems import NotFound

__all__ = ["CursorInvalid", "InteractionNotFound"]


class InteractionNotFound(NotFound):
    slug = "interaction-not-found"
    title = "There is no such interaction, or it is not yours to see"
