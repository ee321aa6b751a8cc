"""Rights to the ways to pay and the price list: both are the operator's."""

from collections.abc import Mapping

from database.rights.decision import READS, READS_AND_ADDS, Decision, Rights, shown

CATALOG: Mapping[str, Decision] = {
    "payment_method_configs": shown(READS),
    "gateway_amounts": shown(READS),
    "credit_packages": shown(READS),
    "plans": shown(READS),
    "plan_versions": shown(READS),
    "plan_prices": shown(READS),
    "services": shown(READS),
    "service_prices": shown(READS),
    "coupons": shown(Rights(reads=True, changes=("redemptions",))),
    "gateway_prices": Decision(READS_AND_ADDS),
    "tax_rates": shown(READS),
}  # fmt: skip
