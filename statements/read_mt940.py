"""MT940, SWIFT's Customer Statement Message, as banks write it."""

import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import mt940

from schemas.facts.statements import BankLine, BankStatement
from statements.accounts import account_name
from statements.amounts import minor_units
from statements.balances import Balance, check_sum
from statements.refusal import bad_statement
from statements.texts import NAME_LENGTH_MAX, given_reference, one_line, without_blanks

# of field 86, in the order of their worth; the last two are of field 61
_TEXTS = (
    "purpose",
    "transaction_details",
    "additional_purpose",
    "end_to_end_reference",
    "customer_reference",
    "extra_details",
)
# of the German banks' codes of business, in field 86: returned payments, and sums of several
_RETURNS = frozenset({"108", "109", "159"})
_COLLECTIVE = frozenset(str(code) for code in range(188, 200))


def read_mt940(text: str) -> Iterator[BankStatement]:
    """Each message of the file. Raises Rejected `bad_statement`."""
    messages = _parsed(text)
    if not messages:
        raise bad_statement("no message in it begins with :20:")
    for message in messages:
        yield _statement(message)


def _parsed(text: str) -> list[mt940.models.Transactions]:
    try:
        return mt940.parse_statements(io.StringIO(text), options=mt940.Options.all())
    except (ValueError, RuntimeError, ArithmeticError, LookupError, TypeError, AttributeError) as error:
        # the library raises what its patterns happen to raise
        raise bad_statement(f"as MT940 it breaks off with {type(error).__name__}") from error


def _statement(message: mt940.models.Transactions) -> BankStatement:
    account = account_name(message.data.get("account_identification"))
    if not account:
        raise bad_statement("a message of it names no account in :25:")
    lines = tuple(_line(account, entry.data) for entry in message if entry.data.get("amount") is not None)
    opened, closed = _balance(message.data, "opening"), _balance(message.data, "closing")
    check_sum(lines, opened, closed)
    return BankStatement(account, lines, opened, closed)


def _line(account: str, entry: dict[str, Any]) -> BankLine:
    minor, currency = _minor(entry["amount"])
    day = entry.get("entry_date") or entry["date"]
    return BankLine(
        account=account,
        booked_on=date(day.year, day.month, day.day),
        amount_minor=minor,
        currency=currency,
        entry_minor=minor,
        bank_ref=given_reference(entry.get("bank_reference")),
        text=one_line(" ".join(str(entry[name]) for name in _TEXTS if given_reference(entry.get(name)))),
        payer=one_line(entry.get("applicant_name"), NAME_LENGTH_MAX),
        payer_account=without_blanks(entry.get("applicant_iban")),
        is_reversal=_is_reversal(entry),
        is_collective=_code(entry) in _COLLECTIVE,
    )


def _is_reversal(entry: dict[str, Any]) -> bool:
    """The bank takes its own entry back, or another bank returns a payment, with all that its payer had written."""
    is_taken_back = str(entry.get("status") or "").upper().startswith("R")
    return is_taken_back or _code(entry) in _RETURNS or str(entry.get("id") or "").upper() == "NRTI"


def _code(entry: dict[str, Any]) -> str:
    return str(entry.get("transaction_code") or "")


def _minor(amount: mt940.models.Amount) -> tuple[int, str]:
    currency = amount.currency or ""
    minor = minor_units(f"{abs(amount.amount):f}", currency)
    return (-minor if amount.amount < 0 else minor), currency


def _balance(told: dict[str, Any], which: str) -> Balance | None:
    balance = told.get(f"final_{which}_balance") or told.get(f"intermediate_{which}_balance")
    return _minor(balance.amount) if balance else None
