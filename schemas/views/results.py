"""What a command brought, where that is no thing that can be shown by itself: the `result` of its operation."""

from uuid import UUID

from schemas.views.base import View


class OfAccountView(View):
    """Whose account it was done for."""

    account_id: UUID


class ConsumedCreditsView(OfAccountView):
    """How many credits were used, and how many are left."""

    consumed: int
    balance: int


class SetBalanceWatchView(OfAccountView):
    """The warning as it is set; `warn_below` is null where it has ended."""

    warn_below: int | None


class SetCreditDebtMaxView(OfAccountView):
    """How many credits the account may owe from now on."""

    credit_debt_max: int


class SetAutoTopUpView(OfAccountView):
    """The automatic purchase as it is set."""

    package: str
    top_up_below: int
    monthly_max: int


class OpenedPageView(View):
    """A page to send the customer to. `checkout_ref` is the gateway's id of it."""

    checkout_url: str
    checkout_ref: str


class SubscriptionPageView(OpenedPageView):
    """A page on which the customer starts a subscription, which has its id already."""

    subscription_id: UUID


class PaymentPageView(OpenedPageView):
    """A page on which the customer pays an invoice. `total_minor` is what is asked for there.

    `payment_attempt_id` is null where the gateway wrote the invoice.
    """

    payment_attempt_id: UUID | None
    invoice_id: UUID
    total_minor: int
    currency: str


class CapturedPageView(PaymentPageView):
    """What became of the payment on a page. `status`: captured, pending, failed or expired.

    `checkout_url` is where the customer has to go (back) to; empty where they have nothing to do.
    """

    status: str
    failure_code: str


class PortalPageView(View):
    """The gateway's own page, good for a few minutes."""

    portal_url: str


class ChosenMethodView(OfAccountView):
    """The card or wallet that is charged from now on; a wallet has no digits."""

    card_id: UUID
    brand: str
    last4: str | None


class OrderedMethodsView(OfAccountView):
    """The order in which cards are tried."""

    card_ids: list[UUID]


class RemovedMethodView(OfAccountView):
    """The card that was taken away, and the one that is charged from now on; null where there is none."""

    card_id: UUID
    charged_next: UUID | None
