"""The link under which an unpaid invoice is paid without a login. It does not expire, and nobody can guess it."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hmac import compare_digest
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.invoices.tables import OWED, Invoice, InvoiceStatus
from billing.money import Money, format_major
from billing.payment_methods.queries import list_offered
from billing.payment_methods.tables import ManualMethod
from schemas.views.invoices import PayableView, WayToPayView

ID_BYTES = 16
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def pay_url(public_url: str, invoice: Invoice) -> str:
    """The link to an invoice; empty where no address is known under which customers reach us."""
    return f"{public_url.rstrip('/')}/pay/{pay_token(invoice)}/" if public_url else ""


def pay_token(invoice: Invoice) -> str:
    """The invoice's id and its secret, 122 random bits: the id alone, which other answers tell, opens nothing."""
    return urlsafe_b64encode(invoice.id.bytes + invoice.pay_secret.bytes).rstrip(b"=").decode()


def find_payable(session: Session, token: str) -> PayableView | None:
    """What the link leads to; None for a token that is none, and for a draft."""
    if not TOKEN.fullmatch(token):
        return None
    raw = urlsafe_b64decode(f"{token}=")
    invoice = session.get(Invoice, UUID(bytes=raw[:ID_BYTES]))
    if invoice is None or invoice.number is None or not compare_digest(invoice.pay_secret.bytes, raw[ID_BYTES:]):
        return None
    return PayableView(
        invoice_id=invoice.id,
        number=invoice.number,
        is_paid=invoice.status is InvoiceStatus.PAID,
        is_payable=invoice.status in OWED,
        amount=format_major(Money(invoice.left_minor, invoice.currency)),
        ways=_ways(session, invoice),
    )


def _ways(session: Session, invoice: Invoice) -> tuple[WayToPayView, ...]:
    """What a gateway wrote is paid on its own page. Where nobody has decided what is offered, there is no choice."""
    if invoice.gateway:
        return ()
    country = session.get_one(Account, invoice.account_id).country
    offered = list_offered(session, country, invoice.currency)
    gateways = [config for config in offered if config.method not in set(ManualMethod)]
    return tuple(WayToPayView(gateway=config.method, display_name=config.display_name) for config in gateways)
