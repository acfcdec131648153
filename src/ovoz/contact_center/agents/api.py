"""The facade of the desk."""

from ovoz.contact_center.agents.contracts import Desk, Phone
from ovoz.contact_center.agents.ports import (
    LiveMessages,
    Messages,
    PhoneLines,
    SipSocket,
    Switchboard,
    SwitchboardWatch,
)
from ovoz.contact_center.agents.repositories import DeskReferences
from ovoz.contact_center.agents.services.desk import AgentDesk
from ovoz.contact_center.agents.services.live import LiveDesk, SessionEnd, session_channel, topic
from ovoz.contact_center.agents.services.phone_line import carry

__all__ = [
    "AgentDesk",
    "Desk",
    "DeskReferences",
    "LiveDesk",
    "LiveMessages",
    "Messages",
    "Phone",
    "PhoneLines",
    "SessionEnd",
    "SipSocket",
    "Switchboard",
    "SwitchboardWatch",
    "carry",
    "session_channel",
    "topic",
]
