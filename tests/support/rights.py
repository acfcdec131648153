"""Random rights for property tests and the benchmark."""

from uuid import UUID

from hypothesis import strategies as st

from ovoz.platform.access.contracts import Conditions, Grant, Hours
from ovoz.platform.access.rules.conditions import Thing

PEOPLE = tuple(UUID(int=number) for number in range(1, 4))
TEAMS = tuple(UUID(int=number) for number in range(11, 13))
QUEUES = tuple(UUID(int=number) for number in range(21, 24))
REGIONS = ("Суғд", "Хатлон", "a,b")
RIGHTS = ("interactions.read", "recordings.listen", "desk.use")


def _time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _moments() -> st.SearchStrategy[str]:
    return st.sampled_from((0, 60, 61, 719, 720, 721, 1380, 1439)).map(_time)


def conditions() -> st.SearchStrategy[Conditions]:
    return st.builds(
        Conditions,
        whose=st.sampled_from(("own", "team", "queue", "all")),
        regions=st.none()
        | st.lists(st.sampled_from(REGIONS), min_size=1, max_size=2, unique=True).map(tuple),
        outsourced=st.none() | st.booleans(),
        corporate=st.none() | st.booleans(),
        hours=st.none() | st.builds(Hours, from_=_moments(), until=_moments()),
    )


def grants() -> st.SearchStrategy[Grant]:
    return st.builds(Grant, right=st.sampled_from(RIGHTS), conditions=conditions())


def things() -> st.SearchStrategy[Thing]:
    return st.builds(
        Thing,
        owner=st.none() | st.sampled_from(PEOPLE),
        team=st.none() | st.sampled_from(TEAMS),
        queue=st.none() | st.sampled_from(QUEUES),
        region=st.none() | st.sampled_from(REGIONS),
        outsourced=st.none() | st.booleans(),
        corporate=st.none() | st.booleans(),
    )
