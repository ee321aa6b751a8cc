"""The table of resources: all of Stripe's that are imitated, each with what can be done to it."""

from sandbox.stripe.api.filters import ACTIVE, CREATED, Filter, among, equal, whether
from sandbox.stripe.api.resource import Resource
from sandbox.stripe.catalog import coupons, price_shape, prices, products, tax_rates
from sandbox.stripe.checkout import sessions
from sandbox.stripe.checkout import shape as checkout_shape
from sandbox.stripe.customers import customers
from sandbox.stripe.customers import deletion as customer_deletion
from sandbox.stripe.events import events, sender
from sandbox.stripe.invoices import invoices
from sandbox.stripe.invoices import items as invoice_items
from sandbox.stripe.invoices import payments as invoice_payments
from sandbox.stripe.invoices import shape as invoice_shape
from sandbox.stripe.payment_methods import payment_methods
from sandbox.stripe.payments import balance, charges, disputes, payment_intents, payouts, refunds
from sandbox.stripe.setup_intents import confirm as setup_confirm
from sandbox.stripe.setup_intents import setup_intents
from sandbox.stripe.subscriptions import shape as subscription_shape
from sandbox.stripe.subscriptions import subscriptions
from sandbox.stripe.test_clocks import clocks

PAYMENT_METHODS = Resource(
    payment_methods.KIND,
    "/v1/payment_methods/{id}",
    called="PaymentMethod",
    create=payment_methods.create,
    own_list=payment_methods.list_page,
    on_one={
        "GET": payment_methods.retrieve,
        "POST": payment_methods.update,
        "POST /detach": payment_methods.detach,
    },
)
REFUNDS = Resource(
    refunds.KIND,
    "/v1/refunds/{id}",
    create=refunds.create,
    filters=(equal("charge"), equal("payment_intent"), CREATED),
    found_by=("charge", "payment_intent"),
    on_one={"POST /cancel": refunds.cancel},
)

PAYMENTS = (
    Resource(
        customers.KIND,
        "/v1/customers/{id}",
        create=customers.create,
        filters=(equal("email"), CREATED, Filter("test_clock", customers.on_clock, always=True)),
        on_one={"POST": customers.update, "DELETE": customer_deletion.delete},
        shows_deleted=True,
    ),
    Resource(
        checkout_shape.KIND,
        "/v1/checkout/sessions/{session}",
        create=sessions.create,
        filters=(CREATED, equal("customer"), equal("payment_intent"), equal("status")),
        found_by=("payment_intent",),
        on_one={"GET /line_items": sessions.line_items, "POST /expire": sessions.expire},
    ),
    Resource(
        payment_intents.KIND,
        "/v1/payment_intents/{intent}",
        create=payment_intents.create,
        filters=(equal("customer"), CREATED),
        found_by=("customer",),
        on_one={
            "POST": payment_intents.update,
            "POST /confirm": payment_intents.confirm_one,
            "POST /cancel": payment_intents.cancel,
        },
    ),
    PAYMENT_METHODS,
    Resource(
        charges.KIND,
        "/v1/charges/{id}",
        filters=(equal("customer"), CREATED, equal("payment_intent")),
        found_by=("payment_intent", "customer"),
    ),
    REFUNDS,
    Resource(
        disputes.KIND,
        "/v1/disputes/{dispute}",
        filters=(equal("charge"), equal("payment_intent"), CREATED),
        found_by=("charge", "payment_intent"),
        on_one={"POST": disputes.update, "POST /close": disputes.close},
    ),
    Resource(
        balance.KIND,
        "/v1/balance_transactions/{id}",
        called="balance transaction",
        filters=(CREATED, equal("currency"), equal("source"), equal("type")),
        found_by=("source",),
    ),
    Resource(
        payouts.KIND,
        "/v1/payouts/{payout}",
        create=payouts.create,
        filters=(CREATED, equal("status", choices=payouts.STATUSES)),
    ),
    Resource(sender.KIND, "/v1/events/{id}", own_list=events.list_page, shown=events.with_pending),
    Resource(
        setup_confirm.KIND,
        "/v1/setup_intents/{intent}",
        called="setupintent",
        create=setup_intents.create,
        filters=(CREATED, equal("customer"), equal("payment_method")),
        found_by=("customer", "payment_method"),
        on_one={
            "POST": setup_intents.update,
            "POST /confirm": setup_intents.confirm_one,
            "POST /cancel": setup_intents.cancel,
        },
    ),
)

BILLING = (
    Resource(
        products.KIND,
        "/v1/products/{id}",
        create=products.create,
        filters=(ACTIVE, among("ids", "id"), CREATED),
        on_one={"POST": products.update},
    ),
    Resource(
        price_shape.KIND,
        "/v1/prices/{id}",
        create=prices.create,
        filters=(
            ACTIVE,
            CREATED,
            equal("currency"),
            among("lookup_keys", "lookup_key"),
            equal("product"),
            Filter("recurring", prices.by_interval),
            equal("type"),
        ),
        on_one={"POST": prices.update},
    ),
    Resource(
        coupons.KIND,
        "/v1/coupons/{coupon}",
        create=coupons.create,
        filters=(CREATED,),
        on_one={"POST": coupons.update, "DELETE": coupons.delete},
        shown=coupons.as_of_now,
    ),
    Resource(
        tax_rates.KIND,
        "/v1/tax_rates/{tax_rate}",
        called="tax rate",
        create=tax_rates.create,
        filters=(ACTIVE, CREATED, whether("inclusive", lambda rate: bool(rate["inclusive"]))),
        on_one={"POST": tax_rates.update},
    ),
    Resource(
        subscription_shape.KIND,
        "/v1/subscriptions/{id}",
        create=subscriptions.create,
        filters=(
            equal("collection_method"),
            CREATED,
            equal("customer"),
            Filter("price", subscriptions.by_price),
            Filter("status", subscriptions.by_status, always=True),
            equal("test_clock"),
        ),
        on_one={
            "POST": subscriptions.update,
            "DELETE": subscriptions.cancel,
            "POST /resume": subscriptions.resume,
        },
    ),
    Resource(
        invoice_shape.KIND,
        "/v1/invoices/{invoice}",
        filters=(
            equal("collection_method"),
            CREATED,
            equal("customer"),
            equal("status", choices=invoices.STATUSES),
            equal("subscription", invoice_shape.subscription_id_of),
        ),
        on_one={
            "GET /lines": invoices.lines,
            "POST /finalize": invoices.finalize,
            "POST /pay": invoices.pay,
            "POST /void": invoices.void,
            "POST /mark_uncollectible": invoices.mark_uncollectible,
        },
    ),
    Resource(
        invoice_items.KIND,
        "/v1/invoiceitems/{invoiceitem}",
        filters=(
            Filter("created", invoice_items.whenever),
            equal("customer"),
            equal("invoice"),
            whether("pending", invoice_items.is_pending),
        ),
    ),
    Resource(
        invoice_payments.KIND,
        "/v1/invoice_payments/{invoice_payment}",
        filters=(CREATED, equal("invoice"), Filter("payment", invoice_payments.by_intent), equal("status")),
    ),
    Resource(
        clocks.KIND,
        "/v1/test_helpers/test_clocks/{test_clock}",
        called="test clock",
        create=clocks.create,
        filters=(),
        on_one={"POST /advance": clocks.advance, "DELETE": clocks.delete},
    ),
)
