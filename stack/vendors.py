"""The vendors that there is a room for: what they do for us, and which settings fill their row at first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from credentials.tables import ProviderType
from setting_values import BaseUrl, CallsPerSecond, ResendKey, StripeKey, WebhookSecret
from settings import LIVE_KEY_PREFIXES

API_KEY, ENDPOINT = "api_key", "endpoint"
WEBHOOK_SECRET = "webhook_secret"  # noqa: S105 - a field's name


@dataclass(frozen=True, slots=True)
class Vendor:
    """`key_setting` and the others name settings; each shape is what its value has to look like.

    A key that begins with none of `live_key_prefixes` moves no real money, where there are some.
    """

    display_name: str
    type: ProviderType
    key_setting: str
    key_shape: Any
    endpoint_setting: str
    live_key_prefixes: tuple[str, ...] = ()
    # None: it sends no webhooks
    webhook_secret_shape: Any = None
    endpoint_shape: Any = BaseUrl
    # what else its row may say, by name: it stands above the setting of that name
    config_shapes: Mapping[str, Any] = field(default_factory=dict)

    def fields(self, name: str) -> Mapping[str, str]:
        """Which field each of its settings may fill, the settings as the environment names them."""
        signs = {f"{name}_webhook_secrets": WEBHOOK_SECRET} if self.webhook_secret_shape is not None else {}
        more = {f"{name}_{field}": field for field in self.config_shapes}
        return {self.key_setting: API_KEY, self.endpoint_setting: ENDPOINT, **signs, **more}


def is_sandbox_key(vendor: Vendor, key: str) -> bool:
    """Whether this key is known to move no real money."""
    return bool(vendor.live_key_prefixes) and not key.startswith(vendor.live_key_prefixes)


VENDORS: dict[str, Vendor] = {
    "stripe": Vendor(
        "Stripe",
        ProviderType.PAYMENT,
        key_setting="stripe_secret_key",
        key_shape=StripeKey,
        endpoint_setting="stripe_api_base",
        webhook_secret_shape=WebhookSecret,
        live_key_prefixes=LIVE_KEY_PREFIXES,
        config_shapes={"calls_per_second": CallsPerSecond},
    ),
    "resend": Vendor("Resend", ProviderType.EMAIL, "resend_api_key", ResendKey, "resend_api_base"),
}
