"""The API on one screen: which path is answered by whom."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from billing.clocks.queries import show_clock
from billing.invoices.queries import show_invoice
from billing.subscriptions.queries import show_subscription
from ingress.commands import Commands
from ingress.health import Health
from ingress.metrics import Metrics
from ingress.operations import Operations
from ingress.pay_page import PayPage
from ingress.previews import Previews
from ingress.queries.accounts import show_account
from ingress.queries.answers import Queries
from ingress.queries.cards import cards
from ingress.queries.catalog import packages, plans, services
from ingress.queries.clocks import clocks
from ingress.queries.credits import auto_top_up, balance, balance_watch, transactions
from ingress.queries.filters import (
    InvoiceFilter,
    OfAccount,
    PageFilter,
    PageOfAccount,
    ReceiptFilter,
    SubscriptionFilter,
)
from ingress.queries.invoices import invoice_pdf, invoices
from ingress.queries.receipts import receipts
from ingress.queries.subscriptions import subscriptions
from schemas.commands import (
    AdvanceTestClock,
    CancelSubscription,
    ChangePaymentMethod,
    ChangePlan,
    ConsumeCredits,
    CreateSubscription,
    CreateTestClock,
    EndAutoTopUp,
    OpenAccount,
    OpenPortal,
    PauseSubscription,
    PayInvoice,
    ReactivateSubscription,
    ResumeSubscription,
    SetAutoTopUp,
    SetBalanceWatch,
    StartCardSetup,
    StartCreditCheckout,
    StartSubscriptionCheckout,
    SyncWithGateway,
)

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Parts:
    """Who answers."""

    webhooks: Mapping[str, ASGIApp]
    command: Commands
    query: Queries
    previews: Previews
    pay_page: PayPage
    operations: Operations
    health: Health
    metrics: Metrics


def routes(parts: Parts) -> list[Route]:
    """Every route there is. They are tried in this order, so those under most load come first."""
    command, query = parts.command, parts.query
    return [
        *(_post(f"/v1/billing/webhooks/{name}/", door) for name, door in parts.webhooks.items()),
        _post("/v1/billing/credits/consume/", command.taking(ConsumeCredits)),
        _get("/v1/billing/credits/balance/", query.filtered("credits:read", OfAccount, balance)),
        _get("/v1/operations/{id:uuid}/", parts.operations.show),
        # accounts and what is on offer
        _post("/v1/accounts/", command.taking(OpenAccount)),
        _get("/v1/accounts/{id:uuid}/", query.one("accounts:read", show_account)),
        _get("/v1/billing/plans/", query.every("billing:read", plans)),
        _get("/v1/billing/services/", query.every("billing:read", services)),
        _get("/v1/billing/credits/packages/", query.every("credits:read", packages)),
        # subscriptions
        _both(
            "/v1/billing/subscriptions/",
            query.filtered("billing:read", SubscriptionFilter, subscriptions),
            command.taking(CreateSubscription),
        ),
        _post("/v1/billing/subscriptions/preview/", parts.previews.show),
        _get("/v1/billing/subscriptions/{id:uuid}/", query.one("billing:read", show_subscription)),
        _post("/v1/billing/subscriptions/{id:uuid}/change-plan/", command.about("subscription_id", ChangePlan)),
        _post("/v1/billing/subscriptions/{id:uuid}/cancel/", command.about("subscription_id", CancelSubscription)),
        _post(
            "/v1/billing/subscriptions/{id:uuid}/reactivate/", command.about("subscription_id", ReactivateSubscription)
        ),
        _post("/v1/billing/subscriptions/{id:uuid}/pause/", command.about("subscription_id", PauseSubscription)),
        _post("/v1/billing/subscriptions/{id:uuid}/resume/", command.about("subscription_id", ResumeSubscription)),
        _post(
            "/v1/billing/subscriptions/{id:uuid}/sync-with-gateway/", command.about("subscription_id", SyncWithGateway)
        ),
        # as it was called when there was one gateway
        _post(
            "/v1/billing/subscriptions/{id:uuid}/sync-from-stripe/", command.about("subscription_id", SyncWithGateway)
        ),
        # pages of the gateway, and the cards saved there
        _post("/v1/billing/stripe/subscription-checkout/", command.taking(StartSubscriptionCheckout)),
        _post("/v1/billing/stripe/credit-checkout/", command.taking(StartCreditCheckout)),
        _post("/v1/billing/stripe/card-setup/", command.taking(StartCardSetup)),
        _post("/v1/billing/stripe/portal/", command.taking(OpenPortal)),
        _both(
            "/v1/billing/payment-methods/",
            query.filtered("billing:read", OfAccount, cards),
            command.taking(ChangePaymentMethod),
        ),
        # invoices
        _get("/v1/billing/invoices/", query.filtered("billing:read", InvoiceFilter, invoices)),
        _get("/v1/billing/invoices/{id:uuid}/", query.one("billing:read", show_invoice)),
        _post("/v1/billing/invoices/{id:uuid}/pay/", command.about("invoice_id", PayInvoice)),
        _get("/v1/billing/invoices/{id:uuid}/pdf/", query.file("billing:read", invoice_pdf)),
        _get("/v1/billing/receipts/", query.filtered("billing:read", ReceiptFilter, receipts)),
        # credits
        _get("/v1/billing/credits/transactions/", query.filtered("credits:read", PageOfAccount, transactions)),
        _both(
            "/v1/billing/credits/balance-watch/",
            query.filtered("credits:read", OfAccount, balance_watch),
            command.taking(SetBalanceWatch),
        ),
        _both(
            "/v1/billing/credits/auto-top-up/",
            query.filtered("credits:read", OfAccount, auto_top_up),
            command.taking(SetAutoTopUp),
        ),
        _post("/v1/billing/credits/auto-top-up/end/", command.taking(EndAutoTopUp)),
        # customers, without a login
        _both("/pay/{token}/", parts.pay_page.show, parts.pay_page.pay),
        # operators
        _get("/healthz/", parts.health.alive),
        _get("/readyz/", parts.health.ready),
        _get("/metrics/", parts.metrics.show),
        # refused by the workers where real money moves
        *_test_clocks(command, query),
    ]


def _test_clocks(command: Commands, query: Queries) -> list[Route]:
    return [
        _both(
            "/v1/test-clocks/",
            query.filtered("accounts:read", PageFilter, clocks),
            command.taking(CreateTestClock),
        ),
        _get("/v1/test-clocks/{id:uuid}/", query.one("accounts:read", show_clock)),
        _post("/v1/test-clocks/{id:uuid}/advance/", command.about("test_clock_id", AdvanceTestClock)),
    ]


def _post(path: str, endpoint: Endpoint | ASGIApp) -> Route:
    return Route(path, endpoint, methods=["POST"])


def _get(path: str, endpoint: Endpoint) -> Route:
    return Route(path, endpoint, methods=["GET"])


def _both(path: str, get: Endpoint, post: Endpoint) -> Route:
    """One route, so that a third method is told of both."""

    async def answer(request: Request) -> Response:
        return await (post if request.method == "POST" else get)(request)

    return Route(path, answer, methods=["GET", "POST"])
