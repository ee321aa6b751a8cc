"""A customer who changes plans all the time, and a meter that adds up by hand what that should have cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil, floor

from sqlalchemy import text

from billing.catalog.publish_plan import PlanContent, publish_plan
from billing.catalog.tables import Coupon, Interval
from billing.credits.queries import view_balance
from billing.errors import Rejected
from billing.invoices.tables import InvoiceReason
from billing.subscriptions.tables import SubscriptionStatus
from billing.tax.tables import TaxRate
from billing.usage.consume import consume_credits
from database.ids import uuid7
from tests.billing.subscribers import Books, utc

# millionths, from which day on; in Poland they change while our customers are subscribed
RATES_PPM = {
    "US": {date(2000, 1, 1): 0},
    "CH": {date(2000, 1, 1): 81_000},
    "DE": {date(2000, 1, 1): 190_000},
    "PL": {date(2000, 1, 1): 80_000, date(2026, 2, 15): 270_000, date(2026, 4, 1): 0, date(2026, 8, 1): 230_000},
}
MONTHS = {"month": 1, "year": 12}
# US cents and credits per period
PLANS = {
    ("starter", "month"): (9_900, 500), ("starter", "year"): (99_000, 6_000),
    ("growth", "month"): (19_900, 1_500), ("growth", "year"): (199_000, 18_000),
    ("odd", "month"): (3_333, 7), ("odd", "year"): (33_331, 84),
    ("free", "month"): (0, 11), ("free", "year"): (0, 132),
}  # fmt: skip
# share off in millionths, US cents off, for how many periods (0: for ever)
COUPONS = {"HALF": (500_000, 0, 3), "THIRD": (333_333, 0, 0), "TENNER": (0, 1_000, 1), "HUGE": (0, 12_345, 0)}
BEGIN = utc("2026-01-31 10:00")
Choice = tuple[str, str]


def stock(books: Books) -> None:
    """Tax rates, coupons, and two plans beside the seeded ones: one of odd prices, and one that costs nothing."""
    with books.database.transaction() as session:
        for country, rates in RATES_PPM.items():
            for day, rate_ppm in rates.items():
                session.add(TaxRate(id=uuid7(), country=country, name="VAT", rate_ppm=rate_ppm, valid_from=day))
        for code, (ppm, minor, periods) in COUPONS.items():
            currency = "USD" if minor else ""
            session.add(
                Coupon(
                    id=uuid7(), code=code, name=code, percent_ppm=ppm, amount_minor=minor, currency=currency,
                    periods=periods, redemptions=0, active=True,
                )
            )  # fmt: skip
        for slug in ("odd", "free"):
            prices = {("USD", interval): PLANS[slug, interval.value][0] for interval in (Interval.MONTH, Interval.YEAR)}
            publish_plan(session, slug, slug.title(), PlanContent(PLANS[slug, "month"][1], prices))


def rate_at(country: str, at: datetime) -> int:
    """The tax rate of a day."""
    return max((day, rate) for day, rate in RATES_PPM[country].items() if day <= at.date())[1]


def half_up(amount: Fraction) -> int:
    """To a whole number; for what is not negative."""
    return floor(amount + Fraction(1, 2))


@dataclass
class Meter:
    """What the present period costs and contains, and how much of it and of those before was used.

    A stretch is the time between two changes. It uses what the value of the period falls by in that time. A value is
    taxed at the rate of the day on which it was charged, and given back at that rate.
    """

    country: str
    rate_ppm: int = 0
    price: int = 0
    credits: int = 0
    start: datetime = BEGIN
    end: datetime = BEGIN
    value: int = 0
    taxed_value: int = 0
    credits_due: int = 0
    used: int = 0
    used_taxed: int = 0
    used_credits: int = 0

    def begin(self, price: int, credits: int, start: datetime, end: datetime, at: datetime) -> None:
        """From an instant on it is this period; what was before is used up to there, and its rest given back."""
        self.read(at)
        self.price, self.credits, self.start, self.end = price, credits, start, end
        self.rate_ppm = rate_at(self.country, at)
        self.value = self.share(price, at)
        self.taxed_value = self._taxed(self.value)
        self.credits_due = self.share(credits, at)

    def read(self, at: datetime) -> None:
        """Count the stretch that ends now. Nobody gets anything by letting time go by."""
        value, credits_due = self.share(self.price, at), self.share(self.credits, at)
        assert self.value >= value >= 0
        assert self.credits_due >= credits_due >= 0
        self.used += self.value - value
        self.used_taxed += self.taxed_value - self._taxed(value)
        self.used_credits += self.credits_due - credits_due
        self.value, self.taxed_value, self.credits_due = value, self._taxed(value), credits_due

    def share(self, whole: int, at: datetime) -> int:
        """How much of something for the whole period is for the time that is left."""
        if at >= self.end:
            return 0
        left = (self.end - at) // timedelta(seconds=1)
        return half_up(Fraction(whole * left, (self.end - self.start) // timedelta(seconds=1)))

    def _taxed(self, net: int) -> int:
        return net + half_up(Fraction(net * self.rate_ppm, 1_000_000))


class Fickle:
    """One customer in the books; every payment is answered at once. The meter beside knows of no services."""

    def __init__(
        self,
        books: Books,
        country: str,
        choice: Choice,
        coupon: str | None,
        trial_days: int,
        services: Sequence[str] = (),
    ) -> None:
        self.books, self.now, self.choice, self.coupon = books, BEGIN + timedelta(microseconds=250_000), choice, coupon
        self.account_id = books.open("Fay", country)
        books.give_card(self.account_id, self.now)
        self.meter = Meter(country)
        self.planned: Choice | None = None
        self.discounts_left = COUPONS[coupon][2] if coupon else None
        self.redeemed_per = choice[1]
        self.is_discounted = False
        self.may_lack_credits = False
        self.id = books.subscribe(
            self.account_id, self.now, choice[0], interval=choice[1], coupon=coupon, trial_days=trial_days,
            services=[{"service": slug, "quantity": 2} for slug in services],
        )  # fmt: skip
        books.answer(self.now)
        if not trial_days:
            self._begin_whole_period()

    @property
    def is_on_trial(self) -> bool:
        return self.books.subscription(self.id).status is SubscriptionStatus.TRIALING

    def wait(self, seconds: int) -> None:
        """Time goes by; what falls due is billed and paid on its second."""
        until = self.now + timedelta(seconds=seconds)
        while (due_at := self.books.subscription(self.id).period_end) <= until:
            self.now = due_at
            before, self.choice, self.planned = self.choice, self.planned or self.choice, None
            self._convert_discount(before[1])
            self.books.come_due(due_at)
            self.books.answer(due_at)
            self._begin_whole_period()
        self.now = max(self.now, until)

    def change(self, choice: Choice, when: str | None) -> None:
        """Change the plan. What is refused changes nothing, and is refused for a reason."""
        running, at = self.choice, self.now.replace(microsecond=0)
        try:
            self.books.change(self.id, choice[0], self.now, interval=choice[1], when=when)
        except Rejected as refusal:
            is_same = choice == running and self.planned is None
            assert is_same or self.may_lack_credits, "nothing was used, so nothing can be missing"
            if refusal.code != ("same_plan" if is_same else "credits_already_used"):
                raise
            return
        self.books.answer(self.now)
        is_longer, is_dearer = MONTHS[choice[1]] > MONTHS[running[1]], PLANS[choice][0] >= PLANS[running][0]
        is_upgrade = is_longer if choice[1] != running[1] else is_dearer
        if (when or ("now" if is_upgrade else "period_end")) == "period_end":
            self.planned = None if choice == running else choice
            return
        self.choice, self.planned = choice, None
        self._convert_discount(running[1])
        if choice == running or self.is_on_trial:
            return
        if choice[1] != running[1]:
            self._count_discount()
        present = self.books.subscription(self.id)
        price, credits = self._price(), PLANS[choice][1]
        self.meter.begin(price, credits, present.period_start, present.period_end, at)

    def use(self, percent: int) -> None:
        """Use a share of the credits."""
        with self.books.database.transaction() as session:
            amount = view_balance(session, self.account_id, self.now).balance * percent // 100
            if amount:
                self.may_lack_credits = True
                consume_credits(session, self.account_id, amount, str(uuid7()), "", self.now)

    def pause(self, seconds: int) -> None:
        """Pause, and resume a while later. The meter stands still."""
        self.meter.read(self.now.replace(microsecond=0))
        self.books.pause(self.id, self.now)
        self.now += timedelta(seconds=seconds)
        self.books.resume(self.id, self.now)
        self.meter.start += timedelta(seconds=seconds)
        self.meter.end += timedelta(seconds=seconds)

    def net_minor(self) -> int:
        """All lines of all invoices without tax, but for those that only keep the rest."""
        return self._sum("SELECT sum(net_minor) FROM invoice_lines JOIN invoices ON invoices.id = invoice_id "
                         "WHERE account_id = :account AND kind <> 'kept'")  # fmt: skip

    def paid_less_kept(self) -> int:
        """Money that was captured, less the money that is kept."""
        return self.books.paid_minor(self.account_id) - self.books.kept_minor(self.account_id)

    def changes_billed(self) -> int:
        """Invoices of changes of plan."""
        return sum(invoice.reason is InvoiceReason.CHANGE for invoice in self.books.invoices(self.account_id))

    def granted_less_revoked(self) -> int:
        """Credits of the subscription."""
        return self._sum("SELECT sum(amount) FROM credit_transactions "
                         "WHERE account_id = :account AND movement IN ('grant', 'revoke')")  # fmt: skip

    def _begin_whole_period(self) -> None:
        self._count_discount()
        present = self.books.subscription(self.id)
        price, credits = self._price(), PLANS[self.choice][1]
        self.meter.begin(price, credits, present.period_start, present.period_end, present.period_start)

    def _count_discount(self) -> None:
        """A period begins: the coupon counts for it or does not."""
        self.is_discounted = self._is_next_discounted()
        if self.discounts_left:
            self.discounts_left -= 1

    def _is_next_discounted(self) -> bool:
        is_for_ever = self.coupon is not None and COUPONS[self.coupon][2] == 0
        return is_for_ever or bool(self.discounts_left)

    def _convert_discount(self, before: str) -> None:
        """Of a coupon for several periods as many months are left, in whole periods; all of them until the first."""
        after, issued = self.choice[1], COUPONS[self.coupon][2] if self.coupon else 0
        if before == after or not self.discounts_left or issued == 1:
            return
        if self.is_on_trial and after == self.redeemed_per:
            self.discounts_left = issued
        else:
            self.discounts_left = ceil(Fraction(self.discounts_left * MONTHS[before], MONTHS[after]))

    def _price(self) -> int:
        return self._price_of(self.choice, self.is_discounted)

    def _price_of(self, choice: Choice, is_discounted: bool) -> int:
        price = PLANS[choice][0]
        if self.coupon is None or not is_discounted:
            return price
        ppm, minor, _ = COUPONS[self.coupon]
        return price - (half_up(Fraction(price * ppm, 1_000_000)) or min(minor, price))

    def _sum(self, question: str) -> int:
        with self.books.database.transaction() as session:
            return int(session.scalar(text(question), {"account": self.account_id}) or 0)
