"""Commands about paying: hosted pages, and which card is charged."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StrictBool

from schemas.commands.base import Command
from schemas.json_shapes import shape
from schemas.names import CardReference, GatewayName, PageReference, Slug
from schemas.urls import Url
from schemas.views.results import (
    CapturedPageView,
    ChosenMethodView,
    OpenedPageView,
    OrderedMethodsView,
    PaymentPageView,
    PortalPageView,
    RemovedMethodView,
)

# nobody keeps more cards; one statement is written for each
CARDS_MAX = 50


class StartCreditCheckout(Command):
    """Sell one credit package through the gateway's hosted checkout."""

    kind = "start_credit_checkout"
    permission = "payments:write"
    begins = True
    result_view = PaymentPageView

    account_id: UUID
    package: Slug
    success_url: Url
    cancel_url: Url
    gateway: GatewayName | None = None


class CaptureCheckout(Command):
    """The customer is back from a page and has agreed there: take the money, where the gateway leaves that to us."""

    kind = "capture_checkout"
    permission = "payments:write"
    result_view = CapturedPageView

    checkout_ref: PageReference
    gateway: GatewayName | None = None


class PayInvoice(Command):
    """A hosted page on which the customer pays an unpaid invoice in person, with any card."""

    kind = "pay_invoice"
    permission = "payments:write"
    result_view = PaymentPageView

    invoice_id: UUID
    success_url: Url
    cancel_url: Url
    gateway: GatewayName | None = None


class SendInvoice(Command):
    """Mail an issued invoice, with its PDF, to the account's billing address (again): once an hour at most."""

    kind = "send_invoice"
    permission = "invoices:send"

    invoice_id: UUID


class StartCardSetup(Command):
    """A hosted page on which the customer saves a card; it becomes the one that is charged."""

    kind = "start_card_setup"
    permission = "payment_methods:write"
    result_view = OpenedPageView

    account_id: UUID
    success_url: Url
    cancel_url: Url
    gateway: GatewayName | None = None


class ChangePaymentMethod(Command):
    """Charge another saved card from now on. What is unpaid is tried again with it at once.

    `card_ref` is the gateway's id of a card that the product collected itself; it is attached to the customer.
    """

    kind = "change_payment_method"
    permission = "payment_methods:write"
    result_view = ChosenMethodView

    account_id: UUID
    card_ref: CardReference
    gateway: GatewayName | None = None


class SetDefaultPaymentMethod(Command):
    """The same for a saved card by our own id."""

    kind = "set_default_payment_method"
    permission = "payment_methods:write"
    result_view = ChosenMethodView

    card_id: UUID


class RemovePaymentMethod(Command):
    """Take a saved card away, here and at its gateway. If it was the one that is charged, the next in the order is.

    The last one of an account that is charged for a subscription goes only with `allow_last`.
    """

    kind = "remove_payment_method"
    permission = "payment_methods:write"
    result_view = RemovedMethodView

    card_id: UUID
    allow_last: StrictBool = False


def _each_once(card_ids: tuple[UUID, ...]) -> tuple[UUID, ...]:
    if len(set(card_ids)) < len(card_ids):
        raise ValueError("must name each card once")
    return card_ids


class OrderPaymentMethods(Command):
    """In which order the saved cards are tried when the one that is charged is refused for good.

    Those that are not named come after these, the oldest first.
    """

    kind = "order_payment_methods"
    permission = "payment_methods:write"
    result_view = OrderedMethodsView

    account_id: UUID
    card_ids: Annotated[
        tuple[UUID, ...], Field(max_length=CARDS_MAX), AfterValidator(_each_once), shape(uniqueItems=True)
    ]


class OpenPortal(Command):
    """An address of the gateway's own page, where the customer manages subscriptions and cards."""

    kind = "open_portal"
    permission = "payment_methods:write"
    result_view = PortalPageView

    account_id: UUID
    return_url: Url
    gateway: GatewayName | None = None


COMMANDS: tuple[type[Command], ...] = (
    StartCreditCheckout,
    CaptureCheckout,
    PayInvoice,
    SendInvoice,
    OpenPortal,
    StartCardSetup,
    ChangePaymentMethod,
    SetDefaultPaymentMethod,
    RemovePaymentMethod,
    OrderPaymentMethods,
)
