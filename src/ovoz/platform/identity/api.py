"""The facade of identity."""

from ovoz.platform.identity.contracts import Actor
from ovoz.platform.identity.services import Admission, Identity, hash_password

__all__ = ["Actor", "Admission", "Identity", "hash_password"]
