"""Rights as other modules name them."""

from typing import Literal

Right = Literal[
    "desk.use",
    "calls.control",
    "interactions.read.own",
    "interactions.read.all",
    "recordings.listen.own",
    "recordings.listen.all",
    "settings.read",
    "session.use",
]
