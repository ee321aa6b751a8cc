"""Accounts, as the company's own people see them."""

from datetime import datetime

from schemas.views.accounts import AccountView, ListedAccountView
from schemas.views.base import View
from schemas.views.credits import BalanceView
from schemas.views.invoices import InvoiceView
from schemas.views.payments import PaymentView
from schemas.views.subscriptions import SubscriptionView


class FoundAccountView(ListedAccountView):
    """An account that was found, and the plans of its subscriptions that have not ended."""

    plans: list[str]


class GatewayCustomerView(View):
    """What a gateway calls an account. One that was deleted there stays, for news of what it had."""

    gateway: str
    customer_ref: str
    deleted_at: datetime | None


class AccountFileView(AccountView):
    """An account with what belongs to it: up to twenty of each, the newest first; of the open invoices the first due.

    `owed_minor` is what all open invoices ask for, in minor units by currency. `suspended_because` is empty while the
    account is not suspended. `credits` are as of the account's own time.
    """

    suspended_because: str
    subscriptions: list[SubscriptionView]
    credits: BalanceView
    owed_minor: dict[str, int]
    open_invoices: list[InvoiceView]
    last_payments: list[PaymentView]
    gateway_customers: list[GatewayCustomerView]
