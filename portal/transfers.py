"""How an invoice is paid past every gateway: where the money goes, and under which reference."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from billing.invoices.tables import Invoice
from billing.manual_payments.reference import printed_reference
from billing.notices.letterhead import Letterhead
from billing.notices.where_to_pay import where_to_pay
from billing.payment_methods.tables import ManualMethod
from documents.epc import CURRENCY, transfer_picture
from schemas.declines import explain_decline
from schemas.documents import PartyFacts
from settings import Settings


@dataclass(frozen=True, slots=True)
class Instructions:
    """Lines that say where the money goes, and the reference that it needs, in groups of four.

    `picture` is the address of the square that a bank's app reads; empty where there is none, as on paper.
    """

    lines: str
    reference: str
    picture: str


class Transfers:
    """Tells where transfers go: as the customer's country is offered it, else as the seller's own settings say."""

    def __init__(self, settings: Settings) -> None:
        seller = PartyFacts(settings.seller_name)
        self._letterhead = Letterhead(seller, "", settings.payment_instructions, {}, explain_decline)

    def instructions(self, session: Session, invoice: Invoice, method: ManualMethod) -> Instructions:
        """For an invoice that is issued; the same as on its paper."""
        where, number = where_to_pay(session, invoice, method, self._letterhead), invoice.number or ""
        picture = ""
        if where.bank is not None and invoice.currency == CURRENCY:
            picture = transfer_picture(where.bank, invoice.left_minor, printed_reference(number))
        return Instructions(where.instructions, printed_reference(number), picture)
