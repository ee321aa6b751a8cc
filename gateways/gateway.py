"""One vendor as a process talks to it: which capabilities it offers, its limits, and how its events are read."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from billing.errors import Rejected
from gateways.captures import Captures
from gateways.envelope import Envelope
from gateways.ports import (
    EventsList,
    HostedCheckout,
    Limits,
    MarkedPayments,
    OffSessionCharge,
    Refunds,
    Reversals,
    RunsSubscriptions,
    SavedMethods,
    Shortcomings,
    VirtualClocks,
)
from gateways.signature_checks import SignatureChecks
from schemas.facts.events import EventFact

Port = TypeVar("Port")


class Capability(StrEnum):
    """What a vendor may offer; the value completes the sentence "the gateway ... cannot"."""

    CHECKOUT = "sell on a hosted page"
    CAPTURES = "capture what was agreed to on a page"
    SAVED_METHODS = "keep payment methods"
    CHARGES = "charge a saved payment method"
    SUBSCRIPTIONS = "run subscriptions"
    REFUNDS = "give money back"
    REVERSALS = "tell what has left again"
    MARKED_PAYMENTS = "list what it was asked for"
    EVENTS = "list its events"
    SIGNATURE_CHECKS = "check what its door could not"
    TEST_CLOCKS = "keep test clocks"
    SHORTCOMINGS = "say how it is set up"


@dataclass(frozen=True)
class Gateway:
    """A vendor's capabilities, its limits and its translator. Asking for what it does not offer is Rejected."""

    name: str
    limits: Limits
    read_envelope: Callable[[bytes], Envelope]
    translate: Callable[[bytes], EventFact]
    is_test_mode: bool = False
    offers_checkout: HostedCheckout | None = None
    offers_captures: Captures | None = None
    offers_saved_methods: SavedMethods | None = None
    offers_charges: OffSessionCharge | None = None
    offers_subscriptions: RunsSubscriptions | None = None
    offers_refunds: Refunds | None = None
    offers_reversals: Reversals | None = None
    offers_marked_payments: MarkedPayments | None = None
    offers_events: EventsList | None = None
    offers_signature_checks: SignatureChecks | None = None
    offers_test_clocks: VirtualClocks | None = None
    offers_shortcomings: Shortcomings | None = None

    @property
    def checkout(self) -> HostedCheckout:
        """Raises Rejected `gateway_cannot`, as the others do."""
        return self._offered(self.offers_checkout, Capability.CHECKOUT)

    @property
    def captures(self) -> Captures:
        """Money that comes when we take it."""
        return self._offered(self.offers_captures, Capability.CAPTURES)

    @property
    def saved_methods(self) -> SavedMethods:
        """Customers and their cards."""
        return self._offered(self.offers_saved_methods, Capability.SAVED_METHODS)

    @property
    def charges(self) -> OffSessionCharge:
        """Charges while the customer is away."""
        return self._offered(self.offers_charges, Capability.CHARGES)

    @property
    def subscriptions(self) -> RunsSubscriptions:
        """Subscriptions whose cycle the gateway runs."""
        return self._offered(self.offers_subscriptions, Capability.SUBSCRIPTIONS)

    @property
    def refunds(self) -> Refunds:
        """Money back."""
        return self._offered(self.offers_refunds, Capability.REFUNDS)

    @property
    def reversals(self) -> Reversals:
        """Money that left again."""
        return self._offered(self.offers_reversals, Capability.REVERSALS)

    @property
    def marked_payments(self) -> MarkedPayments:
        """Payments that bear our marks."""
        return self._offered(self.offers_marked_payments, Capability.MARKED_PAYMENTS)

    @property
    def events(self) -> EventsList:
        """What it told by webhook."""
        return self._offered(self.offers_events, Capability.EVENTS)

    @property
    def signature_checks(self) -> SignatureChecks:
        """Whether an event is genuine that its door did not know."""
        return self._offered(self.offers_signature_checks, Capability.SIGNATURE_CHECKS)

    @property
    def test_clocks(self) -> VirtualClocks:
        """Clocks of its own."""
        return self._offered(self.offers_test_clocks, Capability.TEST_CLOCKS)

    @property
    def shortcomings(self) -> Shortcomings:
        """What a person has yet to set up there."""
        return self._offered(self.offers_shortcomings, Capability.SHORTCOMINGS)

    def can(self, capability: Capability) -> bool:
        """Whether it offers this."""
        return getattr(self, f"offers_{capability.name.lower()}") is not None

    def require(self, capability: Capability) -> None:
        """Raises Rejected `gateway_cannot` unless it offers this."""
        self._offered(getattr(self, f"offers_{capability.name.lower()}"), capability)

    def _offered(self, port: Port | None, capability: Capability) -> Port:
        if port is None:
            raise Rejected("gateway_cannot", f"The gateway {self.name!r} cannot {capability.value}.", status=409)
        return port
