"""Bank statements at the command line: told first, then kept and booked; what is not sure is matched by hand."""

import re
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from billing.manual_payments.reference import reference_of
from billing.statements.rules import REASONS, Finding
from database.ids import uuid7
from schemas.facts.statements import BankLine
from stack.statements import rehearse
from tests.billing.payers import Payer
from tests.billing.tellers import PRICE, Teller, line
from tests.billing.waiting import await_waiting
from tests.stack.forked import cashbeat
from tests.statements.samples import CAMT, CSV, FIRST, MT940, SECOND, camt, camt_entry

Typed = Callable[..., subprocess.CompletedProcess[str]]
HEADER = "booked_on;direction;amount;currency;account;bank_reference;text\n"


@pytest.fixture
def at_desk(tmp_path: Path, database_url: str) -> Typed:
    """What `cashbeat statement` answers."""
    return partial(cashbeat, "statement", home=tmp_path, DATABASE_URL=database_url)


def _file(folder: Path, *rows: str) -> str:
    file = folder / "statement.csv"
    file.write_text(HEADER + "".join(f"2026-11-22;credit;{row}\n" for row in rows))
    return str(file)


def _reference(payer: Payer, invoice_id: UUID) -> str:
    return reference_of(payer.invoice(invoice_id).number or "")


def test_it_is_told_first_then_booked_once(tmp_path: Path, banked: Payer, at_desk: Typed) -> None:
    reference = _reference(banked, banked.order())
    file = _file(tmp_path, f"29,99;USD;4711;B1;{reference}", "5;USD;4711;B2;interest")

    told = at_desk("import", file, "--by", "mo")
    assert told.returncode == 0
    assert re.search(r"2026-11-22 +29\.99 USD +booked +INV-\S+ +pays the invoice by its reference", told.stdout)
    assert re.search(r"5\.00 USD +open +- +fits nothing", told.stdout)
    assert "nothing was written" in told.stderr
    assert banked.receipts() == []
    assert at_desk("lines").stdout.count("\n") == 1

    for _ in range(2):
        done = at_desk("import", file, "--by", "mo", "--apply")
        assert "1 booked, 1 open" in done.stderr
        assert banked.receipts() == [(2_999, "USD", 2_999, "")]
    assert "interest" in at_desk("lines").stdout


def _lines_of_two(payer: Payer) -> list[BankLine]:
    invoices = (payer.order(), payer.order())
    return [line(PRICE, _reference(payer, each), f"B{place}") for place, each in enumerate(invoices)]


def test_who_imports_a_file_does_not_wait_for_whoever_is_being_told_of_it(banked: Payer) -> None:
    teller, lines = Teller(banked.database), _lines_of_two(banked)
    with banked.database.rehearsal() as session:
        told = rehearse(session, lines, "operator/jo")
        assert next(told).standing == "booked"
        assert teller.take(*lines) == ["reference", "reference"]
        assert [each.reason for each in told] == [REASONS[Finding.TWIN]]
    assert banked.receipts() == [(PRICE, "USD", PRICE, "")] * 2


def test_whoever_is_told_of_a_file_waits_for_who_imports_it_and_no_longer(banked: Payer) -> None:
    teller, lines = Teller(banked.database), _lines_of_two(banked)
    first, second = teller.keep(*lines)

    def tell() -> list[str]:
        with banked.database.rehearsal() as session:
            return [each.standing for each in rehearse(session, lines, "operator/jo")]

    with ThreadPoolExecutor(1) as other:
        with banked.database.transaction() as session:
            teller.book_in(session, second)
            telling = other.submit(tell)
            await_waiting(banked.database)
        teller.book(first)
        assert telling.result() == ["booked", "booked"]
    assert banked.receipts() == [(PRICE, "USD", PRICE, "")] * 2


def test_the_product_goes_on_while_somebody_is_told_of_a_file(banked: Payer) -> None:
    """A long file of a command that changes nothing: a part of its first invoice is approved meanwhile."""
    first, second = banked.order(), banked.order()
    lines = [line(PRICE, _reference(banked, each), f"B{place}") for place, each in enumerate((first, second))]
    with banked.database.rehearsal() as session:
        told = rehearse(session, lines, "operator/jo")
        next(told)
        banked.pay(first, 1_000)
        assert next(told).standing == "booked"
    assert banked.receipts() == [(1_000, "USD", 1_000, "")]


def test_of_two_lines_of_one_invoice_the_second_depends(banked: Payer) -> None:
    reference = _reference(banked, banked.order())
    with banked.database.rehearsal() as session:
        told = list(rehearse(session, [line(1_000, reference, "B1"), line(1_999, reference, "B2")], "operator/jo"))
    assert [each.standing for each in told] == ["booked", "depends"]


def test_three_formats_of_one_statement_are_booked_once(tmp_path: Path, banked: Payer, at_desk: Typed) -> None:
    """Of the first invoice twice as much came, which is a person's; the second is paid; a fee left the account."""
    assert [banked.invoice(banked.order()).number for _ in range(2)] == [FIRST, SECOND]
    for name, content in (("day.sta", MT940), ("day.xml", CAMT), ("day.csv", CSV)):
        (tmp_path / name).write_text(content.replace("EUR", "USD"))
        done = at_desk("import", str(tmp_path / name), "--by", "mo", "--apply")
        assert done.stderr.splitlines()[-1] in {"2 open, 1 booked", "1 booked, 2 open"}
        assert banked.receipts() == [(2_999, "USD", 2_999, "")]
    listed = at_desk("lines").stdout.splitlines()
    assert len(listed) == 3
    assert "is more than the invoice leaves to pay" in listed[1]


def test_what_is_not_sure_is_matched_by_hand_and_approved(tmp_path: Path, banked: Payer, at_desk: Typed) -> None:
    number = banked.invoice(banked.order()).number or ""
    at_desk("import", _file(tmp_path, f"29,99;USD;4711;B1;Invoice {number}"), "--by", "mo", "--apply")
    listed = at_desk("lines").stdout.splitlines()[1]
    assert "without a reference that checks" in listed

    matched = at_desk("match", listed.split()[0], number, "--by", "mo").stdout
    assert "fingerprint" in matched
    assert banked.receipts() == []
    [claim_id] = re.findall(r"2026-11-22  (\S{36})", matched)
    banked.approve(UUID(claim_id))
    assert banked.receipts() == [(2_999, "USD", 2_999, "")]

    again = at_desk("match", listed.split()[0], number, "--by", "mo")
    assert (again.returncode, "booked already" in again.stderr) == (2, True)


def test_what_may_never_have_come_is_said_and_a_match_undone(tmp_path: Path, banked: Payer, at_desk: Typed) -> None:
    billed = banked.order()
    claim_id = banked.pay(billed, 2_999)
    banked.pay_back(claim_id, 2_999)
    at_desk("import", _file(tmp_path, f"29,99;USD;4711;B1;{_reference(banked, billed)}"), "--by", "mo", "--apply")
    listed = at_desk("lines").stdout.splitlines()[1]
    line_id = listed.split()[0]
    assert f"{claim_id}  may be what was claimed or approved by hand" in listed

    matched = at_desk("match", line_id, str(claim_id), "--by", "mo").stdout
    assert "29.99 USD of that payment went back, or never came" in matched
    assert f"cashbeat statement unmatch {line_id}" in matched
    assert "matched with nothing" in at_desk("unmatch", line_id, "--by", "mo").stdout
    assert "is not what it was matched with" in at_desk("lines").stdout
    again = at_desk("unmatch", line_id, "--by", "mo")
    assert (again.returncode, "Traceback" in again.stderr) == (2, False)


def test_what_is_nobodys_is_ignored_for_a_reason(tmp_path: Path, banked: Payer, at_desk: Typed) -> None:
    at_desk("import", _file(tmp_path, "5;USD;4711;B2;interest"), "--by", "mo", "--apply")
    line_id = at_desk("lines").stdout.splitlines()[1].split()[0]
    assert "ignored" in at_desk("ignore", line_id, "--by", "mo", "--reason", "interest").stdout
    assert at_desk("lines").stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (("29,99;USD;4711;B1;good", "x;USD;4711;B2;bad"), "'x' is no amount"),
        (("29,99;USX;4711;B1;good",), "no currency 'USX'"),
        (("29,99;USD;;B1;good",), "names no account"),
        (("29.990;USD;4711;B1;good",), "'29.990' may be read in two ways"),
    ],
)
def test_a_bad_file_is_refused_whole_in_a_sentence(
    tmp_path: Path, banked: Payer, at_desk: Typed, rows: tuple[str, ...], sentence: str
) -> None:
    refused = at_desk("import", _file(tmp_path, *rows), "--by", "mo", "--apply")
    assert (refused.returncode, sentence in refused.stderr, "Traceback" in refused.stderr) == (2, True, False)
    assert at_desk("lines").stdout.count("\n") == 1
    assert banked.receipts() == []


def test_a_day_out_of_the_calendar_is_told_in_a_sentence(tmp_path: Path, banked: Payer, at_desk: Typed) -> None:
    file = Path(_file(tmp_path, "5;USD;4711;B1;Uma pays"))
    file.write_text(file.read_text().replace("2026-11-22", "1926-11-22"))
    for more in ((), ("--apply",)):
        refused = at_desk("import", str(file), "--by", "mo", *more)
        assert (refused.returncode, "in no calendar" in refused.stderr, "Uma" in refused.stderr) == (2, True, False)


def test_a_bank_s_own_csv_is_read_as_the_person_says(tmp_path: Path, banked: Payer, at_desk: Typed) -> None:
    """Unsigned amounts with Soll and Haben: what left with our reference is no payment, what came is."""
    reference = _reference(banked, banked.order())
    file = tmp_path / "umsatz.csv"
    file.write_text(f"Buchung;Betrag;S/H;Zweck\n22.11.2026;29,99;S;{reference}\n22.11.2026;29,990;H;{reference}\n")
    said = ["booked_on=Buchung", "amount=Betrag", "text=Zweck", "currency==USD", "account==4711"]
    for more, sentence in (
        (["decimal_sign==,"], "none of its amounts has a sign"),
        (["direction=S/H"], "'S' must be 'credit'"),
        (["direction=S/H", "credit_word==H", "debit_word==S"], "'29,990' may be read in two ways"),
        (["direction=S/H", "credit_word==H", "debit_word==S", "decimal_sign==,"], "1 open, 1 booked"),
    ):
        columns = [argument for each in (*said, *more) for argument in ("--column", each)]
        done = at_desk("import", str(file), "--by", "mo", "--apply", *columns)
        assert sentence in done.stderr, (more, done.stderr)
    assert banked.receipts() == [(2_999, "USD", 2_999, "")]


def test_a_collective_entry_without_a_reference_of_the_bank_s_is_kept(
    tmp_path: Path, banked: Payer, at_desk: Typed
) -> None:
    details = "".join(
        f'<TxDtls><Amt Ccy="EUR">29.99</Amt><RmtInf><Ustrd>{_reference(banked, each)}</Ustrd></RmtInf></TxDtls>'
        for each in (banked.order(), banked.order())
    )
    content = camt(camt_entry("5.00", "B1", "interest"), camt_entry("59.98", "", details=details), closing="164.98")
    file = tmp_path / "statement.xml"
    file.write_text(content.replace("EUR", "USD"))
    assert "1 open, 2 booked" in at_desk("import", str(file), "--by", "mo").stderr
    for _ in range(2):
        assert "1 open, 2 booked" in at_desk("import", str(file), "--by", "mo", "--apply").stderr
    assert [minor for minor, *_ in banked.receipts()] == [2_999, 2_999]


def test_what_is_typed_wrongly_is_told_in_a_sentence(tmp_path: Path, banked: Payer, at_desk: Typed) -> None:
    file = _file(tmp_path, "29,99;USD;4711;B1;good")
    for arguments in (
        ("import", str(tmp_path / "nowhere.csv"), "--by", "mo"),
        ("import", str(tmp_path), "--by", "mo"),
        ("import", file, "--by", "mo", "--column", "price=Betrag"),
        ("import", file, "--by", "mo", "--column", "amount=Betrag"),
        ("match", str(uuid7()), "INV-2026-11-00001", "--by", "mo"),
        ("match", str(uuid7()), "nothing", "--by", "mo"),
        ("ignore", str(uuid7()), "--by", "mo", "--reason", "interest"),
    ):
        refused = at_desk(*arguments)
        assert (refused.returncode, "Traceback" in refused.stderr) == (2, False), arguments
        assert refused.stderr.startswith(("cashbeat: ", "Usage"))
