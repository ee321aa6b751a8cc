"""Set a country's tax, and have gateways told of it."""

from sqlalchemy.orm import Session

from billing.gateway_run.stage_syncs import stage_syncs_of_country
from billing.invoices.queries import last_taxed_day
from billing.tax.set_rate import NewRate, set_rate


def set_tax(session: Session, new: NewRate) -> bool:
    """Write the rate, and ask gateways about the subscriptions that they run there; false when it stands already.

    Raises Rejected `tax_contradicts_invoices` as `set_rate`.
    """
    is_new = set_rate(session, new, last_taxed_day(session, new.country))
    if is_new:
        stage_syncs_of_country(session, new.country, new.valid_from, f"set/{new.valid_from}/{new.name}/{new.rate_ppm}")
    return is_new
