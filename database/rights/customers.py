"""Rights to time and customers."""

from collections.abc import Mapping

from database.rights.decision import KEEPS, KEEPS_AND_REMOVES, Decision, shown
from database.rights.whose import OF_ACCOUNT, OF_CLOCK, by_account, part_of

CUSTOMERS: Mapping[str, Decision] = {
    "test_clocks": shown(KEEPS, OF_CLOCK),
    "accounts": shown(KEEPS, by_account("id")),
    "account_recipients": shown(KEEPS_AND_REMOVES, OF_ACCOUNT),
    "email_confirmations": shown(KEEPS_AND_REMOVES, OF_ACCOUNT),
    # whoever has a link is shown what it confirms
    "confirmation_links": shown(KEEPS_AND_REMOVES, part_of("email_confirmations", "confirmation_id")),
    "account_exports": shown(KEEPS_AND_REMOVES, OF_ACCOUNT.taking("account:export")),
    "reported_counts": shown(KEEPS, OF_ACCOUNT),
    "gateway_customers": Decision(KEEPS),
    "cards": shown(KEEPS, OF_ACCOUNT),
}  # fmt: skip
