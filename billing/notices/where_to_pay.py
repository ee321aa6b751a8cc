"""Where money by hand goes: the account or the wallet that the customer's country is offered."""

from typing import NamedTuple, Protocol

from sqlalchemy.orm import Session
from stdnum import iban

from billing.accounts.queries import get_account
from billing.invoices.tables import Invoice
from billing.notices.bank_details import bank_details
from billing.notices.letterhead import Letterhead
from billing.payment_methods.queries import find_offered
from billing.payment_methods.tables import ManualMethod
from schemas.transfer_facts import BankFacts


class WhereToPay(NamedTuple):
    """Lines for the buyer, and the account that they speak of, where it is known."""

    instructions: str
    bank: BankFacts | None


class WayByHand(Protocol):
    """Where money by hand goes, as it was decided for a country: an account, a wallet, or neither."""

    @property
    def instructions(self) -> str:
        """Lines for whoever pays."""

    @property
    def iban(self) -> str:
        """Of the account, without blanks."""

    @property
    def bic(self) -> str:
        """Of its bank."""

    @property
    def account_name(self) -> str:
        """Its holder."""

    @property
    def wallet_kind(self) -> str:
        """Which wallet."""

    @property
    def wallet_id(self) -> str:
        """Whose."""


def lines_for(way: WayByHand, otherwise: str = "") -> str:
    """What buyers are told of it, on paper and on pages; `otherwise` where it has no account and no wallet."""
    if way.iban:
        return _lines(way.instructions, *_of_bank(_bank(way)))
    if way.wallet_id:
        return _lines(way.instructions, f"{way.wallet_kind}: {way.wallet_id}")
    return _lines(way.instructions, otherwise)


def where_to_pay(session: Session, invoice: Invoice, method: ManualMethod, letterhead: Letterhead) -> WhereToPay:
    """What the customer's country is offered now; all that has no account or wallet goes where the letterhead says."""
    country = get_account(session, invoice.account_id).country
    config = find_offered(session, country, method, invoice.currency)
    if config is None:
        return WhereToPay(letterhead.payment_instructions, bank_details(letterhead))
    said = lines_for(config, letterhead.payment_instructions)
    if config.iban:
        return WhereToPay(said, _bank(config))
    return WhereToPay(said, None if config.wallet_id else bank_details(letterhead))


def _bank(way: WayByHand) -> BankFacts:
    return BankFacts(way.account_name, way.iban, way.bic)


def _of_bank(bank: BankFacts) -> tuple[str, str, str]:
    return bank.name, f"IBAN {iban.format(bank.iban)}", f"BIC {bank.bic}" if bank.bic else ""


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
