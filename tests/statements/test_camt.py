"""CAMT.053: entries of several payments, payments that were returned, balances, and files of strangers."""

import tracemalloc

import pytest

from billing.errors import Rejected
from schemas.facts.statements import BankLine
from statements.read import read_statements
from statements.read_csv import CsvColumns
from tests.statements.samples import camt, camt_balance, camt_entry

BATCH_OF_TWO = "<Btch><NbOfTxs>2</NbOfTxs></Btch>"


def _lines(content: str) -> list[BankLine]:
    statements = read_statements(content.encode(), CsvColumns({}, {}))
    return [line for statement in statements for line in statement.lines]


def _payment(share: str = "", *, direction: str = "", currency: str = "EUR", more: str = "") -> str:
    amount = f'<Amt Ccy="{currency}">{share}</Amt>' if share else ""
    way = f"<CdtDbtInd>{direction}</CdtDbtInd>" if direction else ""
    return f"<TxDtls>{amount}{way}{more}</TxDtls>"


@pytest.mark.parametrize(("debit", "closing", "sign"), [(False, "200.00", 1), (True, "0.00", -1)])
def test_payments_of_one_entry_are_lines_of_their_own_where_they_add_up(debit: bool, closing: str, sign: int) -> None:
    details = _payment("60.00") + _payment("40.00")
    lines = _lines(camt(camt_entry("100.00", "BANK-1", details=details, debit=debit), closing=closing))
    assert [(line.amount_minor, line.entry_minor, line.part, line.is_collective) for line in lines] == [
        (sign * 6_000, sign * 10_000, 1, False),
        (sign * 4_000, sign * 10_000, 2, False),
    ]


def test_a_share_is_also_told_among_the_details_of_the_amount() -> None:
    told = '<TxDtls><AmtDtls><TxAmt><Amt Ccy="EUR">50.00</Amt></TxAmt></AmtDtls></TxDtls>'
    lines = _lines(camt(camt_entry("100.00", "BANK-1", details=2 * told), closing="200.00"))
    assert [line.amount_minor for line in lines] == [5_000, 5_000]


def test_a_payment_of_an_entry_may_go_the_other_way() -> None:
    """A direct debit that came back within a sum of others: 120.00 came, 20.00 left."""
    details = BATCH_OF_TWO + _payment("120.00", direction="CRDT") + _payment("20.00", direction="DBIT")
    lines = _lines(camt(camt_entry("100.00", "BANK-1", details=details), closing="200.00"))
    assert [line.amount_minor for line in lines] == [12_000, -2_000]


@pytest.mark.parametrize(
    "details",
    [
        _payment() + _payment(),
        _payment("60.00") + _payment(),
        _payment("60.00") + _payment("39.99"),
        _payment("60.00") + _payment("40.00", currency="USD"),
        _payment("60.00") + _payment("40.00", direction="DBIT"),
        BATCH_OF_TWO + _payment(),
        BATCH_OF_TWO + _payment("100.00"),
        BATCH_OF_TWO,
        "<Btch><NbOfTxs>3</NbOfTxs></Btch>" + _payment("60.00") + _payment("40.00"),
        "<Btch><NbOfTxs>1</NbOfTxs></Btch>" + _payment() + _payment(),
    ],
    ids=[
        "untold",
        "one untold",
        "less",
        "another currency",
        "another way",
        "one of two",
        "all of it",
        "none",
        "third",
        "two of one",
    ],
)
def test_an_entry_of_several_payments_whose_shares_are_not_told_is_one_line_that_says_so(details: str) -> None:
    [line] = _lines(camt(camt_entry("100.00", "BANK-1", details=details), closing="200.00"))
    assert (line.amount_minor, line.part, line.is_collective) == (10_000, 1, True)


@pytest.mark.parametrize("details", ["", _payment("100.00"), _payment("105.00"), "<Btch><NbOfTxs>1</NbOfTxs></Btch>"])
def test_an_entry_of_one_payment_is_that_whatever_it_cost(details: str) -> None:
    [line] = _lines(camt(camt_entry("100.00", "BANK-1", details=details), closing="200.00"))
    assert (line.amount_minor, line.is_collective) == (10_000, False)


@pytest.mark.parametrize("count", ["many", "-1", "9" * 5_000])
def test_a_number_of_payments_that_is_none_is_refused(count: str) -> None:
    details = f"<Btch><NbOfTxs>{count}</NbOfTxs></Btch>" + _payment("100.00")
    with pytest.raises(Rejected, match="how many payments"):
        _lines(camt(camt_entry("100.00", "BANK-1", details=details), closing="200.00"))


def test_a_payment_that_another_bank_returned_is_a_reversal() -> None:
    """Money that we had paid out comes back, with the text that we had written: no customer has paid."""
    details = _payment(more="<RtrInf><Rsn><Cd>AC01</Cd></Rsn></RtrInf><RmtInf><Ustrd>Refund</Ustrd></RmtInf>")
    [line] = _lines(camt(camt_entry("10.00", "BANK-1", details=details), closing="110.00"))
    assert (line.amount_minor, line.is_reversal) == (1_000, True)


@pytest.mark.parametrize("word", ["NONREF", "nonref", "NOTPROVIDED"])
def test_a_word_that_stands_for_no_reference_is_none(word: str) -> None:
    [line] = _lines(camt(camt_entry("10.00", word, "x"), closing="110.00"))
    assert line.bank_ref == ""


def test_what_is_pending_is_left_out() -> None:
    pending = camt_entry("29.99", "BANK-2").replace("BOOK", "PDNG")
    newer = camt_entry("29.99", "BANK-3").replace("<Sts>BOOK</Sts>", "<Sts><Cd>PDNG</Cd></Sts>")
    booked = camt_entry("1.00", "BANK-1")
    assert [line.bank_ref for line in _lines(camt(booked, pending, newer, closing="101.00"))] == ["BANK-1"]


BALANCES = {
    "a day": [("OPBD", "100.00"), ("CLBD", "110.00")],
    "and the day before": [("PRCD", "90.00"), ("OPBD", "100.00"), ("CLBD", "110.00")],
    "the day before alone": [("PRCD", "100.00"), ("CLBD", "110.00")],
    "and what may be used": [("OPBD", "100.00"), ("CLBD", "110.00"), ("CLAV", "510.00"), ("FWAV", "510.00")],
    "a first page": [("OPBD", "100.00"), ("ITBD", "110.00")],
    "a page between": [("ITBD", "100.00"), ("ITBD", "110.00")],
    "a last page": [("ITBD", "100.00"), ("CLBD", "110.00")],
    "two days": [("OPBD", "100.00"), ("CLBD", "104.00"), ("OPBD", "104.00"), ("CLBD", "110.00")],
}


@pytest.mark.parametrize("told", BALANCES.values(), ids=BALANCES)
def test_a_statement_leads_from_its_first_balance_to_its_last(told: list[tuple[str, str]]) -> None:
    balances = "".join(camt_balance(*each) for each in told)
    assert len(_lines(camt(camt_entry("10.00", "BANK-1"), closing="", balances=balances))) == 1
    with pytest.raises(Rejected, match="do not lead"):
        _lines(camt(camt_entry("9999.00", "BANK-1"), closing="", balances=balances))


@pytest.mark.parametrize(
    "told", [[], ["OPBD"], ["CLBD"], ["ITBD"], ["OPAV", "CLAV"]], ids=["none", "first", "last", "between", "others"]
)
def test_without_both_balances_nobody_can_tell_whether_it_is_whole(told: list[str]) -> None:
    balances = "".join(camt_balance(kind, "100.00") for kind in told)
    with pytest.raises(Rejected, match="no opening or no closing balance"):
        _lines(camt(camt_entry("10.00", "BANK-1"), closing="", balances=balances))


def test_a_page_is_not_the_statement_twice() -> None:
    """Pages of one statement have its name; days of some banks have one name for ever."""
    first = camt(camt_entry("10.00", "BANK-1"), closing="110.00")
    opened, closed = camt_balance("OPBD", "110.00"), camt_balance("CLBD", "120.00")
    second = camt(camt_entry("10.00", "BANK-2"), closing="", balances=opened + closed)
    page = second[second.index("<Stmt>") : second.index("</BkToCstmrStmt>")]
    whole = first.replace("</BkToCstmrStmt>", f"{page}</BkToCstmrStmt>")
    assert [line.bank_ref for line in _lines(whole)] == ["BANK-1", "BANK-2"]
    with pytest.raises(Rejected, match="is in it twice"):
        _lines(whole.replace("</BkToCstmrStmt>", f"{page}</BkToCstmrStmt>"))


def test_what_is_outside_of_statements_takes_no_memory() -> None:
    """As much as nothing, and not twenty times the file."""
    content = f"<Document><BkToCstmrStmt>{'<x/>' * 200_000}</BkToCstmrStmt></Document>"
    tracemalloc.start()
    try:
        with pytest.raises(Rejected, match="no statement"):
            _lines(content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(content)
