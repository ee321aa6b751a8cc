"""Who does not pay for a change of plan stands as who never asked, and who pays late as who paid at once.

Two customers live through the same days. What Fay wishes for is declined at first; her twin does not wish for what she
never pays, and pays at once what she pays later with another card.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from billing.credits.queries import view_balance
from billing.errors import Rejected
from billing.subscriptions.pending_changes import find_pending_change
from billing.subscriptions.tables import PendingChange
from billing.usage.consume import consume_credits
from database.ids import uuid7
from tests.billing.fickle import BEGIN, COUPONS, PLANS, Choice, stock
from tests.billing.standing import state_of
from tests.billing.subscribers import Books
from tests.gateways.fuzzing import fuzzed

in_the_books = settings(fuzzed, phases=[Phase.explicit, Phase.reuse, Phase.generate])
HOUR, DAY = 3_600, 86_400
SECOND = timedelta(seconds=1)
OWN = {"id", "account_id"}
choices = st.sampled_from(list(PLANS))
people = st.tuples(st.sampled_from(["US", "PL"]), choices, st.sampled_from([None, *COUPONS]))
events = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(1, 40 * DAY)),
        st.tuples(st.just("pay"), choices),
        st.tuples(st.just("plan"), choices),
        st.tuples(st.just("abandon"), choices, st.integers(23 * HOUR, 40 * DAY)),
        st.tuples(st.just("abandon"), choices, st.integers(23 * HOUR, 40 * DAY)),
        st.tuples(st.just("pay_late"), choices, st.integers(1, 23 * HOUR - 1)),
        st.tuples(st.just("use"), st.integers(1, 60)),
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture(autouse=True)
def _plans_to_wish_for(books: Books) -> None:
    stock(books)


class Twins:
    """Fay and her twin, who share a clock."""

    def __init__(self, books: Books, country: str, choice: Choice, coupon: str | None) -> None:
        self.books, self.now = books, BEGIN
        self.accounts = [books.open(name, country) for name in ("Fay", "Twin")]
        for account_id in self.accounts:
            books.give_card(account_id, BEGIN)
        self.fay, self.twin = (
            books.subscribe(account_id, BEGIN, choice[0], interval=choice[1], coupon=coupon)
            for account_id in self.accounts
        )
        books.answer(BEGIN)

    def wait(self, seconds: int) -> None:
        """Time goes by; what falls due is done on its second, periods and changes that nobody paid for alike."""
        until = self.now + timedelta(seconds=seconds)
        while (due_at := min(self._dues())) <= until:
            self.now = max(self.now, due_at)
            self.books.expire_changes(self.now)
            self.books.come_due(self.now)
            self.books.answer(self.now)
        self.now = until

    def pay(self, choice: Choice) -> None:
        """Both wish for it and pay at once."""
        assert self._wish(self.fay, choice) == self._wish(self.twin, choice)
        self.books.answer(self.now)

    def plan(self, choice: Choice) -> None:
        """Both plan it for the next period."""
        assert self._wish(self.fay, choice, "period_end") == self._wish(self.twin, choice, "period_end")

    def abandon(self, choice: Choice, seconds: int) -> None:
        """Fay's card declines, and she does nothing about it for a day or more."""
        if self._declined(choice) is None:
            self._wish(self.twin, choice)
        self.wait(seconds)

    def pay_late(self, choice: Choice, seconds: int) -> None:
        """Fay's card declines, and a while later another one pays."""
        waiting = self._declined(choice)
        self._wish(self.twin, choice)
        self.books.answer(self.now)
        if waiting is not None:
            self.now = min(self.now + timedelta(seconds=seconds), waiting.expires_at - SECOND)
            self.books.give_card(self.accounts[0], self.now)
            assert self.books.answer(self.now) == 1

    def use(self, percent: int) -> None:
        """Both use the same share of their credits."""
        for account_id in self.accounts:
            with self.books.database.transaction() as session:
                amount = view_balance(session, account_id, self.now).balance * percent // 100
                if amount:
                    consume_credits(session, account_id, amount, str(uuid7()), "", self.now)

    def assert_alike(self) -> None:
        """Same plan, period, discount and plans for later; same money paid and kept; same credits, for as long."""
        assert self._waiting(self.fay) is None
        fay, twin = (
            self._standing(account_id, sub) for account_id, sub in zip(self.accounts, self._both(), strict=True)
        )
        assert fay == twin

    def end(self) -> None:
        """So that the next example has the books for itself."""
        for subscription_id in self._both():
            self.books.cancel(subscription_id, self.now)

    def _both(self) -> tuple[UUID, UUID]:
        return self.fay, self.twin

    def _wish(self, subscription_id: UUID, choice: Choice, when: str = "now") -> str:
        """Why it was refused, if it was."""
        try:
            self.books.change(subscription_id, choice[0], self.now, interval=choice[1], when=when)
        except Rejected as refusal:
            return refusal.code
        return ""

    def _declined(self, choice: Choice) -> PendingChange | None:
        """Fay wishes and her card declines; the change that waits, None when nothing was to pay or it was refused."""
        before = state_of(self.books, self.fay)
        self._wish(self.fay, choice)
        waiting = self._waiting(self.fay)
        if waiting is not None:
            assert self.books.answer(self.now, decline="insufficient_funds") == 1
            assert state_of(self.books, self.fay) == before, "nothing moves for what is not paid"
        return waiting

    def _waiting(self, subscription_id: UUID) -> PendingChange | None:
        with self.books.database.transaction() as session:
            return find_pending_change(session, subscription_id)

    def _dues(self) -> list[Any]:
        waiting = self._waiting(self.fay)
        ends = [self.books.subscription(each).period_end for each in self._both()]
        return ends if waiting is None else [waiting.expires_at, *ends]

    def _standing(self, account_id: UUID, subscription_id: UUID) -> dict[str, Any]:
        state = {name: value for name, value in state_of(self.books, subscription_id).items() if name not in OWN}
        with self.books.database.transaction() as session:
            credits = view_balance(session, account_id, self.now)
        money = {"paid": self.books.paid_minor(account_id), "kept": self.books.kept_minor(account_id)}
        return {**state, **money, "credits": credits.balance, "next_expiry_at": credits.next_expiry_at}


def test_who_does_not_pay_stands_as_who_never_asked_and_who_pays_late_as_who_paid_at_once(books: Books) -> None:
    """At the end of the story the invariants are asked, too, by the fixture."""

    @settings(in_the_books, max_examples=25)
    @given(people, events)
    @example(("US", ("starter", "month"), "HALF"), [("abandon", ("starter", "year"), 40 * DAY), ("wait", 40 * DAY)])
    @example(("US", ("growth", "month"), None), [("plan", ("odd", "month")), ("abandon", ("growth", "year"), 35 * DAY)])
    @example(("PL", ("starter", "month"), "THIRD"), [("pay_late", ("growth", "year"), 9 * HOUR), ("wait", 9 * DAY)])
    @example(("US", ("odd", "month"), None), [("wait", 27 * DAY), ("abandon", ("growth", "month"), 5 * DAY)])
    def check(person: tuple[str, Choice, str | None], story: list[tuple[Any, ...]]) -> None:
        twins = Twins(books, *person)
        for verb, *arguments in story:
            getattr(twins, verb)(*arguments)
            twins.assert_alike()
        twins.end()

    check()
