"""Rights to subscriptions."""

from collections.abc import Mapping

from database.rights.decision import KEEPS, KEEPS_AND_REMOVES, READS, Decision, Rights, changes, shown

SUBSCRIPTIONS: Mapping[str, Decision] = {
    "dunning_policies": Decision(READS),
    "subscriptions": shown(KEEPS),
    "subscription_services": shown(KEEPS_AND_REMOVES),
    "trials": Decision(Rights(reads=True, adds=True, removes=True), door=READS),
    "subscription_periods": shown(changes("period_end", "invoice_id")),
    "pending_changes": shown(changes("ended_at")),
    "dunnings": shown(KEEPS),
}  # fmt: skip
