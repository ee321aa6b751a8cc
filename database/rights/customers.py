"""Rights to time and customers."""

from collections.abc import Mapping

from database.rights.decision import KEEPS, KEEPS_AND_REMOVES, Decision, shown

CUSTOMERS: Mapping[str, Decision] = {
    "test_clocks": shown(KEEPS),
    "accounts": shown(KEEPS),
    "account_recipients": shown(KEEPS_AND_REMOVES),
    "email_confirmations": shown(KEEPS),
    # whoever has a link is shown what it confirms
    "confirmation_links": shown(KEEPS_AND_REMOVES),
    "gateway_customers": Decision(KEEPS),
    "cards": shown(KEEPS),
}  # fmt: skip
