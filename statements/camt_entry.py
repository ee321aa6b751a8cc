"""An entry of a CAMT.053: one payment, or several that the bank has booked as one."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from xml.etree.ElementTree import Element

from schemas.facts.statements import BankLine
from statements.camt_elements import amount_of, share_of, text_of
from statements.refusal import bad_statement
from statements.texts import NAME_LENGTH_MAX, given_reference, one_line, without_blanks

# ISO 20022 has 15 figures for how many payments an entry is the sum of
_COUNT = re.compile("[0-9]{1,15}")


def lines_of_entry(account: str, entry: Element) -> Iterator[BankLine]:
    """A line per payment, where the bank tells the amount of each and they add up; else one for all of the entry.

    Raises Rejected `bad_statement`.
    """
    whole = amount_of(entry)
    payments = entry.findall("NtryDtls/TxDtls")
    count = _count(entry) or len(payments)
    shares = _shares(payments, count, whole)
    for part, (payment, share) in enumerate(zip(payments, shares, strict=False), 1):
        yield _line(account, entry, [payment], (share, whole[1]), part)
    if not shares:
        yield _line(account, entry, payments, whole, 1, is_collective=max(count, len(payments)) > 1)


def _count(entry: Element) -> int:
    """Of how many payments the bank says that it is the sum; zero where it does not."""
    told = [(each.text or "").strip() for each in entry.findall("NtryDtls/Btch/NbOfTxs")]
    if not all(_COUNT.fullmatch(each) for each in told):
        raise bad_statement("an entry of it does not tell how many payments it is the sum of")
    return sum(map(int, told))


def _shares(payments: list[Element], count: int, whole: tuple[int, str]) -> list[int]:
    """What each of several payments is, with its sign; empty where that is not told of all of them."""
    known = [share for payment in payments if (share := share_of(payment, whole)) is not None]
    is_told = len(known) == len(payments) == count > 1 and sum(known) == whole[0]
    return known if is_told else []


def _line(
    account: str,
    entry: Element,
    payments: list[Element],
    amount: tuple[int, str],
    part: int,
    *,
    is_collective: bool = False,
) -> BankLine:
    other = "Dbtr" if amount[0] > 0 else "Cdtr"
    references = [without_blanks(text_of(each, "RmtInf/Strd/CdtrRefInf/Ref")) for each in payments]
    return BankLine(
        account=account,
        booked_on=_day(entry),
        amount_minor=amount[0],
        currency=amount[1],
        entry_minor=amount_of(entry)[0],
        part=part,
        bank_ref=given_reference(text_of(entry, "AcctSvcrRef")),
        reference=references[0] if len(references) == 1 else "",
        text=one_line(" ".join(_words(entry, payments))),
        payer=_joined(payments, f"RltdPties/{other}/Nm", f"RltdPties/{other}/Pty/Nm"),
        payer_account=without_blanks(_joined(payments, f"RltdPties/{other}Acct/Id/IBAN")),
        is_reversal=_is_reversal(entry, payments),
        is_collective=is_collective,
    )


def _is_reversal(entry: Element, payments: list[Element]) -> bool:
    """The bank takes its own entry back, or another bank returns a payment, with all that its payer had written."""
    is_returned = any(payment.find("RtrInf") is not None for payment in payments)
    return is_returned or text_of(entry, "RvslInd") in {"true", "1"}


def _words(entry: Element, payments: list[Element]) -> Iterator[str]:
    for payment in payments:
        yield from (each.text or "" for each in payment.findall("RmtInf/Ustrd"))
        yield from (each.text or "" for each in payment.findall("RmtInf/Strd/CdtrRefInf/Ref"))
        yield text_of(payment, "Refs/EndToEndId")
    yield text_of(entry, "AddtlNtryInf")


def _joined(payments: list[Element], *paths: str) -> str:
    """What the payments tell, if they tell the same."""
    told = {text_of(payment, path) for payment in payments for path in paths} - {""}
    return one_line(told.pop(), NAME_LENGTH_MAX) if len(told) == 1 else ""


def _day(entry: Element) -> date:
    written = text_of(entry, "BookgDt/Dt") or text_of(entry, "BookgDt/DtTm")
    try:
        return datetime.fromisoformat(written).date()
    except ValueError:
        raise bad_statement(f"an entry of it was booked on {written!r}") from None
