"""The facade of skills and queues."""

from ovoz.contact_center.queues.services.queues import Queues
from ovoz.contact_center.queues.services.skills import Skills

__all__ = ["Queues", "Skills"]
