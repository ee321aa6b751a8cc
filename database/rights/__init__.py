"""Which role may do what with which table: a decision per table, and nothing without one.

The door verifies and queues, so it adds to its queues and to the audit, and reads what it serves. Workers read
everything and write what the books need: they remove no money and no paper, and of money and papers they change only
the columns named here. The portal reads, and so does the console, which shows staff what the door
shows them. Whoever owns the tables migrates, and is an operator at the command line. A product's own role is made by
its operator, see docs/integrating.md: it adds operations, and a trigger holds it to the callers of products.
"""

from collections.abc import Mapping

from database.rights.audit import AUDIT
from database.rights.catalog import CATALOG
from database.rights.credits import CREDITS
from database.rights.customers import CUSTOMERS
from database.rights.decision import ALL_COLUMNS, Decision, Rights
from database.rights.events import EVENTS
from database.rights.money import MONEY
from database.rights.papers import PAPERS
from database.rights.pipeline import PIPELINE
from database.rights.subscriptions import SUBSCRIPTIONS

__all__ = ("ALL_COLUMNS", "AREAS", "DECISIONS", "Decision", "Rights")

AREAS = (PIPELINE, CUSTOMERS, CATALOG, SUBSCRIPTIONS, PAPERS, MONEY, CREDITS, AUDIT, EVENTS)
DECISIONS: Mapping[str, Decision] = {table: decision for area in AREAS for table, decision in area.items()}
