"""Talks to PayPal. Each part of what is asked of it is a module of its own; together they are the gateway."""

from gateways.paypal.captures import Captures
from gateways.paypal.charges import Charges
from gateways.paypal.events_list import EventsList
from gateways.paypal.invoices import Invoices
from gateways.paypal.marked_payments import MarkedPayments
from gateways.paypal.refunds import Refunds
from gateways.paypal.shortcomings import Shortcomings
from gateways.paypal.wallets import Wallets


class PayPalGateway(
    Invoices,
    Captures,
    Wallets,
    Charges,
    Refunds,
    MarkedPayments,
    EventsList,
    Shortcomings,
):
    """All that PayPal offers, see `gateways.ports`.

    One per process. Nothing is retried here, but for a token that is refused: our rows retry, under the same
    idempotency key.
    """
