"""Names that cannot lead astray, and how full a disk is."""

from datetime import UTC, datetime
from pathlib import PurePosixPath
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ovoz.contact_center.recordings.contracts import ObjectName, OwedRecording
from ovoz.contact_center.recordings.rules.limits import disk_level

TENANT = "somonabcdefg"


@given(st.text(alphabet="ab./\\-_~%\0\n", max_size=12))
@example("..")
@example("a/../../b")
@example("/etc/passwd")
@example("a\n")
def test_no_name_leads_out_of_the_tenants_folder(name: str) -> None:
    try:
        path = PurePosixPath("/root") / TENANT / ObjectName(TENANT, name).name
    except ValueError:
        return
    assert ".." not in path.parts
    assert path.parts[:3] == ("/", "root", TENANT)
    assert "\n" not in name
    assert "\0" not in name


@pytest.mark.parametrize("tenant_id", ["", "..", "somon", "Somonabcdefg", "somonabcdef/", "somonabcdefg\n"])
def test_only_a_tenant_id_is_a_tenant(tenant_id: str) -> None:
    with pytest.raises(ValueError, match="tenant id"):
        ObjectName(tenant_id, "a")


@pytest.mark.parametrize("raw_name", ["../x.raw", "a/b.raw", ".hidden", "", "a\0b"])
def test_a_raw_name_is_a_plain_file_name(raw_name: str) -> None:
    with pytest.raises(ValueError, match="plain file name"):
        OwedRecording(UUID(int=1), UUID(int=2), raw_name, datetime.now(UTC), True)


def test_the_object_is_named_by_day_and_recording() -> None:
    owed = OwedRecording(UUID(int=1), UUID(int=2), "a.raw", datetime(2026, 3, 4, tzinfo=UTC), True)
    assert owed.object_name(TENANT) == ObjectName(TENANT, f"recordings/2026/03/04/{UUID(int=1).hex}.ovr")


@pytest.mark.parametrize(
    ("used_mb", "free_mb", "level"),
    [
        (0, 9999, "ok"),
        (799, 9999, "ok"),
        (800, 9999, "warning"),
        (999, 9999, "warning"),
        (1000, 9999, "full"),
        (0, 100, "full"),
    ],
)
def test_how_full_the_folder_is(used_mb: int, free_mb: int, level: str) -> None:
    assert disk_level(used_mb, 1000, free_mb) == level
