"""Every table in one place, for migrations and for the test that compares them with the database."""

from billing.accounts import tables as accounts
from billing.approvals import tables as approvals
from billing.callers import tables as callers
from billing.cards import tables as cards
from billing.catalog import tables as catalog
from billing.clocks import tables as clocks
from billing.credit_notes import tables as credit_notes
from billing.credits import tables as credits_
from billing.disputes import tables as disputes
from billing.dunning import tables as dunning
from billing.events import tables as events
from billing.invoices import tables as invoices
from billing.ledger import tables as ledger
from billing.limits import tables as limits
from billing.mail import tables as mail
from billing.manual_payments import tables as manual_payments
from billing.payment_methods import tables as payment_methods
from billing.payments import rate_tables
from billing.payments import tables as payments
from billing.privacy import tables as privacy
from billing.receipts import tables as receipts
from billing.refunds import tables as refunds
from billing.statements import tables as statements
from billing.subscriptions import tables as subscriptions
from billing.tax import tables as tax
from billing.team import tables as team
from billing.top_ups import tables as top_ups
from billing.usage import tables as usage
from credentials import tables as credentials
from database import (
    api_keys,
    event_pulls,
    inbox,
    lineage,
    operations,
    outbox,
    staff,
    untold,
    unverified,
    upkeep,
    webhook_findings,
)
from database.audit import tables as audit
from database.base import Base

# Importing a module is what registers its tables; naming them here keeps the imports from looking unused.
MODULES = (
    accounts, approvals, audit, callers, cards, catalog, clocks, credentials, credit_notes, credits_, disputes, dunning,
    events, invoices, ledger, limits, mail, manual_payments, payment_methods, payments, privacy, rate_tables, receipts,
    refunds, statements, subscriptions, tax, team, top_ups, usage, api_keys, event_pulls, inbox, lineage, operations,
    outbox, staff, untold, unverified, upkeep, webhook_findings,
)  # fmt: skip

metadata = Base.metadata
