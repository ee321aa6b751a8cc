"""The customers: who they are, and what each does on a day. Pure; every draw is from the person's own stream."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from simulation.debts import Habit, Owed, paid_today
from simulation.disputes import Reply, Unanswered, replied_today
from simulation.plan import JOINING_SHARE, Plan

PLANS = ("starter", "growth", "scale")
CREDITS_PER_MONTH = {"starter": 500, "growth": 1_500, "scale": 4_000}
CURRENCY = "USD"
COUNTRIES = ("US", "US", "US", "GB", "DE", "FR", "NL", "CA", "AU", "JP")
SERVICE = "campaign-management"
TOP_UP = {"package": "starter", "top_up_below": 50, "monthly_max": 2}
WARN_BELOW = 100
CARD_NUMBER = "4242424242424242"
# whoever has one of the others disputes all that it pays: https://docs.stripe.com/testing#disputes
CARDS = {CARD_NUMBER: 93, "4000000000000259": 3, "4000000000002685": 2, "4000000000001976": 2}

# https://docs.stripe.com/declines/codes: those that may pass later, and those that never will
SOFT_CODES = ("insufficient_funds", "do_not_honor", "try_again_later", "processing_error")
HARD_CODES = ("lost_card", "stolen_card", "expired_card")
HARD_SHARE = 0.3

# Chances of a day, or of a person where there is no day in the name.
TRIAL, COUPON, ADD_ON, YEARLY = 0.25, 0.2, 0.12, 0.15
TOPS_UP, WATCHES = 0.15, 0.2
TRANSFERS = 0.15
# of those who live where it is offered
WALLETS, WALLET_COUNTRIES = 0.4, ("US",)
HABITS = {Habit.IN_TIME: 5, Habit.LATE: 2, Habit.IN_PARTS: 2, Habit.NEVER: 1}
CARD_FAILS_PER_DAY, SOFT_HEALS_PER_DAY, CARD_REPLACED_PER_DAY = 1 / 150, 1 / 6, 1 / 8
CONSUMES_PER_DAY = 0.05
UPGRADES_PER_DAY, DOWNGRADES_PER_DAY = 0.0016, 0.0009
CANCELS_PER_DAY, ENDS_NOW_SHARE, REACTIVATES_PER_DAY = 0.0010, 0.2, 0.02
PAUSES_PER_DAY, RESUMES_PER_DAY = 0.0005, 0.04
RETURNS_PER_DAY = 0.002
WANTS_MONEY_BACK_PER_DAY, IS_FORGIVEN_SHARE = 0.0012, 0.5
TRIAL_DAYS, PAUSE_DAYS = 14, (10, 45)
USED_SHARE_MAX = 0.3


@dataclass(frozen=True, slots=True)
class Order:
    """A command that a person gives; the account is added where the command wants it."""

    kind: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person's newest subscription stands when a day begins, and what was paid last, empty for nothing.

    `is_paid_by_hand` says that no gateway can give that back: it is paid out first.
    """

    subscription_id: str
    status: str
    plan: str
    interval: str
    is_ending: bool
    payment_id: str = ""
    is_paid_by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """What a person does on a day: at most one command, so that no two of one account cross each other.

    `is_new_card` asks for another card before the command is given; it is then the command.
    """

    order: Order | None = None
    is_new_card: bool = False


@dataclass(slots=True)
class Person:
    """One customer with one account. `decline_code` is what the present card says when it is charged, if not yes.

    Some have a wallet in its place, which declines and is replaced alike.

    `habit` is of who pays subscriptions by bank transfer; a card is there for top-ups. Some have only one card, and go
    to its bank each time it is charged.
    """

    index: int
    name: str
    country: str
    plan: str
    interval: str
    trial_days: int
    coupon: str | None
    has_add_on: bool
    tops_up: bool
    watches: bool
    joins_at: datetime
    habit: Habit | None
    card_number: str = CARD_NUMBER
    has_wallet: bool = False
    decline_code: str | None = None

    def opening(self, clock_id: str) -> Order:
        """The command that opens the account."""
        body = {
            "name": self.name,
            "owner": f"user-{self.index}",
            "billing_email": f"billing-{self.index}@customers.example",
            "billing_address": {"line1": f"{self.index + 1} Sample Street", "city": "Sample", "country": self.country},
            "slug": f"customer-{self.index}",
            "test_clock_id": clock_id,
        }  # fmt: skip
        return Order("open_account", body)

    def live(self, dice: Random, at: datetime, standing: Standing | None) -> Day:
        """What happens on the day that begins at `at`. Changes the card's state; nothing else is remembered here."""
        is_replaced = self._card_fate(dice)
        if at < self.joins_at:
            return Day()
        if is_replaced:
            return Day(is_new_card=True)
        if standing is None:
            return Day(self._subscribe(is_first=True))
        return Day(self._setting(at) or self._choice(dice, at, standing))

    def transfer(self, plan: Plan, at: datetime, owed: Owed) -> int:
        """How much of an invoice this person transfers on the day that begins at `at`, in minor units."""
        dice = plan.dice(self.index, "owes", f"{owed.issued_at:%Y-%m-%d}")
        return paid_today(self.habit, dice, at, owed) if self.habit else 0

    def reply(self, plan: Plan, at: datetime, unanswered: Unanswered) -> Reply | None:
        """What is replied to this person's bank on the day that begins at `at`, if anything."""
        dice = plan.dice(self.index, "disputes", f"{unanswered.due_at:%Y-%m-%d}")
        return replied_today(dice, at, unanswered)

    def _card_fate(self, dice: Random) -> bool:
        """The card begins to fail or recovers; true when the customer replaces it."""
        fails, is_hard = dice.random() < CARD_FAILS_PER_DAY, dice.random() < HARD_SHARE
        code, heals = dice.choice(HARD_CODES if is_hard else SOFT_CODES), dice.random()
        if self.decline_code is None:
            self.decline_code = code if fails else None
        elif self.decline_code in HARD_CODES:
            return heals < CARD_REPLACED_PER_DAY
        elif heals < SOFT_HEALS_PER_DAY:
            self.decline_code = None
        return False

    def _setting(self, at: datetime) -> Order | None:
        """On the days after joining the account is set up further."""
        if self.tops_up and at == self.joins_at + timedelta(days=1):
            return Order("set_auto_top_up", TOP_UP)
        if self.watches and at == self.joins_at + timedelta(days=2):
            return Order("set_balance_watch", {"warn_below": WARN_BELOW})
        return None

    def _choice(self, dice: Random, at: datetime, standing: Standing) -> Order | None:
        of_this = {"subscription_id": standing.subscription_id}
        drawn, more = dice.random(), dice.random()
        if standing.status in ("canceled", "expired"):
            return self._subscribe(is_first=False) if drawn < RETURNS_PER_DAY else None
        if standing.status == "paused":
            return Order("resume_subscription", of_this) if drawn < RESUMES_PER_DAY else None
        if standing.is_ending and drawn < REACTIVATES_PER_DAY:
            return Order("reactivate_subscription", of_this)
        if standing.status not in ("active", "trialing"):
            return None
        return self._wish(drawn, more, at, standing)

    def _wish(self, drawn: float, more: float, at: datetime, standing: Standing) -> Order | None:
        """What one draw stands for; each wish has a stretch of its own between 0 and 1."""
        of_this: dict[str, Any] = {"subscription_id": standing.subscription_id}
        wishes = (
            (UPGRADES_PER_DAY, _change(standing, more, +1)),
            (DOWNGRADES_PER_DAY, _change(standing, more, -1)),
            (CANCELS_PER_DAY, Order("cancel_subscription", of_this | {"when": _when(more)})),
            (PAUSES_PER_DAY, Order("pause_subscription", of_this | {"resumes_at": _until(at, more)})),
            (CONSUMES_PER_DAY, Order("consume_credits", {"amount": _amount(standing, more)})),
            (WANTS_MONEY_BACK_PER_DAY, _refund(standing, more, at)),
        )
        edge = 0.0
        for chance, order in wishes:
            edge += chance
            if drawn < edge:
                return order
        return None

    def _subscribe(self, *, is_first: bool) -> Order:
        body: dict[str, Any] = {
            "plan": {"plan": self.plan, "interval": self.interval, "currency": CURRENCY},
            "pay_by": "transfer" if self.habit else "card",
        }
        if is_first:
            body |= {"trial_days": self.trial_days, "coupon": self.coupon}
            body["services"] = [{"service": SERVICE, "quantity": 1}] if self.has_add_on else []
        return Order("create_subscription", body)


def populate(plan: Plan, coupons: tuple[str, ...]) -> list[Person]:
    """Everybody who will ever come, the same for the same plan."""
    return [_draw(plan, index, plan.dice(index), coupons) for index in range(plan.accounts)]


def _draw(plan: Plan, index: int, dice: Random, coupons: tuple[str, ...]) -> Person:
    person = Person(
        index=index,
        name=f"Customer {index:04}",
        country=dice.choice(COUNTRIES),
        plan=dice.choices(PLANS, weights=(5, 3, 2))[0],
        interval="year" if dice.random() < YEARLY else "month",
        trial_days=TRIAL_DAYS if dice.random() < TRIAL else 0,
        coupon=dice.choice(coupons) if dice.random() < COUPON else None,
        has_add_on=dice.random() < ADD_ON,
        tops_up=dice.random() < TOPS_UP,
        watches=dice.random() < WATCHES,
        joins_at=_joining_day(plan, dice),
        habit=dice.choices(list(HABITS), list(HABITS.values()))[0] if dice.random() < TRANSFERS else None,
        card_number=dice.choices(list(CARDS), list(CARDS.values()))[0],
    )
    person.has_wallet = dice.random() < WALLETS and person.country in WALLET_COUNTRIES
    return person


def _joining_day(plan: Plan, dice: Random) -> datetime:
    """Four in ten come in the first month, the others bit by bit."""
    instants = list(plan.instants())
    first_month = dice.random() < 0.4
    last = 28 if first_month else max(28, int(plan.days * JOINING_SHARE))
    return instants[min(dice.randrange(last), plan.days - 1)]


def _change(standing: Standing, more: float, step: int) -> Order | None:
    """To the next plan up or down; the dearest is left for a yearly price, the cheapest not at all."""
    place = PLANS.index(standing.plan) + step
    interval = standing.interval
    if not 0 <= place < len(PLANS) or (step > 0 and more < HARD_SHARE):
        if step < 0 or interval == "year":
            return None
        place, interval = PLANS.index(standing.plan), "year"
    choice = {"plan": PLANS[place], "interval": interval, "currency": CURRENCY}
    return Order("change_plan", {"subscription_id": standing.subscription_id, "plan": choice})


def _refund(standing: Standing, more: float, at: datetime) -> Order | None:
    """Support gives back what was paid last: all of it, or what of it is unused."""
    used_credits = "forgive" if more < IS_FORGIVEN_SHARE else "reduce"
    body = {"payment_id": standing.payment_id, "used_credits": used_credits}
    if standing.is_paid_by_hand:
        body["paid_out_on"] = at.date().isoformat()
    return Order("refund_payment", body) if standing.payment_id else None


def _when(more: float) -> str:
    return "now" if more < ENDS_NOW_SHARE else "period_end"


def _until(at: datetime, more: float) -> str | None:
    """Half of those who pause say until when."""
    fewest, most = PAUSE_DAYS
    days = fewest + int(2 * more * (most - fewest))
    return (at + timedelta(days=days)).isoformat() if days <= most else None


def _amount(standing: Standing, more: float) -> int:
    return 1 + int(more * USED_SHARE_MAX * CREDITS_PER_MONTH[standing.plan])
