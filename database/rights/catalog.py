"""Rights to the ways to pay and the price list. What was on it once is never changed: a new version takes its place."""

from collections.abc import Mapping

from database.rights.decision import KEEPS, KEEPS_AND_REMOVES, READS, READS_AND_ADDS, Decision, changes, shown
from database.rights.whose import PRICE_LIST, nobodys

CATALOG: Mapping[str, Decision] = {
    # locked as a whole while one is set
    "payment_method_configs": shown(KEEPS_AND_REMOVES, nobodys("where every customer of a country may pay")),
    "gateway_amounts": shown(READS, PRICE_LIST),
    "credit_packages": shown(READS, PRICE_LIST),
    "plans": shown(changes("active"), PRICE_LIST),
    "plan_versions": shown(READS_AND_ADDS, PRICE_LIST),
    "plan_prices": shown(READS_AND_ADDS, PRICE_LIST),
    "services": shown(READS, PRICE_LIST),
    "service_prices": shown(READS, PRICE_LIST),
    "coupons": shown(changes("redemptions", "active"), PRICE_LIST),
    "gateway_prices": Decision(READS_AND_ADDS),
    # locked as a whole while one is set, which takes the right to change all of it
    "tax_rates": shown(KEEPS, nobodys("the law's")),
}  # fmt: skip
