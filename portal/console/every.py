"""Every page of the console."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from starlette.routing import Route

from portal.console import (
    approvals,
    audit,
    coupons,
    disputes,
    invoices,
    payments,
    plans,
    providers,
    staff,
    statements,
    taxes_and_costs,
    ways_to_pay,
    work,
)
from portal.console.account_deeds import OF_ACCOUNTS
from portal.console.accounts import ACCOUNTS, AccountPage
from portal.console.asking import Asking, Deed
from portal.console.dashboard import DashboardPage
from portal.console.hands import Hands
from portal.console.lists import Listed, ListPage
from portal.console.looking import LookPage
from portal.console.new_invoice import NewInvoicePage
from portal.console.payment_deeds import OF_PAYMENTS
from portal.console.running import RunningPage
from portal.console.search import SearchPage
from portal.console.sessions import SessionsPage
from portal.console.several import SeveralPage
from portal.console.thing import File, FilePage, Thing, ThingPage


class Page(Protocol):
    """Some addresses, and what is shown there."""

    def routes(self) -> list[Route]:
        """Its addresses."""


LISTS: tuple[Listed[Any], ...] = (
    ACCOUNTS, *invoices.LISTS, *payments.LISTS, *statements.LISTS, *disputes.LISTS, *approvals.LISTS, *plans.LISTS,
    *coupons.LISTS, *taxes_and_costs.LISTS, *ways_to_pay.LISTS, *providers.LISTS, *staff.LISTS, *work.LISTS,
    *audit.LISTS,
)  # fmt: skip
THINGS: tuple[Thing, ...] = (
    *invoices.THINGS, *payments.THINGS, *statements.THINGS, *disputes.THINGS, *approvals.THINGS, *plans.THINGS,
    *coupons.THINGS, *ways_to_pay.THINGS, *work.THINGS, *audit.THINGS,
)  # fmt: skip
FILES: tuple[File, ...] = (*invoices.FILES, *payments.FILES, *disputes.FILES)
DEEDS: tuple[Deed, ...] = (
    *OF_ACCOUNTS, *invoices.DEEDS, *OF_PAYMENTS, *approvals.DEEDS, *plans.DEEDS, *coupons.DEEDS,
    *taxes_and_costs.DEEDS, *ways_to_pay.DEEDS, *providers.DEEDS, *staff.DEEDS, *work.DEEDS,
)  # fmt: skip
SEVERAL = invoices.SEVERAL
ALONE: tuple[Callable[[Hands], Page], ...] = (
    SessionsPage, SearchPage, AccountPage, DashboardPage, NewInvoicePage, LookPage, RunningPage,
)  # fmt: skip


def every(hands: Hands) -> Iterator[Page]:
    """All of them."""
    yield from (page(hands) for page in ALONE)
    yield from (ListPage(hands, listed) for listed in LISTS)
    yield from (ThingPage(hands, thing) for thing in THINGS)
    yield from (FilePage(hands, file) for file in FILES)
    yield from (Asking(hands, deed) for deed in DEEDS)
    yield from (SeveralPage(hands, several) for several in SEVERAL)
