"""Commands about paying: hosted pages, and which card is charged."""

from uuid import UUID

from schemas.commands.base import Command
from schemas.names import CardReference, GatewayName, Slug
from schemas.urls import Url


class StartCreditCheckout(Command):
    """Sell one credit package through the gateway's hosted checkout."""

    kind = "start_credit_checkout"
    scope = "billing:write"

    account_id: UUID
    package: Slug
    success_url: Url
    cancel_url: Url
    gateway: GatewayName | None = None


class PayInvoice(Command):
    """A hosted page on which the customer pays an unpaid invoice in person, with any card."""

    kind = "pay_invoice"
    scope = "billing:write"

    invoice_id: UUID
    success_url: Url
    cancel_url: Url
    gateway: GatewayName | None = None


class StartCardSetup(Command):
    """A hosted page on which the customer saves a card; it becomes the one that is charged."""

    kind = "start_card_setup"
    scope = "billing:write"

    account_id: UUID
    success_url: Url
    cancel_url: Url
    gateway: GatewayName | None = None


class ChangePaymentMethod(Command):
    """Charge another saved card from now on. What is unpaid is tried again with it at once.

    `card_ref` is the gateway's id of a card that the product collected itself; it is attached to the customer.
    """

    kind = "change_payment_method"
    scope = "billing:write"

    account_id: UUID
    card_ref: CardReference
    gateway: GatewayName | None = None


class OpenPortal(Command):
    """An address of the gateway's own page, where the customer manages subscriptions and cards."""

    kind = "open_portal"
    scope = "billing:write"

    account_id: UUID
    return_url: Url
    gateway: GatewayName | None = None
