"""Alembic environment: compiles a path of revisions to SQL; `ovoz.lib.db.migrations` sends it to the schemas."""

from alembic import context

context.configure(
    dialect_name="postgresql",
    # Without it the driver's placeholders would double every per cent sign.
    dialect_opts={"paramstyle": "named"},
    version_table="alembic_version",
    transactional_ddl=False,  # the transaction is the sender's
)
context.run_migrations()
