"""Rights to subscriptions."""

from collections.abc import Mapping

from database.rights.decision import KEEPS, KEEPS_AND_REMOVES, READS, READS_AND_ADDS, Decision, Rights, changes, shown
from database.rights.whose import OF_ACCOUNT, OF_SELLER, part_of

OF_SUBSCRIPTION = part_of("subscriptions", "subscription_id")

SUBSCRIPTIONS: Mapping[str, Decision] = {
    "dunning_policies": Decision(READS),
    "subscriptions": shown(KEEPS, OF_ACCOUNT),
    "subscription_services": shown(KEEPS_AND_REMOVES, OF_SUBSCRIPTION),
    # the company's own figures
    "mrr_movements": Decision(READS_AND_ADDS, door=READS, whose=OF_SELLER.taking("dashboard:read")),
    "trials": shown(Rights(reads=True, adds=True, removes=True), OF_ACCOUNT),
    "subscription_periods": shown(changes("period_end", "invoice_id"), OF_SUBSCRIPTION),
    "pending_changes": shown(changes("ended_at"), OF_SUBSCRIPTION),
    "dunnings": shown(KEEPS, OF_ACCOUNT),
}  # fmt: skip
