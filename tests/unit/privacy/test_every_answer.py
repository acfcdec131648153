"""Every way out is classified: a route, message, event or problem added tomorrow fails here by its name."""

import ast
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
import pytest
from litestar import Litestar, Response
from litestar.handlers import HTTPRouteHandler, WebsocketRouteHandler
from tests.architecture.test_repository import _problems  # noqa: F401 - imports every module's errors

from ovoz.contact_center.agents.contracts import LiveMessage, QueuesMessage
from ovoz.contact_center.calls.models import EventRow
from ovoz.contact_center.calls.services import _opened_data
from ovoz.contact_center.presence.contracts import TeamSocketMessage
from ovoz.contact_center.recordings.events import RecordingStored
from ovoz.contact_center.switchboard.contracts import fact_place
from ovoz.contact_center.switchboard.events import FACT_KEYS, KEPT_KEYS
from ovoz.entrypoints.api import application
from ovoz.entrypoints.generated import _NOWHERE
from ovoz.lib.ids import new_id
from ovoz.lib.problems import DomainError
from ovoz.lib.sealed_fields import FieldKeys
from ovoz.lib.settings import REPOSITORY, Settings
from ovoz.platform.privacy.api import plan_of
from ovoz.platform.privacy.contracts import PROBLEM_MEMBERS, WITHOUT_PERSONAL_DATA

SOURCE = REPOSITORY / "src" / "ovoz"
SOCKETS = {
    "/api/live": LiveMessage,
    "/api/team/live": TeamSocketMessage,
    "/api/desk/colleagues": TeamSocketMessage,
    "/api/returns/live": None,
    "/sip": None,
}
"""What passes on each; the notice about calls to return has no words, and SIP carries neither
number nor name of the caller (integrations/asterisk/node.py)."""
EMITTERS = {
    "contact_center/switchboard/repositories/journal.py",  # through Publication
    "contact_center/recordings/repositories.py",  # RecordingStored
}
EVENT_DATA = (RecordingStored,)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Litestar:
    home = tmp_path_factory.mktemp("home")
    return application(Settings.from_environment({"OVOZ_HOME": str(home)}), _NOWHERE)


def _handlers(app: Litestar) -> Iterator[tuple[str, HTTPRouteHandler]]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler) and handler.handler_name != "options_handler":
                yield f"{sorted(handler.http_methods)} {route.path} ({handler.handler_name})", handler


def _structs(annotation: Any) -> tuple[list[type], bool]:
    """Structs that an annotation promises, and whether it promises nothing else."""
    if annotation in (None, NoneType):
        return [], True
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return [annotation], True
    if get_origin(annotation) is Response:
        return _structs(get_args(annotation)[0])
    if isinstance(get_origin(annotation), type) and issubclass(get_origin(annotation), msgspec.Struct):
        parts = [_structs(part) for part in get_args(annotation)]
        return [get_origin(annotation), *(struct for structs, _ in parts for struct in structs)], all(
            whole for _, whole in parts
        )
    if get_origin(annotation) in (list, tuple, Union, UnionType):
        parts = [_structs(part) for part in get_args(annotation) if part is not ...]
        return [struct for structs, _ in parts for struct in structs], all(whole for _, whole in parts)
    return [], False


def test_every_route_answers_with_what_is_classified(app: Litestar) -> None:
    faults = []
    seen = 0
    for name, handler in _handlers(app):
        structs, whole = _structs(handler.parsed_return_field.annotation)
        seen += 1
        if not whole and not handler.opt.get(WITHOUT_PERSONAL_DATA):
            faults.append(f"{name}: answers with no struct and has no {WITHOUT_PERSONAL_DATA} in its opt")
        faults += [f"{name}: {fault}" for struct in structs for fault in _unclassified(struct)]
    assert seen > 15
    assert faults == []


def test_every_answer_passes_the_hook(app: Litestar) -> None:
    """A layer with an `after_request` of its own would take the application's place."""
    hook = app.after_request
    assert hook is not None
    for name, handler in _handlers(app):
        layers = [layer.after_request for layer in handler.ownership_layers if layer.after_request]
        assert layers == [hook], name
        assert not handler.cache, f"{name}: a cached answer was made for somebody else"
        assert handler.resolve_response_class() is Response, name


def test_every_socket_is_known(app: Litestar) -> None:
    sockets = {
        path
        for route in app.routes
        if isinstance(getattr(route, "route_handler", None), WebsocketRouteHandler)
        for path in [route.path]
    }
    assert sockets == set(SOCKETS)
    structs, whole = _structs(LiveMessage)
    assert whole
    assert len(structs) == 5
    of_the_shift, whole = _structs(TeamSocketMessage)
    assert whole
    assert len(of_the_shift) == 4
    assert [fault for struct in (*structs, *of_the_shift) for fault in _unclassified(struct)] == []


def test_the_queues_figures_are_the_same_for_everybody() -> None:
    """The live view masks and writes them once for all."""
    assert plan_of(QueuesMessage).kinds == frozenset()


def test_every_event_says_only_what_is_allowed() -> None:
    assert [fault for struct in EVENT_DATA for fault in _unclassified(struct)] == []
    emitters = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if any(f"SELECT {form}ovoz.emit(" in path.read_text() for form in ("", "count("))
    }
    assert emitters == EMITTERS


def test_every_key_of_a_fact_is_in_the_allow_list() -> None:
    keys = {
        keyword.arg
        for path in (SOURCE / "contact_center" / "switchboard" / "state").glob("*.py")
        for call in _calls(path)
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("tell", "say")
        for keyword in call.keywords
    }
    assert len(keys) > 20
    assert keys - {None, "call", "agent", "agent_id", "observed_late"} <= set(FACT_KEYS) | KEPT_KEYS
    assert not KEPT_KEYS & set(FACT_KEYS), "they are shown to nobody"


def test_what_only_the_platform_reads_no_timeline_opens() -> None:
    keys, fact = FieldKeys({1: bytes(32)}), new_id()
    known = keys.seal_json({"profile": {"vip": True}}, fact_place("known"), fact)
    event = EventRow(id=fact, data={"queue": "Общая", "known": known})
    assert _opened_data(event, keys) == {"queue": "Общая"}


def test_every_word_of_a_problem_is_allowed() -> None:
    kinds = {kind.__name__ for kind in _below(DomainError)}
    members = {
        f"{path.relative_to(SOURCE)}:{call.lineno} {keyword.arg}"
        for path in SOURCE.rglob("*.py")
        for call in _calls(path)
        if isinstance(call.func, ast.Name) and call.func.id in kinds
        for keyword in call.keywords
        if keyword.arg
        not in {None, *PROBLEM_MEMBERS, "limit_bytes", "people", "retry_after_s", "size_bytes", "version"}
        | {"at_once", "back_in_s"}
    }
    assert members == set()


def _unclassified(struct: type) -> list[str]:
    return [
        f"{plan.type.__name__}.{field}" for plan in plan_of(struct).reachable() for field in plan.unclassified
    ]


def _calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def _below(kind: type[DomainError]) -> set[type[DomainError]]:
    return {kind} | {below for direct in kind.__subclasses__() for below in _below(direct)}
