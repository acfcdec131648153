"""Rights as other modules name them."""

from typing import Literal

Right = Literal[
    "desk.use",
    "calls.control",
    "interactions.read.own",
    "interactions.read.all",
    "recordings.listen.own",
    "recordings.listen.all",
    "recordings.download",
    "settings.read",
    "people.read",
    "people.manage",
    "roles.read",
    "roles.manage",
    "audit.read",
    "audit.export",
    "personal.reveal",
    "tenants.read",
    "tenants.manage",
    "session.use",
]
