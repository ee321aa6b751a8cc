"""What the wallets' vendor allows, as data."""

from datetime import timedelta

from gateways.ports import Limits

LIMITS = Limits(
    key_window=timedelta(hours=6), calls_per_second=50.0, concerns={}, method_name="Purse", method_ref="purse-[0-9]+"
)
