"""No SQL is built from values: what is sent is made of constants, of `schema_of()`, and of what is listed here.

A statement's text is followed from where it is sent (`text(…)`, a driver's `execute`, `fetch`…) back to where it was
written: through names of the function and the module, f-strings, `+`, `join`, and parameters of private functions.
"""

import ast
from collections.abc import Iterator

import pytest

from ovoz.lib.settings import REPOSITORY

_OWNERS = "works as the owner, no request comes here; names are "
BUILT = {
    "src/ovoz/engines/postgres.py:_make_database": "makes logins; passwords of `secrets.json` are hexadecimal",
    "src/ovoz/entrypoints/snapshot.py:render_snapshot": "`make snapshot`, a scratch database",
    "src/ovoz/lib/db/catalogue.py:facts": _OWNERS + "`schema_of`'s",
    "src/ovoz/lib/db/migrations.py:revision_of": _OWNERS + "`schema_of`'s",
    "src/ovoz/lib/db/migrations.py:upgrade": _OWNERS + "`schema_of`'s, the rest is the release's",
    "src/ovoz/lib/db/owner.py:transaction": _OWNERS + "`schema_of`'s",
    "src/ovoz/platform/audit/repositories.py:page": "conditions are constants of `_conditions`, values are bound",
    "src/ovoz/platform/tenancy/repositories/archives.py:revision": _OWNERS + "`schema_of`'s",
    "src/ovoz/platform/tenancy/repositories/archives.py:copy_out": _OWNERS + "the catalogue's",
    "src/ovoz/platform/tenancy/repositories/archives.py:empty": _OWNERS + "the catalogue's",
    "src/ovoz/platform/tenancy/repositories/archives.py:advance_sequences": _OWNERS + "the catalogue's",
    "src/ovoz/platform/tenancy/repositories/fleet.py:_revisions": _OWNERS
    + "`schema_of`'s, which checks each id",
    "src/ovoz/platform/tenancy/repositories/provisioning.py:_insert": _OWNERS + "those of structs",
}
"""Functions that may build SQL otherwise, and why."""

SENT_BY_DRIVERS = frozenset(
    {
        "execute",
        "executemany",
        "fetch",
        "fetchrow",
        "fetchval",
        "prepare",
        "copy_from_query",
        "exec_driver_sql",
    }
)
TEXT = frozenset({"text", "literal_column", "DDL"})
SAFE_CALLS = frozenset({"schema_of", "snapshot_sql", "newest_schema_sql", "path_sql", "schema_statements"})
"""They refuse what is no tenant id, or give SQL of the release."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Reader:
    """One module's SQL."""

    def __init__(self, source: str) -> None:
        self.tree = ast.parse(source)
        self.within: dict[ast.AST, Function] = {}
        for function in (node for node in ast.walk(self.tree) if isinstance(node, Function)):
            for node in ast.walk(function):
                # Outer functions come first, so that the innermost one stays.
                self.within[node] = function

    def found(self) -> Iterator[tuple[str, str]]:
        """Functions that send what is not made of constants, with the SQL."""
        if not self._speaks_to_postgres():
            return
        for call in (node for node in ast.walk(self.tree) if isinstance(node, ast.Call)):
            name = _called(call)
            if not call.args or name not in TEXT | SENT_BY_DRIVERS:
                continue
            sent = call.args[0]
            if (name in TEXT or self._is_text(sent, call, ())) and not self._constant(sent, call, ()):
                function = self.within.get(call)
                yield function.name if function else "", ast.unparse(sent)[:100]

    def _is_text(self, sent: ast.expr, at: ast.AST, seen: tuple[str, ...]) -> bool:
        """Whether a driver gets text here: a query of SQLAlchemy's expression language binds its values by itself."""
        if isinstance(sent, ast.Call):
            return _called(sent) in ("join", "format", "replace", *SAFE_CALLS)
        if isinstance(sent, ast.Name):
            if sent.id in seen:
                return False
            values = self._values(sent, at)
            return not values or any(self._is_text(value, at, (*seen, sent.id)) for value in values)
        return True

    def _constant(self, value: ast.expr, at: ast.AST, seen: tuple[str, ...]) -> bool:
        match value:
            case ast.Constant():
                return True
            case ast.JoinedStr():
                return all(self._constant(part, at, seen) for part in value.values)
            case ast.FormattedValue():
                return self._constant(value.value, at, seen)
            case ast.BinOp(op=ast.Add()):
                return self._constant(value.left, at, seen) and self._constant(value.right, at, seen)
            case ast.IfExp():
                return self._constant(value.body, at, seen) and self._constant(value.orelse, at, seen)
            case ast.Tuple() | ast.List():
                return all(self._constant(part, at, seen) for part in value.elts)
            case ast.Starred():
                return self._constant(value.value, at, seen)
            case ast.Call(func=ast.Attribute(attr="join", value=ast.Constant()), args=[parts]):
                return self._constant(parts, at, seen)
            case ast.Call(func=ast.Attribute(attr="format", value=template)):
                filled = [template, *value.args, *(keyword.value for keyword in value.keywords)]
                return all(self._constant(part, at, seen) for part in filled)
            case ast.Call():
                return _called(value) in SAFE_CALLS
            case ast.Subscript():
                return self._constant(value.value, at, seen)
            case ast.Dict():
                return all(self._constant(part, at, seen) for part in value.values)
            case ast.Name():
                if value.id in seen:
                    return True
                values = self._values(value, at)
                if not values:
                    # A constant of another module, which is read where it stands.
                    return value.id.strip("_").isupper() and self._imported(value.id)
                return all(self._constant(found, at, (*seen, value.id)) for found in values)
        return False

    def _values(self, name: ast.Name, at: ast.AST) -> list[ast.expr]:
        """Everything that this name is given: in the function, else in the module, else by the function's callers."""
        function = self.within.get(at)
        if function is not None:
            if found := list(_given(name.id, function)):
                return found
            arguments = [argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)]
            if name.id in arguments:
                return (
                    list(self._passed(function, name.id, arguments)) if function.name.startswith("_") else []
                )
        # What a module makes while it is imported knows no request.
        return [ast.Constant("") for node in self.tree.body for _ in _assigned(name.id, node)]

    def _passed(self, function: Function, name: str, arguments: list[str]) -> Iterator[ast.expr]:
        place = arguments.index(name) - (arguments[0] in ("self", "cls"))
        for call in (node for node in ast.walk(self.tree) if isinstance(node, ast.Call)):
            if _called(call) == function.name:
                named = [keyword.value for keyword in call.keywords if keyword.arg == name]
                yield from named or call.args[place : place + 1]

    def _speaks_to_postgres(self) -> bool:
        modules = {node.module or "" for node in ast.walk(self.tree) if isinstance(node, ast.ImportFrom)}
        modules |= {
            alias.name for node in ast.walk(self.tree) if isinstance(node, ast.Import) for alias in node.names
        }
        return any(
            module.split(".")[0] in ("asyncpg", "sqlalchemy") or "ovoz.lib.db" in module for module in modules
        )

    def _imported(self, name: str) -> bool:
        return any(
            (alias.asname or alias.name) == name and (node.module or "").startswith("ovoz.")
            for node in self.tree.body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        )


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _given(name: str, function: Function) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        yield from _assigned(name, node)


def _assigned(name: str, node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Assign(targets=targets, value=value):
            if any(_names(target, name) for target in targets):
                yield value
        case ast.AnnAssign(target=ast.Name(id=id_), value=ast.expr() as value) if id_ == name:
            yield value
        case ast.AugAssign(target=ast.Name(id=id_), value=value) if id_ == name:
            yield value
        case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
            if _names(target, name):
                yield value


def _names(target: ast.expr, name: str) -> bool:
    """Whether an assignment to this target gives the name a value, alone or with others."""
    parts = target.elts if isinstance(target, ast.Tuple) else [target]
    return any(isinstance(part, ast.Name) and part.id == name for part in parts)


SOURCES = sorted((REPOSITORY / "src").rglob("*.py"))


def test_no_sql_is_built_from_values_but_where_it_is_said() -> None:
    found = {
        f"{file.relative_to(REPOSITORY)}:{function}": sql
        for file in SOURCES
        for function, sql in Reader(file.read_text()).found()
    }
    assert {place: sql for place, sql in found.items() if place not in BUILT} == {}
    assert set(BUILT) == set(found), "what does not build SQL any more does not stand in BUILT"


IMPORTS = "from sqlalchemy import text\n"
REFUSED = {
    "an f-string": 'async def f(s, name):\n    await s.execute(text(f"SELECT {name}"))',
    "a sum": 'async def f(s, name):\n    await s.execute(text("SELECT " + name))',
    "format": 'async def f(s, name):\n    await s.execute(text("SELECT {}".format(name)))',
    "percent": 'async def f(s, name):\n    await s.execute(text("SELECT %s" % name))',
    "replace": 'async def f(s, name):\n    await s.execute(text("SELECT x".replace("x", name)))',
    "a join": 'async def f(s, names):\n    await s.execute(text(",".join(names)))',
    "by a name": 'async def f(s, name):\n    query = f"SELECT {name}"\n    await s.execute(text(query))',
    "grown": 'async def f(s, name):\n    query = "SELECT "\n    query += name\n    await s.execute(text(query))',
    "to a driver": 'async def f(driver, name):\n    await driver.fetchval(f"SELECT {name}")',
    "to a driver by a name": 'async def f(driver, name):\n    q = f"SELECT {name}"\n    await driver.execute(q)',
    "by a public function's parameter": "async def f(s, query):\n    await s.execute(text(query))",
    "by a private function's caller": (
        'async def g(s, name):\n    await _f(s, f"SELECT {name}")\nasync def _f(s, q):\n    await s.execute(text(q))'
    ),
    "a loop over what came": (
        'async def f(s, names):\n    for name in names:\n        await s.execute(text(f"DROP TABLE {name}"))'
    ),
    "a literal column": 'def f(name):\n    return select(literal_column(f"{name}"))',
}
TAKEN = {
    "a constant": 'A = "x"\nasync def f(s):\n    await s.execute(text(f"SELECT {A}"))',
    "an imported constant": 'from ovoz.x import A\nasync def f(s):\n    await s.execute(text(f"SELECT {A}"))',
    "a schema": 'async def f(s, id_):\n    await s.execute(text(f"SET LOCAL search_path TO {schema_of(id_)}"))',
    "a loop over constants": (
        'async def f(s):\n    for name in ("a", "b"):\n        await s.execute(text(f"SELECT {name}"))'
    ),
    "an expression": "async def f(s, id_):\n    await s.execute(select(a).where(a.c.id == id_))",
}


@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED)
def test_sql_that_is_built_from_a_value_is_refused(source: str) -> None:
    assert list(Reader(IMPORTS + source).found())


@pytest.mark.parametrize("source", TAKEN.values(), ids=TAKEN)
def test_sql_of_constants_is_taken(source: str) -> None:
    assert not list(Reader(IMPORTS + source).found())
