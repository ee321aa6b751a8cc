"""What each form of the settings says, and how they are filled in."""

from collections.abc import Callable, Mapping
from typing import Any

from billing.accounts.tax_ids import read_tax_id
from billing.errors import Rejected
from portal.staging import FormErrors
from schemas.countries import COUNTRIES
from schemas.recipients import MailKind
from schemas.views.accounts import AccountSettingsView

Fields = Mapping[str, str]
ADDRESS = ("line1", "line2", "city", "region", "postal_code", "country")
KINDS: Mapping[str, str] = {
    MailKind.INVOICES: "Invoices, receipts, credit notes and refunds",
    MailKind.PAYMENT_PROBLEMS: "Payments that failed, reminders, cards that expire",
    MailKind.CREDITS: "Credits that run low",
    MailKind.SECURITY: "Changes of the billing e-mail",
}


def address_said(fields: Fields) -> dict[str, Any]:
    """Who is billed, and where. Raises FormErrors for a tax id that is none of that country."""
    country, tax_id = fields.get("country", ""), fields.get("tax_id", "")
    if country in COUNTRIES:
        try:
            read_tax_id(tax_id, country)
        except Rejected as rejected:
            raise FormErrors({"tax_id": rejected.detail}) from None
    address = {name: fields.get(name, "") for name in ADDRESS}
    return {"name": fields.get("name", ""), "billing_address": address, "tax_id": tax_id}


def email_said(fields: Fields) -> dict[str, Any]:
    """Where mails about payments go, once it is confirmed."""
    return {"billing_email": fields.get("billing_email", "")}


def recipients_said(fields: Fields) -> dict[str, Any]:
    """Who gets copies, of every kind."""
    return {"recipients": {kind: _lines(fields.get(kind, "")) for kind in KINDS}}


def preferences_said(fields: Fields) -> dict[str, Any]:
    """By which clock, and in which language."""
    return {name: fields.get(name, "") for name in ("time_zone", "locale")}


SAYS: Mapping[str, Callable[[Fields], dict[str, Any]]] = {
    "address": address_said,
    "email": email_said,
    "recipients": recipients_said,
    "preferences": preferences_said,
}


def filled_in(settings: AccountSettingsView) -> dict[str, str]:
    """Every field of every form, as it is now."""
    copies = {kind: "\n".join(settings.recipients.get(MailKind(kind), ())) for kind in KINDS}
    return {
        "name": settings.name,
        **{name: settings.billing_address.get(name, "") for name in ADDRESS},
        "tax_id": settings.tax_id,
        "billing_email": settings.pending_email.email if settings.pending_email else settings.billing_email,
        **copies,
        "time_zone": settings.time_zone,
        "locale": settings.locale,
    }


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
