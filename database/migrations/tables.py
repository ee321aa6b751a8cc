"""Every table in one place, for migrations and for the test that compares them with the database."""

from billing.accounts import tables as accounts
from billing.catalog import tables as catalog
from billing.credits import tables as credits_
from billing.invoices import tables as invoices
from billing.ledger import tables as ledger
from billing.payments import tables as payments
from billing.tax import tables as tax
from database import api_keys, inbox, operations, outbox, upkeep
from database.base import Base

# Importing a module is what registers its tables; naming them here keeps the imports from looking unused.
MODULES = (
    accounts, catalog, credits_, invoices, ledger, payments, tax,
    api_keys, inbox, operations, outbox, upkeep,
)  # fmt: skip

metadata = Base.metadata
