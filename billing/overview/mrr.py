"""How the monthly recurring revenue moved, from the movements of subscriptions.

An account moves it one way in a time, by what all its subscriptions of a currency bring at its two ends: whoever moves
from one subscription to another of the same price has not churned.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from billing.money import PARTS_PER_MILLION, divide_half_up
from schemas.views.dashboard import MrrFiguresView, MrrView

# which way accounts have moved it: by what each brought before, what changed of that, and whether it was ever there
MOVES = """coalesce(sum(net) FILTER (WHERE opening = 0 AND NOT was_there), 0) AS new,
           coalesce(sum(net) FILTER (WHERE opening = 0 AND was_there), 0) AS reactivation,
           coalesce(sum(net) FILTER (WHERE opening > 0 AND net > 0), 0) AS expansion,
           coalesce(sum(net) FILTER (WHERE opening > 0 AND net < 0 AND opening + net > 0), 0) AS contraction,
           coalesce(sum(net) FILTER (WHERE opening > 0 AND opening + net = 0), 0) AS churn"""
# of each account what it brought before a time, what the time changed of that, and whether it had ever brought anything
WHOLE = text(f"""
    WITH moved AS (
        SELECT account_id, currency, coalesce(sum(amount_minor) FILTER (WHERE moved_at < :since), 0) AS opening,
               coalesce(sum(amount_minor) FILTER (WHERE moved_at >= :since), 0) AS net,
               bool_or(moved_at < :since) AS was_there
        FROM mrr_movements WHERE moved_at < :until GROUP BY account_id, currency
    )
    SELECT currency, sum(opening) AS opening, count(*) FILTER (WHERE opening > 0) AS accounts,
           {MOVES},
           count(*) FILTER (WHERE opening > 0 AND opening + net = 0) AS churned_accounts
    FROM moved GROUP BY currency ORDER BY currency
""")  # noqa: S608 - our own words
# the same of each day or month of UTC
PARTS = text(f"""
    WITH moved AS (
        SELECT account_id, currency, date_trunc(:by, moved_at, 'UTC') AS starts_at, sum(amount_minor) AS net
        FROM mrr_movements WHERE moved_at < :until GROUP BY account_id, currency, starts_at
    ), running AS (
        SELECT currency, starts_at, net, sum(net) OVER line - net AS opening, row_number() OVER line > 1 AS was_there
        FROM moved WINDOW line AS (PARTITION BY account_id, currency ORDER BY starts_at)
    )
    SELECT starts_at, currency,
           {MOVES}
    FROM running WHERE starts_at >= :since GROUP BY starts_at, currency
""")  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class Moves:
    """What moved one currency's in one part of a time, in minor units."""

    new: int = 0
    reactivation: int = 0
    expansion: int = 0
    contraction: int = 0
    churn: int = 0

    @property
    def total(self) -> int:
        """Up or down."""
        return self.new + self.reactivation + self.expansion + self.contraction + self.churn

    def view(self, currency: str, opening_minor: int) -> MrrView:
        """As the API shows it."""
        return MrrView(
            currency=currency, opening_minor=opening_minor, new_minor=self.new, reactivation_minor=self.reactivation,
            expansion_minor=self.expansion, contraction_minor=self.contraction, churn_minor=self.churn,
            closing_minor=opening_minor + self.total,
        )  # fmt: skip


def mrr_of(session: Session, since: datetime, until: datetime) -> list[MrrFiguresView]:
    """How it moved in `[since, until)`, by currency."""
    return [_figures(row) for row in session.execute(WHOLE, {"since": since, "until": until})]


def mrr_series(
    session: Session, whole: Sequence[MrrFiguresView], until: datetime, by: str, parts: Sequence[datetime]
) -> Iterator[list[MrrView]]:
    """The same of each of the days or months that make up the time; a currency is there from its beginning on.

    `whole` is what `mrr_of` tells of it.
    """
    opening = {figures.currency: figures.opening_minor for figures in whole}
    moves: dict[datetime, dict[str, Moves]] = defaultdict(dict)
    for row in session.execute(PARTS, {"since": parts[0], "until": until, "by": by}):
        moves[row.starts_at][row.currency] = _moves(row)
    for part in parts:
        views = [moves[part].get(currency, Moves()).view(currency, opening[currency]) for currency in opening]
        opening = {view.currency: view.closing_minor for view in views}
        yield views


def _figures(row: Row[tuple[object, ...]]) -> MrrFiguresView:
    view = _moves(row).view(row.currency, int(row.opening))
    return MrrFiguresView(
        **dict(view),
        accounts=row.accounts,
        churned_accounts=row.churned_accounts,
        churn_rate_ppm=_rate(row.churned_accounts, row.accounts),
        mrr_churn_rate_ppm=_rate(-view.churn_minor, view.opening_minor),
    )


def _moves(row: Row[tuple[object, ...]]) -> Moves:
    told: Mapping[str, int] = {name: int(getattr(row, name)) for name in Moves.__dataclass_fields__}
    return Moves(**told)


def _rate(part: int, whole: int) -> int | None:
    return divide_half_up(part * PARTS_PER_MILLION, whole) if whole else None
