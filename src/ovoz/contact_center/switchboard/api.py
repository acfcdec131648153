"""The switchboard's facade: what composition roots and other modules may use."""

from ovoz.contact_center.switchboard.contracts import Command
from ovoz.contact_center.switchboard.repositories import CellLease, Directory, JournalStore, TenantChanges
from ovoz.contact_center.switchboard.services.cell import Cell
from ovoz.contact_center.switchboard.services.commands import Commands
from ovoz.contact_center.switchboard.services.spool import refused_entries
from ovoz.contact_center.switchboard.services.switchboard import Fenced, run_cell

__all__ = [
    "Cell",
    "CellLease",
    "Command",
    "Commands",
    "Directory",
    "Fenced",
    "JournalStore",
    "TenantChanges",
    "refused_entries",
    "run_cell",
]
