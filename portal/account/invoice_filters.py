"""How invoices are looked for, in the address of a list: by whoever looks, among their account's own."""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request

from ingress.queries.invoices import InvoiceFilter

ROOT = "/account/invoices"
# what a visitor may ask for; whose invoices they are is not theirs to say
ASKED = ("number", "status", "created_from", "created_until", "sort", "cursor")


def asked_in(request: Request) -> dict[str, str]:
    """What an address says of these."""
    return {name: request.query_params[name] for name in ASKED if request.query_params.get(name)}


def wanted_of(asked: Mapping[str, str], account_id: UUID) -> InvoiceFilter:
    """The filter; raises ValidationError for what cannot be used."""
    return InvoiceFilter.model_validate({**asked, "account_id": account_id})


def following(asked: Mapping[str, str], ending: str = "") -> str:
    """The address of the same list from its beginning, or with an `ending` of the same as a file."""
    filters = {name: value for name, value in asked.items() if name != "cursor"}
    return f"{ROOT}{ending}?{urlencode(filters)}"
