"""Three formats of one statement are the same lines; what is no whole statement is refused as a whole."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from billing.errors import Rejected
from billing.statements.identity import identity_of
from schemas.facts.statements import BankLine
from statements.read import FILE_BYTES_MAX, LINES_MAX, read_statements
from statements.read_csv import CsvColumns
from statements.texts import TEXT_LENGTH_MAX
from tests.statements.samples import ACCOUNT, CAMT, CSV, MT940, camt, camt_entry, mt940

PLAIN = CsvColumns({}, {})
FORMATS = pytest.mark.parametrize("content", [CAMT, MT940, CSV], ids=["camt", "mt940", "csv"])
HOSTILE_XML = {
    "a bomb": '<!DOCTYPE a [<!ENTITY b "boom"><!ENTITY c "&b;&b;&b;&b;">]><Document>&c;</Document>',
    "a file": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><Document>&b;</Document>',
    "a type": "<!DOCTYPE Document><Document/>",
    "an unknown entity": "<Document>&b;</Document>",
    "not closed": CAMT[:-20],
    "too deep": "<a>" * 100_000,
    "another message": CAMT.replace("BkToCstmrStmt", "BkToCstmrAcctRpt"),
    "nothing": "<Document/>",
}
BROKEN = {
    "empty": "",
    "text": "Dear bank, please send the statement.",
    "html": "<html><body>Your session has ended</body></html>",
    "balance": MT940.replace("178,30", "178,31"),
    "cut": MT940[: MT940.index(":62F:")],
    "no account": MT940.replace(f":25:{ACCOUNT}", ":25:"),
    "two currencies": MT940.replace("C261122EUR178,30", "C261122USD178,30"),
    "odd currency": MT940.replace("EUR", "EUX"),
    "twice": MT940 + "\n" + MT940,
    "twice, called otherwise": MT940 + "\n" + MT940.replace("STARTUMSE", "LATER").replace("12/1", "13/1"),
    "camt two currencies": CAMT.replace('Ccy="EUR">29.99', 'Ccy="USD">29.99'),
    "camt balance": CAMT.replace("178.30", "178.31"),
    "camt direction": CAMT.replace("<CdtDbtInd>DBIT", "<CdtDbtInd>LEFT"),
    "camt amount": CAMT.replace(">29.99<", ">29.999<"),
    "camt negative": CAMT.replace(">29.99<", ">-29.99<"),
    "camt day": CAMT.replace("<Dt>2026-11-22</Dt>", "<Dt>2026-11-31</Dt>", 1),
    "camt currency": CAMT.replace('Ccy="EUR">29.99', 'Ccy="">29.99'),
    "day long ago": CSV.replace("22.11.2026", "22.11.1926"),
    "day far ahead": CAMT.replace("<Dt>2026-11-22</Dt>", "<Dt>2926-11-22</Dt>", 1),
    "csv header": CSV.replace("amount", "betrag"),
    "csv day": CSV.replace("22.11.2026", "11/22/2026"),
    "csv amount": CSV.replace("58,31", "58,31 EUR"),
    "csv long": CSV.replace("58,31", "58;31"),
    "csv short": CSV.replace(";BANK-0003;Fee;", ""),
    "csv quotes": CSV.replace("BANK-0003", '"BANK"-0003'),
}


def _lines(content: str, columns: CsvColumns = PLAIN) -> list[BankLine]:
    return [line for statement in read_statements(content.encode(), columns) for line in statement.lines]


@FORMATS
def test_each_format_tells_the_same(content: str) -> None:
    first, second, third = _lines(content)
    assert [(line.amount_minor, line.currency) for line in (first, second, third)] == [
        (5_831, "EUR"), (2_999, "EUR"), (-1_000, "EUR"),
    ]  # fmt: skip
    assert {line.account for line in (first, second, third)} == {ACCOUNT}
    assert {line.booked_on for line in (first, second, third)} == {date(2026, 11, 22)}
    assert [line.bank_ref for line in (first, second, third)] == ["BANK-0001", "BANK-0002", "BANK-0003"]
    assert first.payer.casefold() == "uma's orchard"
    assert [identity_of(line) for line in _lines(content)] == [identity_of(line) for line in _lines(CAMT)]


@pytest.mark.parametrize(
    "name", [f"{ACCOUNT}EUR", "37040044/532013000", "37040044/0532013000EUR", "de89 3704 0044 0532 0130 00"]
)
def test_an_account_is_the_same_however_it_is_called(name: str) -> None:
    for_one, for_other = _lines(MT940.replace(f":25:{ACCOUNT}", f":25:{name}")), _lines(CAMT)
    assert [identity_of(line) for line in for_one] == [identity_of(line) for line in for_other]


def test_an_account_that_is_no_iban_is_kept_as_it_is() -> None:
    assert {line.account for line in _lines(MT940.replace(ACCOUNT, "chips-0042/7"))} == {"CHIPS-0042/7"}


def test_a_reversal_is_told_by_its_direction() -> None:
    entry = ":61:2611221122RC58,31NTRFNONREF//BANK-0009\n:86:Taken back"
    [of_mt940] = _lines(mt940(entry, closing="C261122EUR41,69"))
    [of_camt] = _lines(camt(camt_entry("58.31", "BANK-0009", debit=True, reversal=True), closing="41.69"))
    for line in (of_mt940, of_camt):
        assert (line.amount_minor, line.is_reversal) == (-5_831, True)


@pytest.mark.parametrize("version", ["02", "04", "08", "13"])
def test_any_version_is_read(version: str) -> None:
    assert len(_lines(camt(camt_entry("1.00", "BANK-1"), closing="101.00", version=version))) == 1


@pytest.mark.parametrize("content", [*HOSTILE_XML.values(), *BROKEN.values()], ids=[*HOSTILE_XML, *BROKEN])
def test_what_is_no_whole_statement_is_refused(content: str) -> None:
    with pytest.raises(Rejected) as refusal:
        _lines(content)
    assert refusal.value.code == "bad_statement"
    assert "\n" not in refusal.value.detail


def test_what_is_too_large_is_not_even_looked_at() -> None:
    with pytest.raises(Rejected, match="bytes"):
        read_statements(b"<" * (FILE_BYTES_MAX + 1), PLAIN)


def test_what_has_too_many_lines_is_refused() -> None:
    rows = f"2026-11-22;+1;EUR;{ACCOUNT}\n" * (LINES_MAX + 1)
    with pytest.raises(Rejected, match="lines"):
        _lines(f"booked_on;amount;currency;account\n{rows}")


def test_a_text_without_end_is_cut() -> None:
    [line] = _lines(f"booked_on;amount;currency;account;text\n2026-11-22;+1;EUR;{ACCOUNT};{'x' * 9_999}\n")
    assert line.text == "x" * TEXT_LENGTH_MAX


def test_old_character_sets_and_marks_are_read() -> None:
    [line] = read_statements(
        CSV.splitlines()[0].encode() + f"\n2026-11-22;+1;EUR;{ACCOUNT};;;Müller".encode("cp1252"), PLAIN
    )[0].lines
    assert line.payer == "Müller"
    assert len(read_statements(b"\xef\xbb\xbf" + CSV.encode(), PLAIN)[0].lines) == 3


@given(some.binary(max_size=400) | some.text(max_size=400).map(lambda text: text.encode("utf-8", "replace")))
def test_no_bytes_do_more_than_to_be_refused(content: bytes) -> None:
    for head in (b"", b"<", b":20:X\n:25:1\n", b"booked_on,amount,currency,account\n"):
        # whatever else is raised fails
        with contextlib.suppress(Rejected):
            read_statements(head + content, PLAIN)


@given(some.integers(0, len(MT940)), some.characters())
def test_a_letter_that_is_spoilt_moves_no_money_unseen(place: int, letter: str) -> None:
    """Whatever is mistyped in a message, it is refused or it still leads from its opening to its closing balance."""
    spoilt = MT940[:place] + letter + MT940[place + 1 :]
    try:
        lines = _lines(spoilt)
    except Rejected:
        return
    if spoilt[: MT940.index(":61:")] == MT940[: MT940.index(":61:")] and spoilt.endswith(MT940[-20:]):
        assert sum(line.amount_minor for line in lines) == 7_830
