"""The facade of skills and queues."""

from ovoz.contact_center.queues.rules.hours import holidays_of, turns
from ovoz.contact_center.queues.rules.loops import overflows_of
from ovoz.contact_center.queues.rules.rings import groups_of, rings_of, terms_of
from ovoz.contact_center.queues.services.queues import Queues
from ovoz.contact_center.queues.services.replays import RecordedCalls, Replays
from ovoz.contact_center.queues.services.skills import Skills

__all__ = [
    "Queues",
    "RecordedCalls",
    "Replays",
    "Skills",
    "groups_of",
    "holidays_of",
    "overflows_of",
    "rings_of",
    "terms_of",
    "turns",
]
