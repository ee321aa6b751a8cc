"""CAMT.053, the Bank to Customer Statement of ISO 20022, in any of its versions.

The file is a stranger's: definitions of types and entities are refused before anything is expanded, and what was read
is dropped at once.
"""

import io
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from schemas.facts.statements import BankStatement
from statements.accounts import account_name
from statements.balances import Balance, check_sum
from statements.camt_elements import amount_of, text_of
from statements.camt_entry import lines_of_entry
from statements.refusal import bad_statement

# the deepest path that any version has is far from it
DEPTH_MAX = 64
_STATEMENT = ["Document", "BkToCstmrStmt", "Stmt"]
# A bank may also tell what the statement before closed with, and where the page of a long one begins and ends. The
# first of these names that it uses is the balance.
OPENING, CLOSING = ("OPBD", "PRCD", "ITBD"), ("CLBD", "ITBD")


def read_camt(content: bytes) -> Iterator[BankStatement]:
    """Each statement of the file. Raises Rejected `bad_statement`."""
    found = False
    try:
        for statement in _statements(content):
            found = True
            yield _read(statement)
    except (ParseError, DefusedXmlException, UnicodeError) as error:
        raise bad_statement(f"as XML it breaks off with {type(error).__name__}") from error
    if not found:
        raise bad_statement("as XML it has no statement of CAMT.053")


def _statements(content: bytes) -> Iterator[Element]:
    """Each `Stmt`, its names without their namespace; forgotten once the next is asked for, as all that is in none."""
    path: list[Element] = []
    for event, element in iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True):
        if event == "start":
            element.tag = element.tag.rpartition("}")[2]
            path.append(element)
            if len(path) > DEPTH_MAX:
                raise bad_statement(f"its elements lie more than {DEPTH_MAX} deep")
            continue
        names = [each.tag for each in path[: len(_STATEMENT)]]
        path.pop()
        if names == _STATEMENT and len(path) == len(_STATEMENT) - 1:
            yield element
        if path and (names != _STATEMENT or len(path) < len(_STATEMENT)):
            path[-1].remove(element)


def _read(statement: Element) -> BankStatement:
    account = account_name(text_of(statement, "Acct/Id/IBAN") or text_of(statement, "Acct/Id/Othr/Id"))
    if not account:
        raise bad_statement("a statement of it names no account")
    booked = [entry for entry in statement.findall("Ntry") if _status(entry) == "BOOK"]
    lines = tuple(line for entry in booked for line in lines_of_entry(account, entry))
    opened, closed = _balances(statement)
    check_sum(lines, opened, closed)
    return BankStatement(account, lines, opened, closed)


def _status(entry: Element) -> str:
    """What is pending is left out: it comes again once it is booked."""
    return text_of(entry, "Sts/Cd") or text_of(entry, "Sts")


def _balances(statement: Element) -> tuple[Balance | None, Balance | None]:
    """The first opening and the last closing one; that of a day within lies between them."""
    told = [(text_of(each, "Tp/CdOrPrtry/Cd"), each) for each in statement.findall("Bal")]
    opening = [each for kind in OPENING for name, each in told if name == kind]
    closing = [each for kind in CLOSING for name, each in reversed(told) if name == kind]
    if not (opening and closing) or opening[0] is closing[0]:
        return None, None
    return amount_of(opening[0]), amount_of(closing[0])
