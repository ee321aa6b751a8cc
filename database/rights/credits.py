"""Rights to credits."""

from collections.abc import Mapping

from database.rights.decision import KEEPS, KEEPS_AND_REMOVES, READS_AND_ADDS, Decision, changes, shown
from database.rights.whose import OF_ACCOUNT, PRICE_LIST

CREDITS: Mapping[str, Decision] = {
    "credit_grants": shown(changes("remaining", "expires_at", "held_for", "is_frozen"), OF_ACCOUNT),
    "credit_transactions": shown(READS_AND_ADDS, OF_ACCOUNT),
    "credit_debts": shown(changes("paid"), OF_ACCOUNT),
    "balance_watches": shown(KEEPS_AND_REMOVES, OF_ACCOUNT),
    "auto_top_ups": shown(KEEPS, OF_ACCOUNT),
    "credit_costs": shown(READS_AND_ADDS, PRICE_LIST),
    "usage_events": shown(READS_AND_ADDS, OF_ACCOUNT),
    "usage_roll_ups": shown(changes("events", "quantity", "credits"), OF_ACCOUNT),
    "usage_reservations": shown(changes("state", "closed_at", "event_id"), OF_ACCOUNT),
}  # fmt: skip
