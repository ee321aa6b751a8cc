"""Rights to credits."""

from collections.abc import Mapping

from database.rights.decision import KEEPS, KEEPS_AND_REMOVES, READS_AND_ADDS, Decision, changes, shown

CREDITS: Mapping[str, Decision] = {
    "credit_grants": shown(changes("remaining", "expires_at", "held_for", "is_frozen")),
    "credit_transactions": shown(READS_AND_ADDS),
    "credit_debts": shown(changes("paid")),
    "balance_watches": shown(KEEPS_AND_REMOVES),
    "auto_top_ups": shown(KEEPS),
    "credit_costs": shown(READS_AND_ADDS),
    "usage_events": shown(READS_AND_ADDS),
    "usage_roll_ups": shown(changes("events", "quantity", "credits")),
    "usage_reservations": shown(changes("state", "closed_at", "event_id")),
}  # fmt: skip
