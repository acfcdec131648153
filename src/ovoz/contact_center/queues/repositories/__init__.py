"""All SQL of skills and queues; a session is handed in, opened for the tenant."""

from ovoz.contact_center.queues.repositories.queues import QueueRepository
from ovoz.contact_center.queues.repositories.skills import SkillRepository

__all__ = ["QueueRepository", "SkillRepository"]
