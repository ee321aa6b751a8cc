"""Rights to what the product hears of."""

from collections.abc import Mapping

from database.rights.decision import KEEPS_AND_REMOVES, NOTHING, READS, Decision, Rights, changes
from database.rights.whose import OF_SELLER

TOLD = OF_SELLER.taking("events:read")
ADDS_AND_REMOVES = Rights(reads=True, adds=True, removes=True)

EVENTS: Mapping[str, Decision] = {
    # written by triggers, in the name of whoever writes the books
    "untold_changes": Decision(
        Rights(reads=True, adds=True, changes=("failure",), removes=True), door=READS, whose=OF_SELLER
    ),
    "product_events": Decision(ADDS_AND_REMOVES, door=READS, whose=TOLD),
    "event_endpoints": Decision(KEEPS_AND_REMOVES, door=READS, whose=OF_SELLER),
    "event_deliveries": Decision(KEEPS_AND_REMOVES, door=READS, whose=TOLD),
    "event_attempts": Decision(ADDS_AND_REMOVES, door=READS, whose=TOLD),
    # the door shows one to who may change it
    "endpoint_secrets": Decision(
        KEEPS_AND_REMOVES, door=READS, console=NOTHING, whose=OF_SELLER.taking("events:write")
    ),
    "event_counters": Decision(changes("last_sequence")),
    "event_positions": Decision(Rights(reads=True, changes=("last_position",))),
}  # fmt: skip
