"""What a route takes: every parameter and member of a body, read from the handler's signature and its structs."""

import re
from collections.abc import Iterator
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import inspect
from tests.support.routes import SOCKET, Route

_NAMES_SOMETHING = re.compile(
    r"(^|_)(ids?|slug|codes?|token|number|cursor|roles?|copy_of|disposition|blueprint|email|search)$"
)
Place = Literal["path", "query", "body", "header"]


class Input(msgspec.Struct, frozen=True):
    """One value that a caller chooses; in a body `name` is the way to it: `grants/*/conditions/regions/*`."""

    place: Place
    name: str
    identifies: bool
    """An id, or named as what stands for something: another operator's must be tried."""
    text: bool


def inputs_of(route: Route) -> list[Input]:
    """Every text and every identifier that the route takes."""
    found = [
        Input("path", name, True, kind != "uuid") for name, kind in re.findall(r"\{(\w+):(\w+)\}", route.path)
    ]
    if route.method == SOCKET:
        return found
    model = route.handler.create_kwargs_model(path_parameters={})
    queries = {wanted.field_alias for wanted in model.expected_query_params}
    signatures = [
        route.handler.parsed_fn_signature,
        *(provided.parsed_fn_signature for provided in route.handler.resolve_dependencies().values()),
    ]
    for signature in signatures:
        for own_name, field in signature.parameters.items():
            name = getattr(field.kwarg_definition, "name", None) or own_name
            kinds = {field.annotation, *(inner.annotation for inner in field.inner_types)}
            if name in queries and kinds & {str, UUID}:
                found.append(_input("query", name, is_id=UUID in kinds))
    found += [Input("header", wanted.field_alias, False, True) for wanted in model.expected_header_params]
    body = route.handler.parsed_fn_signature.parameters.get("data")
    if body is not None:
        found += _members(inspect.type_info(body.annotation), "")
    return sorted(set(found), key=lambda given: (given.place, given.name))


def _members(kind: Any, way: str) -> Iterator[Input]:
    match kind:
        case inspect.Metadata():
            yield from _members(kind.type, way)
        case inspect.UnionType():
            for one in kind.types:
                yield from _members(one, way)
        case inspect.StructType():
            for field in kind.fields:
                yield from _members(field.type, f"{way}/{field.encode_name}".lstrip("/"))
        case inspect.ListType() | inspect.VarTupleType():
            yield from _members(kind.item_type, f"{way}/*")
        case inspect.DictType():
            yield from _members(kind.value_type, f"{way}/*")
        case inspect.UUIDType():
            yield _input("body", way, is_id=True)
        case inspect.StrType() | inspect.AnyType():
            yield _input("body", way, is_id=False)


def _input(place: Place, name: str, *, is_id: bool) -> Input:
    last = [part for part in name.split("/") if part != "*"][-1]
    return Input(place, name, is_id or bool(_NAMES_SOMETHING.search(last)), not is_id)


def values_at(body: Any, way: str) -> list[Any]:
    """What stands there in an example's body."""
    found = [body]
    for part in way.split("/"):
        found = [
            value
            for one in found
            for value in (
                (one.values() if isinstance(one, dict) else one if isinstance(one, list | tuple) else [])
                if part == "*"
                else [one[part]]
                if isinstance(one, dict) and part in one
                else []
            )
        ]
    return found


def with_value_at(body: Any, way: str, value: Any) -> Any:
    """The body with another value there (in the first place that `*` stands for)."""
    first, _, rest = way.partition("/")
    if isinstance(body, dict):
        keys = list(body) if first == "*" else [first]
        return body | {keys[0]: with_value_at(body.get(keys[0]), rest, value) if rest else value}
    if isinstance(body, list | tuple) and first == "*":
        return [with_value_at(body[0], rest, value) if rest else value, *body[1:]]
    return body
