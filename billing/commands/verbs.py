"""Commands that change the books and ask nobody: one verb each, in one transaction."""

from collections.abc import Mapping

from billing.commands import (
    accounts,
    approvals,
    callers,
    clocks,
    credits,
    events,
    invoices,
    limits,
    mails,
    manual_payments,
    offered,
    payments,
    portal,
    price_list,
    providers,
    refunds,
    subscriptions,
    team,
    usage,
    work,
)
from billing.commands.verb import Verb
from schemas.commands.base import Command

VERBS: Mapping[type[Command], Verb] = {
    **accounts.VERBS,
    **approvals.VERBS,
    **callers.VERBS,
    **limits.VERBS,
    **team.VERBS,
    **mails.VERBS,
    **portal.VERBS,
    **subscriptions.VERBS,
    **payments.VERBS,
    **price_list.VERBS,
    **offered.VERBS,
    **providers.VERBS,
    **credits.VERBS,
    **events.VERBS,
    **invoices.VERBS,
    **usage.VERBS,
    **manual_payments.VERBS,
    **refunds.VERBS,
    **clocks.VERBS,
    **work.VERBS,
}
