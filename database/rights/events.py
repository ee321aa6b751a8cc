"""Rights to what the product hears of."""

from collections.abc import Mapping

from database.rights.decision import READS, Decision, Rights, changes
from database.rights.whose import OF_SELLER

EVENTS: Mapping[str, Decision] = {
    # written by triggers, in the name of whoever writes the books
    "untold_changes": Decision(
        Rights(reads=True, adds=True, changes=("failure",), removes=True), door=READS, whose=OF_SELLER
    ),
    "product_events": Decision(
        Rights(reads=True, adds=True, removes=True), door=READS, whose=OF_SELLER.taking("events:read")
    ),
    "event_counters": Decision(changes("last_sequence")),
    "event_positions": Decision(Rights(reads=True, changes=("last_position",))),
}  # fmt: skip
