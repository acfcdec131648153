"""All SQL of the switchboard."""

from ovoz.contact_center.switchboard.repositories.changes import TenantChanges
from ovoz.contact_center.switchboard.repositories.directory import Directory, TenantSetup
from ovoz.contact_center.switchboard.repositories.journal import EpochStale, JournalStore
from ovoz.contact_center.switchboard.repositories.lease import CellLease, LeaseLost

__all__ = [
    "CellLease",
    "Directory",
    "EpochStale",
    "JournalStore",
    "LeaseLost",
    "TenantChanges",
    "TenantSetup",
]
