"""The facade of people."""

from ovoz.platform.people.ports import PeopleListener
from ovoz.platform.people.services.directory import Directory
from ovoz.platform.people.services.invitations import Invitations
from ovoz.platform.people.services.staff import Staff
from ovoz.platform.people.services.teams import Teams

__all__ = ["Directory", "Invitations", "PeopleListener", "Staff", "Teams"]
