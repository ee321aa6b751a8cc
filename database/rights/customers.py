"""Rights to time and customers."""

from collections.abc import Mapping

from database.rights.decision import KEEPS, Decision, shown

CUSTOMERS: Mapping[str, Decision] = {
    "test_clocks": shown(KEEPS),
    "accounts": shown(KEEPS),
    "gateway_customers": Decision(KEEPS),
    "cards": shown(KEEPS),
}  # fmt: skip
