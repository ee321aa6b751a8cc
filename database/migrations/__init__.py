"""Alembic's environment and versions. Migrations travel one release ahead of the code that needs them."""
