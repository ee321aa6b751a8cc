"""Foundation: every table, and what the database refuses by itself. The statements are in the file beside this one."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    statements = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    # sent as one text: it has several statements, and percent signs and colons that mean themselves
    op.get_bind().connection.cursor().execute(statements)
