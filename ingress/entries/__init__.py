"""The API as data: every method on every path, and what it does. Routes, a page of the docs and tests come from it."""

from ingress.entries import (
    accounts,
    admin_accounts,
    approvals,
    audit,
    callers,
    clocks,
    credits,
    dashboard,
    events,
    invoices,
    limits,
    mails,
    manual_payments,
    money_back,
    offered,
    on_offer,
    operations,
    operators,
    pages_and_cards,
    portal,
    price_list,
    providers,
    reference,
    subscriptions,
    team,
    usage,
    webhooks,
    work,
)
from ingress.entries.aliases import under_other_names
from ingress.entries.entry import Entry


def named_entries() -> tuple[Entry, ...]:
    """Each under the name that counts. Paths are tried in this order, so those under most load come first."""
    return (
        *webhooks.entries(),
        *credits.ENTRIES,
        *usage.ENTRIES,
        *operations.ENTRIES,
        *events.ENTRIES,
        *on_offer.ENTRIES,
        *accounts.ENTRIES,
        *limits.ENTRIES,
        *team.ENTRIES,
        *portal.ENTRIES,
        *mails.ENTRIES,
        *subscriptions.ENTRIES,
        *pages_and_cards.ENTRIES,
        *invoices.ENTRIES,
        *manual_payments.ENTRIES,
        *money_back.ENTRIES,
        *approvals.ENTRIES,
        *admin_accounts.ENTRIES,
        *dashboard.ENTRIES,
        *audit.ENTRIES,
        *callers.ENTRIES,
        *price_list.ENTRIES,
        *offered.ENTRIES,
        *providers.ENTRIES,
        *work.ENTRIES,
        *operators.ENTRIES,
        *reference.ENTRIES,
        *clocks.ENTRIES,
    )


def all_entries() -> tuple[Entry, ...]:
    """The same, and under other names."""
    named = named_entries()
    return (*named, *under_other_names(named))
