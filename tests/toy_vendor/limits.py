"""What the toy allows, as data."""

from datetime import timedelta

from gateways.ports import Limits
from schemas.facts.events import Concern

LIMITS = Limits(
    key_window=timedelta(hours=6),
    calls_per_second=50.0,
    concerns={"order.changed": Concern.PAYMENT, "order.taken_back": Concern.REVERSAL},
    method_name="Toy money",
)
