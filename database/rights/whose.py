"""Whose a table's rows are, as the condition under which the door and the portal see one of them.

A condition is looked at beside whatever a query asks for. What does not depend on the row stands in a SELECT of its
own, so that PostgreSQL works it out once per statement; `{table}` stands for the table itself. See docs/decisions/0014.
"""

from dataclasses import dataclass, replace

EVERY_ACCOUNT = "(SELECT sees_every_account())"


@dataclass(frozen=True, slots=True)
class Whose:
    """`seen` is the condition; without one everybody sees every row, for a `reason`.

    To add a row takes the same, unless it `is_added_to_by_all` who have the right, or `to_add` says what it takes.
    """

    seen: str = ""
    reason: str = ""
    permission: str = ""
    is_added_to_by_all: bool = False
    to_add: str = ""

    def taking(self, permission: str) -> "Whose":
        """The same rows, shown to whoever has this permission of `schemas.permissions`, and to nobody else."""
        return replace(self, seen=f"({self.seen}) AND (SELECT has_permission('{permission}'))", permission=permission)

    def also_with(self, permission: str) -> "Whose":
        """The same rows, and all others for whoever sees every account and has this permission; added to as before."""
        more = f"{EVERY_ACCOUNT} AND (SELECT has_permission('{permission}'))"
        return replace(self, seen=f"({self.seen}) OR ({more})", to_add=self.seen)

    def added_to_by_all(self) -> "Whose":
        """The same rows; whoever may not see them may add to them all the same."""
        return replace(self, is_added_to_by_all=True)


def nobodys(reason: str) -> Whose:
    """Rows that are no customer's. The reason is one that a reviewer would accept."""
    return Whose(reason=reason)


def by_account(column: str) -> Whose:
    """Rows of the account that this column names."""
    return Whose(f"{EVERY_ACCOUNT} OR {column} IN (SELECT seen_accounts())")


def part_of(parent: str, column: str) -> Whose:
    """Rows that belong to a row of another table, and are seen with it. The column refers to the parent's id."""
    return Whose(f"{EVERY_ACCOUNT} OR EXISTS (SELECT FROM {parent} WHERE {parent}.id = {{table}}.{column})")


OF_ACCOUNT = by_account("account_id")
OF_CALLER = Whose("(SELECT sees_every_caller()) OR caller IN (SELECT seen_callers())")
# of a test clock, who stands on it sees it: it tells what time it is for them
OF_CLOCK = Whose(
    "(SELECT sees_every_account()) OR id IN (SELECT a.clock_id FROM accounts a WHERE a.id IN (SELECT seen_accounts()))"
)
# the seller's own: seen by whoever sees every account
OF_SELLER = Whose(EVERY_ACCOUNT)
PRICE_LIST = nobodys("the price list, which every customer may see")
