"""Runs the migrations on the connection it is given; called by `database.migrate`."""

from alembic import context

from database.migrations.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
