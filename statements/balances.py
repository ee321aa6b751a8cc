"""What a statement says of itself: its lines lead from one balance to another."""

from collections.abc import Iterable

from schemas.facts.statements import BankLine
from statements.refusal import bad_statement

# minor units, above zero for what the account has, and their currency
Balance = tuple[int, str]


def check_sum(lines: Iterable[BankLine], opened: Balance | None, closed: Balance | None) -> None:
    """Raises Rejected `bad_statement` for one that was cut or mended by hand, so that it does not add up."""
    if opened is None or closed is None:
        raise bad_statement("a statement of it has no opening or no closing balance")
    movements = [(line.amount_minor, line.currency) for line in lines]
    if len({currency for _, currency in (opened, closed, *movements)}) > 1:
        raise bad_statement("the lines and balances of a statement are in several currencies")
    if opened[0] + sum(minor for minor, _ in movements) != closed[0]:
        raise bad_statement("the lines of a statement do not lead from its opening to its closing balance")
