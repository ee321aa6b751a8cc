"""Search of transactions (https://developer.paypal.com/docs/api/transaction-search/v1/): payments, hours late."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from billing.errors import Unavailable
from gateways.paypal.answers import reader
from gateways.paypal.errors import TOO_MANY, Refused
from gateways.paypal.orders import Orders
from gateways.paypal.shapes import Json, inside, instant, items_of, marks_of, text, written
from schemas.facts.payments import PaymentFact, PaymentMarks

TRANSACTIONS = "/v1/reporting/transactions"
# the most that PayPal looks through at once, and tells at once
WINDOW_MAX = timedelta(days=31)
WINDOW_MIN = timedelta(minutes=1)
PAGE_SIZE = 500
PAGES_MAX = 1_000  # half a million transactions in a month
WINDOWS_MAX = 5_000  # the three years that PayPal keeps, in windows of five hours
# By default PayPal leaves out what has not moved money (yet), as a payment that is pending.
EVERYTHING = {"balance_affecting_records_only": "N"}
DENIED = "D"  # no money came by it; how any other stands its capture tells
# https://developer.paypal.com/docs/transaction-search/transaction-event-codes/
PAYMENTS = "T00"
REVERSALS = ("T1107", "T1106")  # given back by the shop, and taken back by a bank or by PayPal


class Found(NamedTuple):
    """A payment that bears our mark: its capture, the attempt, whose money it is for what, and if it was denied."""

    capture_ref: str
    attempt_id: str
    marks: PaymentMarks
    is_denied: bool


class Page(NamedTuple):
    """A page of a search; what came after `told_until` is not told yet."""

    told: list[Json]
    told_until: datetime
    pages: int


class Transactions(Orders):
    """Looks through what moved money or is about to. What was paid is told at the latest three hours after."""

    def _search(self, begin: datetime, end: datetime | None = None, code: str = "") -> Iterator[Page]:
        """All pages of that time, of one window after the other; without an end as far as PayPal tells.

        Of one kind, if its code is given. A window of which PayPal has too many is halved: pages of it that were told
        may come once more. Raises Unavailable beyond five thousand windows.
        """
        window = WINDOW_MAX
        for _ in range(WINDOWS_MAX):
            if end is not None and begin >= end:
                return
            until = begin + window if end is None else min(begin + window, end)
            told_until = begin
            try:
                for page in self._pages(begin, until, code):
                    told_until = page.told_until
                    yield page
            except Refused as refusal:
                window = _half(until - begin, refusal)
                continue
            if told_until < until:
                return
            begin = until
        raise Unavailable(f"a search of more than {WINDOWS_MAX} windows of transactions")

    def _listed_payment(self, found: Found) -> PaymentFact | None:
        """What a search has told of, as it is now; None for one that was denied and is known by no capture.

        Raises Unavailable for any other that PayPal lists and does not know: nobody can say that it was not made.
        """
        payment = self.fetch_payment(payment_ref=found.capture_ref)
        if payment is None and not found.is_denied:
            raise Unavailable(f"PayPal lists {found.capture_ref} and does not know it")
        return payment

    def _pages(self, begin: datetime, end: datetime, code: str) -> Iterator[Page]:
        query = {"start_date": written(begin), "end_date": written(end), "page_size": str(PAGE_SIZE), **EVERYTHING}
        kind = {"transaction_type": code} if code else {}
        for number in range(1, PAGES_MAX + 1):
            page = page_of(self._list(TRANSACTIONS, {**query, **kind, "page": str(number)}))
            yield page
            if number >= page.pages:
                return
        raise Unavailable(f"more than {PAGES_MAX} pages of transactions in a month")


def _half(window: timedelta, refusal: Refused) -> timedelta:
    """Raises the refusal where it is for something else, or another half would tell no more."""
    if refusal.code != TOO_MANY.lower() or window <= WINDOW_MIN:
        raise refusal
    return window / 2


@reader
def page_of(listed: Json) -> Page:
    """The transactions of a page."""
    told = [inside(each, "transaction_info") for each in items_of(listed, "transaction_details")]
    return Page(told, instant(listed["last_refreshed_datetime"]), int(listed.get("total_pages", 1)))


@reader
def payments_in(page: Page) -> list[Found]:
    """Those of attempts of ours."""
    payments = [each for each in page.told if text(each, "transaction_event_code").startswith(PAYMENTS)]
    marked = [
        Found(each["transaction_id"], *marks_of(each.get("custom_field")), text(each, "transaction_status") == DENIED)
        for each in payments
    ]
    return [each for each in marked if each.attempt_id]


@reader
def reversals_in(page: Page, payment_ref: str) -> list[str]:
    """Refunds of a payment, and what a bank took back of it."""
    left = [each for each in page.told if text(each, "transaction_event_code") in REVERSALS]
    return [each["transaction_id"] for each in left if text(each, "paypal_reference_id") == payment_ref]
