"""Rights to the ways to pay and the price list: both are the operator's."""

from collections.abc import Mapping

from database.rights.decision import READS, READS_AND_ADDS, Decision, Rights, shown
from database.rights.whose import PRICE_LIST, nobodys

CATALOG: Mapping[str, Decision] = {
    "payment_method_configs": shown(READS, nobodys("where every customer of a country may pay")),
    "gateway_amounts": shown(READS, PRICE_LIST),
    "credit_packages": shown(READS, PRICE_LIST),
    "plans": shown(READS, PRICE_LIST),
    "plan_versions": shown(READS, PRICE_LIST),
    "plan_prices": shown(READS, PRICE_LIST),
    "services": shown(READS, PRICE_LIST),
    "service_prices": shown(READS, PRICE_LIST),
    "coupons": shown(Rights(reads=True, changes=("redemptions",)), PRICE_LIST),
    "gateway_prices": Decision(READS_AND_ADDS),
    "tax_rates": shown(READS, nobodys("the law's")),
}  # fmt: skip
