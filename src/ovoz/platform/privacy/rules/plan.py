"""Walking a struct: every type is read once into a plan, and the plan is fast.

A plan knows which fields are personal, which are not, and which nobody classified: those are hidden from everyone.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import msgspec
from msgspec import inspect

from ovoz.platform.privacy.rules.lens import Apply, Lens
from ovoz.platform.privacy.rules.masks import mask_email, mask_name, mask_phone, mask_text

_MASKS = {
    "phone": mask_phone,
    "name": mask_name,
    "email": mask_email,
    "text": mask_text,
    "staff_name": mask_name,
    "staff_email": mask_email,
}
_SAFE = (
    *(inspect.NoneType, inspect.BoolType, inspect.IntType, inspect.FloatType, inspect.DecimalType),
    *(inspect.DateTimeType, inspect.DateType, inspect.TimeType, inspect.TimeDeltaType, inspect.UUIDType),
    *(inspect.EnumType, inspect.LiteralType),
)
"""Types that have no room for words. A whole number could be a phone number: never give one as such."""
_LISTS = (inspect.ListType, inspect.VarTupleType, inspect.SetType, inspect.FrozenSetType)
_SEVERAL = (*_LISTS, inspect.TupleType, inspect.DictType)
_UNKNOWN = "unknown"
"""Not a kind anybody sees: a free-form dict, or a list of any structs, never passes unread."""


class _Node(msgspec.Struct):
    """A part of a plan; without `apply` the part leaves as it is."""

    apply: Apply | None = None
    kinds: frozenset[str] = frozenset()
    inside: tuple[type, ...] = ()
    """Structs that may stand in it."""


class Plan:
    """How one struct type is masked."""

    def __init__(self, type_: type) -> None:
        self.type = type_
        self.marks: dict[str, str] = {}
        """Personal fields and their kinds."""
        self.unclassified: list[str] = []
        """Fields that have room for words and carry no mark: hidden from everyone, a defect."""
        self._fields: list[tuple[str, Apply, tuple[str, ...]]] = []
        self._kinds: frozenset[str] = frozenset()
        self._inside: tuple[type, ...] = ()
        self._is_about = hasattr(type_, "personal_subject")

    def read(self) -> None:
        """Reads the type; apart from the making, because a type may stand in itself."""
        names = [base.__name__ for base in self.type.__mro__ if base not in (msgspec.Struct, object)]
        described = inspect.type_info(self.type)
        assert isinstance(described, inspect.StructType)
        for field in described.fields:
            paths = tuple(f"{name}.{field.name}" for name in names)
            node = self._node(field.type, field.name, paths)
            if node.apply is not None:
                self._fields.append((field.name, node.apply, paths))
            self._kinds |= node.kinds
            self._inside += node.inside

    def reachable(self) -> "list[Plan]":
        """This plan and those of every struct that may stand inside."""
        seen: dict[type, Plan] = {}
        waiting = [self.type]
        while waiting:
            type_ = waiting.pop()
            if type_ not in seen:
                seen[type_] = plan_of(type_)
                waiting.extend(seen[type_]._inside)
        return list(seen.values())

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Every kind in this struct and in those that may stand inside."""
        return frozenset[str]().union(*(plan._kinds for plan in self.reachable()))

    @cached_property
    def complete(self) -> bool:
        """Whether every field, inside too, is classified."""
        return not any(plan.unclassified for plan in self.reachable())

    @cached_property
    def _of_several(self) -> bool:
        """Whether something inside says that it is somebody else's than this."""
        return any(plan._is_about for plan in self.reachable() if plan is not self)

    def apply(self, value: Any, lens: Lens) -> Any:
        """The struct as the lens shows it; the same object where nothing had to change."""
        before = lens.enter(value) if self._is_about else None
        try:
            if self.complete and lens.clears(self.kinds, everywhere=self._of_several):
                return value
            changes: dict[str, Any] = {}
            for name, apply, paths in self._fields:
                present = getattr(value, name)
                shown = apply(present, lens)
                if shown is not present:
                    changes[name] = shown
                    if self.marks.get(name) == "phone" and present:
                        self._add_siblings(changes, name, present, lens.level("phone", paths), lens)
            return msgspec.structs.replace(value, **changes) if changes else value
        finally:
            if before is not None:
                lens.leave(before)

    def _add_siblings(self, changes: dict[str, Any], name: str, number: str, level: str, lens: Lens) -> None:
        """A number that is masked can still be dialled by its token, or counted by its pseudonym."""
        members = self.type.__struct_fields__  # type: ignore[attr-defined]
        if level == "masked" and f"{name}_token" in members:
            changes[f"{name}_token"] = lens.token(number)
        if level == "pseudonym" and f"{name}_pseudonym" in members:
            changes[f"{name}_pseudonym"] = lens.pseudonym(number)

    def _node(
        self, described: inspect.Type, path: str, paths: tuple[str, ...], *, optional: bool = False
    ) -> _Node:
        extra: Mapping[str, Any] = {}
        if isinstance(described, inspect.Metadata):
            extra, described = described.extra or {}, described.type
        if "personal" in extra:
            self.marks[path] = extra["personal"]
            return _personal(extra["personal"], paths, None if optional else _nothing(described))
        if extra.get("structs"):
            return _structs()
        if "keys" in extra:
            return _keyed(extra["keys"], paths)
        if extra.get("public") or isinstance(described, _SAFE):
            return _Node()
        if isinstance(described, inspect.UnionType):
            return self._union(described, path, paths)
        if isinstance(described, inspect.StructType):
            return _Node(_see_struct, inside=(described.cls,))
        if isinstance(described, _LISTS):
            return _each(self._node(described.item_type, path, paths))
        if isinstance(described, inspect.TupleType):
            return _places([self._node(item, path, paths) for item in described.item_types])
        if isinstance(described, inspect.DictType):
            key = self._node(described.key_type, path, paths)
            value = self._node(described.value_type, path, paths)
            return _values(value) if key.apply is None else _hidden({})
        self.unclassified.append(path)
        return _hidden(None if optional else _nothing(described))

    def _union(self, described: inspect.UnionType, path: str, paths: tuple[str, ...]) -> _Node:
        """Members are told apart by what they are: words, several, a struct, anything else."""
        words = several = other = _Node()
        nodes = []
        for member in described.types:
            node = self._node(member, path, paths, optional=described.includes_none)
            nodes.append(node)
            bare = member.type if isinstance(member, inspect.Metadata) else member
            if isinstance(bare, inspect.StrType):
                words = node
            elif isinstance(bare, _SEVERAL):
                several = node
            elif node.apply is not None and not node.inside:
                other = node
        if all(node.apply is None for node in nodes):
            return _Node()

        def apply(value: Any, lens: Lens) -> Any:
            if isinstance(value, msgspec.Struct):
                return _see_struct(value, lens)
            if isinstance(value, str):
                mask = words.apply
            else:
                mask = (
                    several.apply if isinstance(value, list | tuple | dict | set | frozenset) else other.apply
                )
            return value if mask is None or value is None else mask(value, lens)

        return _together(nodes, apply)


_plans: dict[type, Plan] = {}


def plan_of(type_: type) -> Plan:
    """The plan of a struct type, made at the first use."""
    plan = _plans.get(type_)
    if plan is None:
        plan = _plans[type_] = Plan(type_)
        plan.read()
    return plan


def see(value: Any, lens: Lens) -> Any:
    """A struct, or a list of structs, as the lens shows it; raises TypeError for anything else."""
    if isinstance(value, msgspec.Struct):
        return _see_struct(value, lens)
    if isinstance(value, list | tuple):
        return [see(item, lens) for item in value]
    raise TypeError(f"{type(value).__name__} does not say what is personal in it")


def see_keys(value: dict[str, Any], kinds: Mapping[str, str], lens: Lens) -> dict[str, Any]:
    """A free-form dict with an allow-list of keys, as the lens shows it; other keys are left out."""
    return _see_keys(value, kinds, (), lens)


def _see_struct(value: Any, lens: Lens) -> Any:
    return plan_of(type(value)).apply(value, lens)


def _see_keys(value: Any, kinds: Mapping[str, str], paths: tuple[str, ...], lens: Lens) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for key, present in value.items() if isinstance(value, dict) else ():
        kind = kinds.get(key)
        if kind == "public" or (kind is not None and present is None):
            shown[key] = present
        elif kind is not None:
            level = lens.level(kind, tuple(f"{path}.{key}" for path in paths))
            if level == "clear":
                shown[key] = present
            elif level != "hidden" and isinstance(present, str):
                shown[key] = _MASKS[kind](present)
                if kind == "phone" and present:
                    counted = level == "pseudonym"
                    shown[f"{key}_{'pseudonym' if counted else 'token'}"] = (
                        lens.pseudonym if counted else lens.token
                    )(present)
    return shown


def _personal(kind: str, paths: tuple[str, ...], nothing: Any) -> _Node:
    mask = _MASKS[kind]

    def apply(value: Any, lens: Lens) -> Any:
        level = lens.level(kind, paths)
        if level == "clear" or value is None:
            return value
        return nothing if level == "hidden" or not isinstance(value, str) else mask(value)

    return _Node(apply, frozenset({kind}))


def _keyed(kinds: Mapping[str, str], paths: tuple[str, ...]) -> _Node:
    return _Node(
        lambda value, lens: _see_keys(value, kinds, paths, lens),
        frozenset({*kinds.values(), _UNKNOWN}) - {"public"},
    )


def _structs() -> _Node:
    """A list whose items each say themselves what is personal in them; what is no struct is left out."""

    def apply(value: Any, lens: Lens) -> Any:
        return [_see_struct(part, lens) for part in value if isinstance(part, msgspec.Struct)]

    return _Node(apply, frozenset({_UNKNOWN}))


def _hidden(nothing: Any) -> _Node:
    return _Node(lambda value, _: value if value is None else nothing)


def _each(item: _Node) -> _Node:
    mask = item.apply
    if mask is None:
        return _Node()

    def apply(value: Any, lens: Lens) -> Any:
        shown = [mask(part, lens) for part in value]
        return value if all(a is b for a, b in zip(shown, value, strict=True)) else type(value)(shown)

    return _together([item], apply)


def _places(items: list[_Node]) -> _Node:
    masks = [item.apply for item in items]
    if not any(masks):
        return _Node()
    return _together(
        items,
        lambda value, lens: tuple(
            part if mask is None else mask(part, lens) for mask, part in zip(masks, value, strict=True)
        ),
    )


def _values(item: _Node) -> _Node:
    mask = item.apply
    if mask is None:
        return _Node()
    return _together([item], lambda value, lens: {key: mask(part, lens) for key, part in value.items()})


def _together(nodes: Iterable[_Node], apply: Apply) -> _Node:
    nodes = list(nodes)
    return _Node(
        apply,
        frozenset[str]().union(*(node.kinds for node in nodes)),
        tuple(type_ for node in nodes for type_ in node.inside),
    )


def _nothing(described: inspect.Type) -> Any:
    """What stands in the place of a hidden value, so that the answer keeps the shape it promises."""
    if isinstance(described, inspect.StrType):
        return ""
    if isinstance(described, inspect.DictType):
        return {}
    return [] if isinstance(described, _LISTS) else None
