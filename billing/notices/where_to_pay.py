"""Where money by hand goes: the account or the wallet that the customer's country is offered."""

from typing import NamedTuple

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


def where_to_pay(session: Session, invoice: Invoice, method: ManualMethod, letterhead: Letterhead) -> WhereToPay:
    """What the customer's country is offered now; all that has no account or wallet goes where the letterhead says."""
    country = get_account(session, invoice.account_id).country
    config = find_offered(session, country, method, invoice.currency)
    if config is not None and config.iban:
        bank = BankFacts(config.account_name, config.iban, config.bic)
        return WhereToPay(_lines(config.instructions, *_of_bank(bank)), bank)
    if config is not None and config.wallet_id:
        return WhereToPay(_lines(config.instructions, f"{config.wallet_kind}: {config.wallet_id}"), None)
    said = _lines(config.instructions if config else "", letterhead.payment_instructions)
    return WhereToPay(said, bank_details(letterhead))


def _of_bank(bank: BankFacts) -> tuple[str, str, str]:
    return bank.name, f"IBAN {iban.format(bank.iban)}", f"BIC {bank.bic}" if bank.bic else ""


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
