"""Every page of an account."""

from collections.abc import Callable
from typing import Protocol

from starlette.routing import Route

from portal.account.billing import BillingPage
from portal.account.credits import CreditsPage
from portal.account.invoice import InvoicePage
from portal.account.invoice_files import InvoiceFiles
from portal.account.invoices import InvoicesPage
from portal.account.leaving import LeavingPage
from portal.account.members import MembersPage
from portal.account.methods import MethodsPage
from portal.account.plan_change import PlanChange
from portal.account.purchase import PurchasePage
from portal.account.sessions import SessionsPage
from portal.account.settings import SettingsPage
from portal.account.team import TeamPage
from portal.account.usage import UsagePage
from portal.hands import Hands


class Page(Protocol):
    """Some addresses, and what is shown there."""

    def routes(self) -> list[Route]:
        """Its addresses."""


OF_ACCOUNT: tuple[Callable[[Hands], Page], ...] = (
    SessionsPage,
    BillingPage,
    PlanChange,
    CreditsPage,
    PurchasePage,
    InvoicesPage,
    InvoicePage,
    InvoiceFiles,
    MethodsPage,
    UsagePage,
    TeamPage,
    MembersPage,
    SettingsPage,
    LeavingPage,
)
