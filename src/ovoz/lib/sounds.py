"""What the media node of an installation has to play."""

from typing import Final

import msgspec

FIRST_LANGUAGE: Final = "ru"
"""What is said in a language that has no prompts here is said in this one."""
DEFAULT_MUSIC: Final = "default"


class Sounds(msgspec.Struct, frozen=True):
    """Languages that have every prompt, and pieces of music on hold."""

    languages: tuple[str, ...] = (FIRST_LANGUAGE, "en")
    music: tuple[str, ...] = (DEFAULT_MUSIC,)
