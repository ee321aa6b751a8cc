"""All parts of one running sandbox, handed to every operation."""

from dataclasses import dataclass

from sandbox.clock import Clock
from sandbox.courier import Courier
from sandbox.faults import Faults
from sandbox.idempotency import IdempotencyBook
from sandbox.journal import Journal
from sandbox.options import Options
from sandbox.paypal.signing.signer import Signer
from sandbox.paypal.webhooks.sender import PayPalSender
from sandbox.resend.sender import ResendSender
from sandbox.store import Store
from sandbox.stripe.events.sender import StripeSender
from sandbox.traffic import Traffic


@dataclass(frozen=True, slots=True)
class World:
    """Operations on it are plain functions that run to their end without waiting: each one is atomic."""

    options: Options
    clock: Clock
    journal: Journal
    store: Store
    faults: Faults
    courier: Courier
    stripe_keys: IdempotencyBook
    resend_keys: IdempotencyBook
    paypal_keys: IdempotencyBook
    traffic: Traffic
    paypal_traffic: Traffic
    paypal_signer: Signer

    def time_of(self, customer_id: str | None) -> int:
        """What time it is for everything that belongs to this customer: its test clock's time, else the sandbox's.

        Seconds since 1970 in UTC (https://docs.stripe.com/billing/testing/test-clocks).
        """
        customer = self.store.get("customer", customer_id) if customer_id else None
        return self.time_on((customer or {}).get("test_clock"))

    def time_on(self, test_clock_id: str | None) -> int:
        """What time it is on a test clock; without one, the sandbox's own. Seconds since 1970 in UTC."""
        test_clock = self.store.get("test_helpers.test_clock", test_clock_id) if test_clock_id else None
        return int(test_clock["frozen_time"]) if test_clock else self.clock.now()


def open_world(options: Options) -> World:
    """Read the journal under `options.home` and stand where it ended."""
    journal = Journal(options.home)
    store = Store(journal)
    clock = Clock(store)
    faults = Faults(options.seed)
    signer = Signer(options.home)
    senders = (StripeSender(options), PayPalSender(options, signer), ResendSender(options))
    return World(
        options=options,
        clock=clock,
        journal=journal,
        store=store,
        faults=faults,
        courier=Courier(options, clock, store, faults, senders),
        stripe_keys=IdempotencyBook("stripe", store, clock),
        resend_keys=IdempotencyBook("resend", store, clock),
        paypal_keys=IdempotencyBook("paypal", store, clock),
        traffic=Traffic(lambda: options.rate_limit_per_second),
        paypal_traffic=Traffic(lambda: options.paypal_rate_limit_per_second),
        paypal_signer=signer,
    )
