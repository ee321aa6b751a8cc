"""What banks tell of an account: its booked lines, in our words."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class BankLine:
    """One booked line: money came (above zero) or left (below), in minor units of `currency`, on a calendar day.

    `account` is the IBAN, or what else the bank calls it, without blanks. `bank_ref` is the bank's own reference of the
    entry, empty where it gives none. A bank may book several payments as one entry of `entry_minor`: then each is a
    line, `part` of it (from 1 on). `reference` is a creditor reference (ISO 11649) that came in a field of its own;
    `text` all that the payer wrote, `payer` and `payer_account` the other side's name and IBAN, each empty where it is
    not told. `is_reversal`: the bank takes back what it had booked before, or gives back what another did not take.
    `is_collective`: it is the sum of several payments, of which the bank does not tell the shares.
    """

    account: str
    booked_on: date
    amount_minor: int
    currency: str
    entry_minor: int
    part: int = 1
    bank_ref: str = ""
    reference: str = ""
    text: str = ""
    payer: str = ""
    payer_account: str = ""
    is_reversal: bool = False
    is_collective: bool = False


@dataclass(frozen=True, slots=True)
class BankStatement:
    """The booked lines of one statement, in its order, and the balances (minor units, currency) that they lead from
    and to; None where the format has none. Banks name their statements alike: two are one if all of this is equal.
    """

    account: str
    lines: tuple[BankLine, ...]
    opened: tuple[int, str] | None = None
    closed: tuple[int, str] | None = None
