"""What the API answers. Amounts are minor units of the `currency` beside them; times are RFC 3339, UTC."""

from schemas.views.accounts import AccountView
from schemas.views.base import Page, View
from schemas.views.cards import CardView
from schemas.views.catalog import PackageView, PlanPriceView, PlanView, ServiceView
from schemas.views.clocks import TestClockView
from schemas.views.credits import AutoTopUpView, BalanceView, BalanceWatchView, CreditTransactionView
from schemas.views.disputes import DisputeView
from schemas.views.invoices import InvoiceLineView, InvoiceView, PayableView, WayToPayView
from schemas.views.manual_payments import ManualPaymentView, OtherClaimView, PaymentClaimView
from schemas.views.operations import OperationView
from schemas.views.payment_methods import OfferedMethodView, PaymentMethodsView
from schemas.views.receipts import ReceiptView
from schemas.views.refunds import CreditNoteLineView, CreditNoteView, RefundView
from schemas.views.statements import StatementLineView
from schemas.views.subscriptions import PendingChangeView, SubscriptionView

__all__ = (
    "AccountView",
    "AutoTopUpView",
    "BalanceView",
    "BalanceWatchView",
    "CardView",
    "CreditNoteLineView",
    "CreditNoteView",
    "CreditTransactionView",
    "DisputeView",
    "InvoiceLineView",
    "InvoiceView",
    "ManualPaymentView",
    "OfferedMethodView",
    "OperationView",
    "OtherClaimView",
    "PackageView",
    "Page",
    "PayableView",
    "PaymentClaimView",
    "PaymentMethodsView",
    "PendingChangeView",
    "PlanPriceView",
    "PlanView",
    "ReceiptView",
    "RefundView",
    "ServiceView",
    "StatementLineView",
    "SubscriptionView",
    "TestClockView",
    "View",
    "WayToPayView",
)
