"""How long what names a person is kept, by which law, and how a column of it is written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

# § 147 (3) AO and § 257 (4) HGB keep books for ten years, papers for eight; Art. 247 of Directive 2006/112/EC leaves
# the years of invoices to each state, none of which asks for more than ten by default. They count from the end of the
# year (§ 147 (4) AO); that of the deletion is later than any of the account's papers.
YEARS_KEPT = 10
# News of an account still comes after its end: of a refund, of a card that is removed. So long it is looked for again.
FOLLOWED_FOR = timedelta(days=90)
# the SQL condition for the rows of an account, where they have its id
OF_ACCOUNT = "account_id = :account_id"


class Keep(StrEnum):
    """Until when, and by what right."""

    ACCOUNT = "as long as there is the account: Art. 6 (1) b GDPR"
    BOOKS = "ten years after the year of the deletion: § 147 AO, § 257 HGB, § 14b UStG, Art. 244 to 247 of 2006/112/EC"
    MEMORY = "what was told and done: 90 days for events, 400 days for commands, a day after the deletion"
    COMPANY = "who decided, of the company's own people: kept with the books that it explains"


@dataclass(frozen=True, slots=True)
class Personal:
    """What a column holds of a person, and why.

    `at_once` is the SQL expression that it becomes when the account is deleted, `at_last` when its years are over;
    empty where it stays.
    """

    holds: str
    purpose: str
    keep: Keep
    at_once: str = ""
    at_last: str = ""


@dataclass(frozen=True, slots=True)
class PersonalTable:
    """A table whose rows can be told to be an account's, and what of them is personal.

    `of_account` is the SQL condition for the rows of `:account_id`, empty where they are found by what they mention.
    `is_deleted`: its rows go with the account; those that come later do, too, where it `is_followed`: what the product
    is told of the deletion itself is heard. `hidden` is never handed out: what opens something.
    """

    name: str
    of_account: str
    columns: Mapping[str, Personal] = field(default_factory=dict)
    is_deleted: bool = False
    is_followed: bool = True
    hidden: tuple[str, ...] = ()


def keep_until(deleted_at: datetime) -> datetime:
    """The first instant, UTC, at which no law asks for the papers of an account that is deleted then."""
    return datetime(deleted_at.year + YEARS_KEPT + 1, 1, 1, tzinfo=UTC)


def decider(who: str) -> Personal:
    """Somebody of the company, who decided."""
    return Personal(who, "to account for decisions about money", Keep.COMPANY)
