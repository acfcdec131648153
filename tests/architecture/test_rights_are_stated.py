"""Every route, topic, job and command states its right: one that forgets is found here, without anybody remembering."""

import re
from typing import Any, cast, get_args

import pytest
from litestar import Litestar, get

from ovoz.contact_center.agents.services.live import TOPICS, topic
from ovoz.contact_center.switchboard.contracts import RIGHTS, Verb
from ovoz.entrypoints import switchboard, worker
from ovoz.entrypoints.api import application
from ovoz.entrypoints.generated import _NOWHERE
from ovoz.lib.settings import REPOSITORY, Settings
from ovoz.platform.access.api import CATALOGUE
from ovoz.platform.access.guards import DECLARED, INTERNAL, PUBLIC, SYSTEM, requires

STATED = {*CATALOGUE, PUBLIC, INTERNAL}


def unstated(app: Litestar) -> dict[str, list[Any]]:
    """Handlers that do not state exactly one right."""
    wrong: dict[str, list[Any]] = {}
    for route in app.routes:
        handlers = getattr(route, "route_handlers", None) or [route.route_handler]  # type: ignore[union-attr]
        for handler in handlers:
            if handler.fn.__module__.startswith("litestar.") and "OPTIONS" in getattr(
                handler, "http_methods", ()
            ):
                continue
            stated = [
                getattr(guard, DECLARED)
                for layer in handler.ownership_layers
                for guard in layer.guards or []
                if hasattr(guard, DECLARED)
            ]
            if len(stated) != 1 or stated[0] not in STATED:
                wrong[f"{route.path} {handler}"] = stated
    return wrong


def test_every_route_of_the_api_states_its_right(tmp_path: Any) -> None:
    app = application(Settings.from_environment({"OVOZ_HOME": str(tmp_path)}), _NOWHERE)
    assert len(app.routes) > 20
    assert unstated(app) == {}


def test_every_route_of_the_switchboard_states_its_right() -> None:
    app = switchboard._application(cast(Any, None), "token")
    assert len(app.routes) >= 3
    assert unstated(app) == {}


@get("/forgotten", sync_to_thread=False)
def forgotten() -> None:
    """States nothing."""


@get("/doubtful", guards=[requires("desk.use"), requires("audit.read")], sync_to_thread=False)
def doubtful() -> None:
    """States two: which one counts?"""


def test_a_route_that_forgets_is_found() -> None:
    assert len(unstated(Litestar([forgotten, doubtful], openapi_config=None))) == 2


def test_every_command_states_its_right() -> None:
    assert set(RIGHTS) == set(get_args(Verb))
    assert set(RIGHTS.values()) <= set(CATALOGUE)


def test_every_topic_states_its_right() -> None:
    """Channels of the fan-out are named in one place, which refuses a topic without a right."""
    assert set(TOPICS.values()) <= set(CATALOGUE)
    with pytest.raises(ValueError, match="states no right"):
        topic("t", "everything")
    naming = {
        str(path.relative_to(REPOSITORY / "src" / "ovoz"))
        for path in (REPOSITORY / "src").rglob("*.py")
        if re.search(r"ovoz:live:\{|subscribe\(\s*f?[\"']", path.read_text())
    }
    # The switchboard's feed publishes; nobody subscribes by a name made elsewhere.
    assert naming == {
        "contact_center/agents/services/live.py",
        "contact_center/switchboard/services/feed.py",
    }


def test_every_job_states_that_nobody_asks_for_it() -> None:
    assert worker.JOBS
    assert {name: getattr(job, DECLARED, None) for name, job in worker.JOBS} == {
        name: SYSTEM for name, _ in worker.JOBS
    }
