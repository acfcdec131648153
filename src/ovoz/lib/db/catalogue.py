"""What a schema is made of, as Postgres's own catalogue has it: compared by hash, explained fact by fact.

Names of the schema and of its role are taken out, so that two tenants' catalogues are equal when their schemas are.
The order of columns does not count: every statement names its columns.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

import asyncpg
import msgspec

_FACTS = """
WITH space AS (SELECT oid, nspname, nspowner, nspacl FROM pg_namespace WHERE nspname = $1),
relation AS (
    SELECT c.oid, c.relname, c.relkind, c.relowner, c.relacl, c.relpersistence, c.relrowsecurity, c.reloptions
    FROM pg_class c JOIN space ON c.relnamespace = space.oid WHERE c.relkind <> 'c'
)
SELECT r.relname AS relation, 'relation' AS aspect, '' AS name,
       concat_ws(' ', CASE r.relkind WHEN 'r' THEN 'table' WHEN 'i' THEN 'index' WHEN 'S' THEN 'sequence'
                                     WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE r.relkind::text END,
                 CASE WHEN r.relpersistence <> 'p' THEN 'not permanent' END,
                 CASE WHEN r.relrowsecurity THEN 'row security' END, array_to_string(r.reloptions, ' ')) AS definition
FROM relation r
UNION ALL
SELECT r.relname, 'column', a.attname,
       concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END,
                 CASE a.attidentity WHEN 'a' THEN 'identity always' WHEN 'd' THEN 'identity by default' END,
                 CASE WHEN a.attgenerated <> '' THEN 'generated' END,
                 CASE WHEN d.oid IS NOT NULL THEN 'default ' || pg_get_expr(d.adbin, d.adrelid) END,
                 CASE WHEN a.attcollation <> t.typcollation THEN 'collation ' || a.attcollation::regcollation END)
FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
WHERE r.relkind IN ('r', 'v', 'm', 'p')
UNION ALL
SELECT coalesce(r.relname, ''), 'constraint', c.conname,
       pg_get_constraintdef(c.oid) || CASE WHEN c.convalidated THEN '' ELSE ' not valid' END
FROM pg_constraint c JOIN space ON c.connamespace = space.oid LEFT JOIN relation r ON r.oid = c.conrelid
UNION ALL
SELECT t.relname, 'index', r.relname,
       pg_get_indexdef(r.oid) || CASE WHEN i.indisvalid THEN '' ELSE ' invalid' END
FROM pg_index i JOIN relation r ON r.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
UNION ALL
SELECT r.relname, 'trigger', g.tgname, pg_get_triggerdef(g.oid)
FROM pg_trigger g JOIN relation r ON r.oid = g.tgrelid WHERE NOT g.tgisinternal
UNION ALL
SELECT r.relname, 'policy', p.polname,
       concat_ws(' ', p.polcmd, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
FROM pg_policy p JOIN relation r ON r.oid = p.polrelid
UNION ALL
SELECT p.proname, 'function', pg_get_function_identity_arguments(p.oid), pg_get_functiondef(p.oid)
FROM pg_proc p JOIN space ON p.pronamespace = space.oid WHERE p.prokind IN ('f', 'p')
UNION ALL
SELECT r.relname, 'privileges', g.who, string_agg(g.what, ', ' ORDER BY g.what)
FROM relation r CROSS JOIN LATERAL (
    SELECT CASE WHEN a.grantee = 0 THEN 'public' ELSE pg_get_userbyid(a.grantee)::text END AS who,
           a.privilege_type || CASE WHEN a.is_grantable THEN ' with grant option' ELSE '' END AS what
    FROM aclexplode(r.relacl) a WHERE a.grantee <> r.relowner
) g GROUP BY r.relname, g.who
UNION ALL
SELECT r.relname, 'column privileges', c.attname || ' ' || pg_get_userbyid(a.grantee),
       string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type)
FROM relation r JOIN pg_attribute c ON c.attrelid = r.oid AND c.attacl IS NOT NULL AND NOT c.attisdropped
CROSS JOIN LATERAL aclexplode(c.attacl) a WHERE a.grantee <> r.relowner
GROUP BY r.relname, c.attname, a.grantee
UNION ALL
SELECT '', 'schema privileges', pg_get_userbyid(a.grantee), string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type)
FROM space CROSS JOIN LATERAL aclexplode(space.nspacl) a WHERE a.grantee <> space.nspowner GROUP BY a.grantee
UNION ALL
SELECT '', 'default privileges', pg_get_userbyid(a.grantee) || ' ' || d.defaclobjtype::text,
       string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type)
FROM pg_default_acl d JOIN space ON d.defaclnamespace = space.oid CROSS JOIN LATERAL aclexplode(d.defaclacl) a
WHERE a.grantee <> d.defaclrole GROUP BY a.grantee, d.defaclobjtype
UNION ALL
SELECT '', 'owner', r.relname, 'not the owner of the schema'
FROM relation r CROSS JOIN space WHERE r.relowner <> space.nspowner
UNION ALL
SELECT '', 'role', '', concat_ws(' ', CASE WHEN rolcanlogin THEN 'login' ELSE 'no login' END,
       CASE WHEN rolsuper THEN 'superuser' END, CASE WHEN rolbypassrls THEN 'bypasses row security' END,
       CASE WHEN rolcreaterole THEN 'creates roles' END, CASE WHEN rolcreatedb THEN 'creates databases' END)
FROM pg_roles WHERE rolname = $1
UNION ALL
SELECT '', 'member of', pg_get_userbyid(m.roleid),
       concat_ws(' ', CASE WHEN m.inherit_option THEN 'inherits' END, CASE WHEN m.set_option THEN 'may set role' END,
                 CASE WHEN m.admin_option THEN 'may give on' END)
FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = $1
UNION ALL
SELECT '', 'has member', pg_get_userbyid(m.member),
       concat_ws(' ', CASE WHEN m.inherit_option THEN 'inherits' END, CASE WHEN m.set_option THEN 'may set role' END)
FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE r.rolname = $1
"""


class Fact(msgspec.Struct, frozen=True, order=True):
    """One thing about a table, or (with an empty `table`) about the schema and its role."""

    table: str
    aspect: str
    name: str
    definition: str


class Difference(msgspec.Struct, frozen=True, order=True):
    """What differs: `expected` is None for what should not be there, `found` for what is missing."""

    table: str
    aspect: str
    name: str
    expected: str | None
    found: str | None

    def __str__(self) -> str:
        where = " ".join(part for part in (self.table or "schema", self.aspect, self.name) if part)
        if self.found is None:
            return f"{where}: missing; expected {self.expected}"
        if self.expected is None:
            return f"{where}: should not be there; found {self.found}"
        return f"{where}: expected {self.expected}; found {self.found}"


async def facts(driver: "asyncpg.Connection[Any]", schema: str) -> frozenset[Fact]:
    """Everything in the schema; its role has the same name."""
    # Rendered definitions leave out what the search path finds.
    await driver.execute(f"SET LOCAL search_path TO {schema}")
    return frozenset(
        Fact(
            *(
                str(value).replace(f"{schema}.", "").replace(schema, "<tenant>")
                for value in (row["relation"], row["aspect"], row["name"], row["definition"])
            )
        )
        for row in await driver.fetch(_FACTS, schema)
    )


def digest(known: Iterable[Fact]) -> str:
    """Equal for equal schemas."""
    return hashlib.sha256(msgspec.json.encode(sorted(known))).hexdigest()


def differences(expected: Iterable[Fact], found: Iterable[Fact]) -> list[Difference]:
    """Every fact that differs, by table."""
    wanted = {(fact.table, fact.aspect, fact.name): fact.definition for fact in expected}
    there = {(fact.table, fact.aspect, fact.name): fact.definition for fact in found}
    return sorted(
        Difference(*key, wanted.get(key), there.get(key))
        for key in wanted.keys() | there.keys()
        if wanted.get(key) != there.get(key)
    )
