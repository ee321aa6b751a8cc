"""Pages of the gateways, and what is saved there to pay with."""

from ingress.entries.entry import Asks, AtGateway, Entry, Says
from ingress.queries.payment_methods import PaymentMethodFilter, payment_methods
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
from schemas.commands.subscriptions import StartSubscriptionCheckout

STRIPE = "/v1/billing/stripe/"
GATEWAY = "/v1/billing/{gateway}/"
METHODS = "/v1/billing/payment-methods/"

ENTRIES = (
    Entry("POST", f"{STRIPE}checkout/", Says(StartSubscriptionCheckout)),
    Entry("POST", f"{STRIPE}credit-checkout/", Says(StartCreditCheckout)),
    Entry("POST", f"{STRIPE}card-setup/", Says(StartCardSetup)),
    Entry("POST", f"{STRIPE}billing-portal/", Says(OpenPortal)),
    Entry("POST", f"{GATEWAY}create-order/", AtGateway({"package": StartCreditCheckout, "invoice_id": PayInvoice})),
    Entry("POST", f"{GATEWAY}capture-order/", AtGateway({"checkout_ref": CaptureCheckout})),
    Entry("POST", f"{GATEWAY}method-setup/", AtGateway({"account_id": StartCardSetup})),
    Entry("POST", f"{GATEWAY}create-subscription/", AtGateway({"plan": StartSubscriptionCheckout})),
    Entry("GET", METHODS, Asks("payment_methods:read", PaymentMethodFilter, payment_methods)),
    Entry("POST", f"{METHODS}add/", Says(ChangePaymentMethod)),
    Entry("POST", f"{METHODS}order/", Says(OrderPaymentMethods)),
    Entry("POST", f"{METHODS}{{id:uuid}}/default/", Says(SetDefaultPaymentMethod, "card_id")),
    Entry("DELETE", f"{METHODS}{{id:uuid}}/", Says(RemovePaymentMethod, "card_id")),
)
