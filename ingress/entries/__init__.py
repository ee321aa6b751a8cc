"""The API as data: every method on every path, and what it does. Routes, a page of the docs and tests come from it."""

from ingress.entries import (
    accounts,
    clocks,
    credits,
    invoices,
    manual_payments,
    money_back,
    on_offer,
    operations,
    operators,
    pages_and_cards,
    subscriptions,
    webhooks,
)
from ingress.entries.aliases import under_other_names
from ingress.entries.entry import Entry

# Paths are tried in this order, so those under most load come first.
NAMED: tuple[Entry, ...] = (
    *webhooks.ENTRIES,
    *credits.ENTRIES,
    *operations.ENTRIES,
    *on_offer.ENTRIES,
    *accounts.ENTRIES,
    *subscriptions.ENTRIES,
    *pages_and_cards.ENTRIES,
    *invoices.ENTRIES,
    *manual_payments.ENTRIES,
    *money_back.ENTRIES,
    *operators.ENTRIES,
    *clocks.ENTRIES,
)
ENTRIES: tuple[Entry, ...] = (*NAMED, *under_other_names(NAMED))
