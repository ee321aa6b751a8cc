"""All parts of one running sandbox, handed to every operation."""

from dataclasses import dataclass

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.idempotency import IdempotencyBook
from sandbox.journal import Journal
from sandbox.options import Options
from sandbox.store import Store
from sandbox.stripe.webhooks import Courier


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


def open_world(options: Options) -> World:
    """Read the journal under `options.home` and stand where it ended."""
    journal = Journal(options.home)
    store = Store(journal)
    clock = Clock(store)
    faults = Faults(options.seed)
    return World(
        options=options,
        clock=clock,
        journal=journal,
        store=store,
        faults=faults,
        courier=Courier(options, clock, store, faults),
        stripe_keys=IdempotencyBook("stripe", store, clock),
        resend_keys=IdempotencyBook("resend", store, clock),
    )
