"""The API, resource by resource: which path is answered by whom."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from billing.clocks.queries import show_clock
from billing.credit_notes.queries import show_credit_note
from billing.disputes.queries import show_dispute
from billing.invoices.queries import show_invoice
from billing.manual_payments.queries import show_claim, show_manual_payment
from billing.refunds.queries import show_refund
from billing.statements.queries import show_line
from billing.subscriptions.queries import show_subscription
from ingress.commands import Commands
from ingress.health import Health
from ingress.metrics import Metrics
from ingress.operations import Operations
from ingress.pay_page import PayPage
from ingress.previews import Previews
from ingress.queries.accounts import show_account
from ingress.queries.answers import Queries
from ingress.queries.catalog import packages, plans, services
from ingress.queries.clocks import clocks
from ingress.queries.credits import auto_top_up, balance, balance_watch, transactions
from ingress.queries.disputes import disputes, evidence_pdf
from ingress.queries.filters import (
    ClaimFilter,
    CreditNoteFilter,
    DisputeFilter,
    InvoiceFilter,
    OfAccount,
    PageFilter,
    PageOfAccount,
    PaymentMethodFilter,
    ReceiptFilter,
    RefundFilter,
    StatementLineFilter,
    SubscriptionFilter,
)
from ingress.queries.invoices import invoice_pdf, invoices
from ingress.queries.manual_payments import claims, proof_file
from ingress.queries.payment_methods import payment_methods
from ingress.queries.receipts import receipts
from ingress.queries.refunds import credit_note_pdf, credit_notes, refunds
from ingress.queries.statements import statement_lines
from ingress.queries.subscriptions import subscriptions
from schemas.commands.accounts import OpenAccount
from schemas.commands.clocks import AdvanceTestClock, CreateTestClock
from schemas.commands.credits import ConsumeCredits, EndAutoTopUp, SetAutoTopUp, SetBalanceWatch, SetCreditDebtMax
from schemas.commands.manual_payments import (
    ApprovePayment,
    AttachPaymentProof,
    RejectPayment,
    StartManualPayment,
    SubmitPaymentClaim,
    WithdrawPaymentClaim,
)
from schemas.commands.payments import (
    CaptureCheckout,
    ChangePaymentMethod,
    OpenPortal,
    OrderPaymentMethods,
    PayInvoice,
    RemovePaymentMethod,
    SetDefaultPaymentMethod,
    StartCardSetup,
    StartCreditCheckout,
)
from schemas.commands.refunds import CreditInvoice, RefundPayment
from schemas.commands.subscriptions import (
    CancelSubscription,
    ChangePlan,
    CreateSubscription,
    PauseSubscription,
    ReactivateSubscription,
    ResumeSubscription,
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
        *_under_load(parts),
        *_on_offer(query),
        *_accounts(command, query),
        *_subscriptions(command, query, parts.previews),
        *_cards_and_pages(command, query),
        *_invoices(command, query),
        *_manual_payments(command, query),
        *_money_back(command, query),
        *_credits(command, query),
        *_without_a_key(parts),
        *_test_clocks(command, query),
    ]


def _under_load(parts: Parts) -> list[Route]:
    return [
        *(_post(f"/v1/billing/webhooks/{name}/", door) for name, door in parts.webhooks.items()),
        _post("/v1/billing/credits/consume/", parts.command.taking(ConsumeCredits)),
        _get("/v1/billing/credits/balance/", parts.query.filtered("credits:read", OfAccount, balance)),
        _get("/v1/operations/{id:uuid}/", parts.operations.show),
    ]


def _on_offer(query: Queries) -> list[Route]:
    return [
        _get("/v1/billing/plans/", query.every("billing:read", plans)),
        _get("/v1/billing/services/", query.every("billing:read", services)),
        _get("/v1/billing/credits/packages/", query.every("credits:read", packages)),
    ]


def _accounts(command: Commands, query: Queries) -> list[Route]:
    return [
        _post("/v1/accounts/", command.taking(OpenAccount)),
        _get("/v1/accounts/{id:uuid}/", query.one("accounts:read", show_account)),
    ]


def _subscriptions(command: Commands, query: Queries, previews: Previews) -> list[Route]:
    root = "/v1/billing/subscriptions/"
    one = f"{root}{{id:uuid}}/"
    listed, created = (
        query.filtered("billing:read", SubscriptionFilter, subscriptions),
        command.taking(CreateSubscription),
    )
    return [
        _both(root, listed, created),
        _post(f"{root}preview/", previews.show),
        _get(one, query.one("billing:read", show_subscription)),
        _post(f"{one}change-plan/", command.about("subscription_id", ChangePlan)),
        _post(f"{one}cancel/", command.about("subscription_id", CancelSubscription)),
        _post(f"{one}reactivate/", command.about("subscription_id", ReactivateSubscription)),
        _post(f"{one}pause/", command.about("subscription_id", PauseSubscription)),
        _post(f"{one}resume/", command.about("subscription_id", ResumeSubscription)),
        _post(f"{one}sync-with-gateway/", command.about("subscription_id", SyncWithGateway)),
        # as it was called when there was one gateway
        _post(f"{one}sync-from-stripe/", command.about("subscription_id", SyncWithGateway)),
    ]


def _cards_and_pages(command: Commands, query: Queries) -> list[Route]:
    """Pages of the gateway, and the cards saved there."""
    listed = query.filtered("billing:read", PaymentMethodFilter, payment_methods)
    return [
        _post("/v1/billing/stripe/subscription-checkout/", command.taking(StartSubscriptionCheckout)),
        _post("/v1/billing/stripe/credit-checkout/", command.taking(StartCreditCheckout)),
        _post("/v1/billing/stripe/card-setup/", command.taking(StartCardSetup)),
        _post("/v1/billing/stripe/portal/", command.taking(OpenPortal)),
        _post(
            "/v1/billing/{gateway}/create-order/",
            command.at_gateway({"package": StartCreditCheckout, "invoice_id": PayInvoice}),
        ),
        _post("/v1/billing/{gateway}/capture-order/", command.at_gateway({"checkout_ref": CaptureCheckout})),
        _post("/v1/billing/{gateway}/method-setup/", command.at_gateway({"account_id": StartCardSetup})),
        _post("/v1/billing/{gateway}/create-subscription/", command.at_gateway({"plan": StartSubscriptionCheckout})),
        _both("/v1/billing/payment-methods/", listed, command.taking(ChangePaymentMethod)),
        _post("/v1/billing/payment-methods/order/", command.taking(OrderPaymentMethods)),
        _post("/v1/billing/payment-methods/{id:uuid}/default/", command.about("card_id", SetDefaultPaymentMethod)),
        _post("/v1/billing/payment-methods/{id:uuid}/remove/", command.about("card_id", RemovePaymentMethod)),
    ]


def _invoices(command: Commands, query: Queries) -> list[Route]:
    return [
        _get("/v1/billing/invoices/", query.filtered("billing:read", InvoiceFilter, invoices)),
        _get("/v1/billing/invoices/{id:uuid}/", query.one("billing:read", show_invoice)),
        _post("/v1/billing/invoices/{id:uuid}/pay/", command.about("invoice_id", PayInvoice)),
        _get("/v1/billing/invoices/{id:uuid}/pdf/", query.file("billing:read", invoice_pdf)),
        _get("/v1/billing/receipts/", query.filtered("billing:read", ReceiptFilter, receipts)),
    ]


def _manual_payments(command: Commands, query: Queries) -> list[Route]:
    """What customers say that they paid, and what people decide about it."""
    root = "/v1/billing/payment-claims/"
    listed, submitted = query.filtered("billing:read", ClaimFilter, claims), command.taking(SubmitPaymentClaim)
    handed_out = query.file("billing:read", proof_file)
    return [
        _post("/v1/billing/manual-payments/", command.taking(StartManualPayment)),
        _get("/v1/billing/manual-payments/{id:uuid}/", query.one("billing:read", show_manual_payment)),
        _both(root, listed, submitted),
        _get(f"{root}{{id:uuid}}/", query.one("billing:read", show_claim)),
        _both(f"{root}{{id:uuid}}/proof/", handed_out, command.about("claim_id", AttachPaymentProof)),
        _post(f"{root}{{id:uuid}}/withdraw/", command.about("claim_id", WithdrawPaymentClaim)),
        _post("/v1/admin/payments/{id:uuid}/approve/", command.about("claim_id", ApprovePayment)),
        _post("/v1/admin/payments/{id:uuid}/reject/", command.about("claim_id", RejectPayment)),
        _get("/v1/admin/statement-lines/", query.filtered("admin:read", StatementLineFilter, statement_lines)),
        _get("/v1/admin/statement-lines/{id:uuid}/", query.one("admin:read", show_line)),
    ]


def _money_back(command: Commands, query: Queries) -> list[Route]:
    """For the company's own people, but for the reads."""
    return [
        _post("/v1/admin/payments/{id:uuid}/refund/", command.about("payment_id", RefundPayment)),
        _post("/v1/admin/invoices/{id:uuid}/credit/", command.about("invoice_id", CreditInvoice)),
        _post("/v1/admin/accounts/{id:uuid}/credit-debt-max/", command.about("account_id", SetCreditDebtMax)),
        _get("/v1/admin/disputes/", query.filtered("billing:read", DisputeFilter, disputes)),
        _get("/v1/admin/disputes/{id:uuid}/", query.one("billing:read", show_dispute)),
        _get("/v1/admin/disputes/{id:uuid}/evidence.pdf/", query.file("billing:read", evidence_pdf)),
        _get("/v1/billing/refunds/", query.filtered("billing:read", RefundFilter, refunds)),
        _get("/v1/billing/refunds/{id:uuid}/", query.one("billing:read", show_refund)),
        _get("/v1/billing/credit-notes/", query.filtered("billing:read", CreditNoteFilter, credit_notes)),
        _get("/v1/billing/credit-notes/{id:uuid}/", query.one("billing:read", show_credit_note)),
        _get("/v1/billing/credit-notes/{id:uuid}/pdf/", query.file("billing:read", credit_note_pdf)),
    ]


def _credits(command: Commands, query: Queries) -> list[Route]:
    watch = query.filtered("credits:read", OfAccount, balance_watch), command.taking(SetBalanceWatch)
    top_up = query.filtered("credits:read", OfAccount, auto_top_up), command.taking(SetAutoTopUp)
    return [
        _get("/v1/billing/credits/transactions/", query.filtered("credits:read", PageOfAccount, transactions)),
        _both("/v1/billing/credits/balance-watch/", *watch),
        _both("/v1/billing/credits/auto-top-up/", *top_up),
        _post("/v1/billing/credits/auto-top-up/end/", command.taking(EndAutoTopUp)),
    ]


def _without_a_key(parts: Parts) -> list[Route]:
    """For customers who hold a link, and for operators."""
    return [
        _both("/pay/{token}/", parts.pay_page.show, parts.pay_page.pay),
        _get("/healthz/", parts.health.alive),
        _get("/readyz/", parts.health.ready),
        _get("/metrics/", parts.metrics.show),
    ]


def _test_clocks(command: Commands, query: Queries) -> list[Route]:
    """Refused by the workers where real money moves."""
    listed, created = query.filtered("accounts:read", PageFilter, clocks), command.taking(CreateTestClock)
    return [
        _both("/v1/test-clocks/", listed, created),
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
