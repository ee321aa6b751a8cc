"""Foundation: every table, and what the database refuses by itself.

The statements are in the folder beside this file, in PostgreSQL's own words: a file per area, read in the order of
their names, so that a table comes after those it refers to. `tables.py` in each area says what they mean; a test
holds both to each other.
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    for file in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        # sent as one text: it has several statements, and percent signs and colons that mean themselves
        cursor.execute(file.read_text(encoding="utf-8"))
