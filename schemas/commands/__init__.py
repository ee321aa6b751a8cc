"""Commands the API accepts, each with the permission it needs. Validated at the door and again by the worker."""

from schemas.commands import (
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
from schemas.commands.base import Command

COMMANDS: dict[str, type[Command]] = {
    command.kind: command
    for command in (
        *accounts.COMMANDS,
        *approvals.COMMANDS,
        *callers.COMMANDS,
        *limits.COMMANDS,
        *team.COMMANDS,
        *mails.COMMANDS,
        *portal.COMMANDS,
        *subscriptions.COMMANDS,
        *payments.COMMANDS,
        *price_list.COMMANDS,
        *offered.COMMANDS,
        *providers.COMMANDS,
        *credits.COMMANDS,
        *events.COMMANDS,
        *invoices.COMMANDS,
        *usage.COMMANDS,
        *manual_payments.COMMANDS,
        *refunds.COMMANDS,
        *clocks.COMMANDS,
        *work.COMMANDS,
    )
}
KINDS_IN_SETS = frozenset(kind for kind, command in COMMANDS.items() if command.in_sets)
KINDS_TAKEN_ALONG = frozenset(kind for kind, command in COMMANDS.items() if command.is_taken_along)
