"""The facade of skills and queues."""

from ovoz.contact_center.queues.rules.rings import groups_of, rings_of, terms_of
from ovoz.contact_center.queues.services.queues import Queues
from ovoz.contact_center.queues.services.skills import Skills

__all__ = ["Queues", "Skills", "groups_of", "rings_of", "terms_of"]
