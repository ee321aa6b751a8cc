"""The vendors that there is a room for: what they do for us, and which settings fill their row at first."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from credentials.places import KEY_COLUMNS
from credentials.tables import ProviderType
from setting_values import (
    BaseUrl,
    CallsPerSecond,
    PayPalKey,
    PayPalMerchantId,
    PayPalWebhookId,
    ResendKey,
    StripeKey,
    WebhookSecret,
)
from settings import LIVE_KEY_PREFIXES, Settings

API_KEY, API_SECRET = KEY_COLUMNS
ENDPOINT = "endpoint"
WEBHOOK_SECRET = "webhook_secret"  # noqa: S105 - a field's name


@dataclass(frozen=True, slots=True)
class Key:
    """Something secret that a vendor is called with: the setting that fills it first, and what it has to look like."""

    setting: str
    shape: Any


@dataclass(frozen=True, slots=True)
class Vendor:
    """`keys` are by their columns; each shape is what a value has to look like.

    A key that begins with none of `live_key_prefixes` moves no real money, where there are some. `environment_setting`
    says that instead of a vendor whose keys all look alike.
    """

    display_name: str
    type: ProviderType
    keys: Mapping[str, Key]
    endpoint_setting: str
    live_key_prefixes: tuple[str, ...] = ()
    environment_setting: str = ""
    # None: it sends no webhooks
    webhook_secret_shape: Any = None
    endpoint_shape: Any = BaseUrl
    # what else its row may say, by name: it stands above the setting of that name
    config_shapes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def guide(self) -> str:
        """Where it is told how to connect it."""
        section = "Keys of vendors" if self.webhook_secret_shape is None else f"Connecting {self.display_name}"
        return f"see docs/operations.md, {section}"

    def fields(self, name: str) -> Mapping[str, str]:
        """Which field each of its settings may fill, the settings as the environment names them."""
        signs = {f"{name}_webhook_secrets": WEBHOOK_SECRET} if self.webhook_secret_shape is not None else {}
        more = {f"{name}_{field}": field for field in self.config_shapes}
        keys = {key.setting: column for column, key in self.keys.items()}
        return {**keys, self.endpoint_setting: ENDPOINT, **signs, **more}


def is_sandbox_key(settings: Settings, vendor: Vendor, key: str) -> bool:
    """Whether this key is known to move no real money."""
    if vendor.environment_setting:
        return settings.plain(vendor.environment_setting) != "live"
    return bool(vendor.live_key_prefixes) and not key.startswith(vendor.live_key_prefixes)


def keys_of_payments(settings: Settings) -> list[str]:
    """The variables that are set with a key of somebody who takes payments."""
    takers = (vendor for vendor in VENDORS.values() if vendor.type is ProviderType.PAYMENT)
    named = (vendor.keys[API_KEY].setting for vendor in takers)
    return [setting.upper() for setting in named if settings.plain(setting)]


def wanted(known: Collection[str]) -> list[str]:
    """Who has to be connected where real money moves: those that are known, and the first of each type that none is of.

    Several take payments; one of them is enough.
    """
    served = {VENDORS[name].type for name in known if name in VENDORS}
    first = {vendor.type: name for name, vendor in reversed(VENDORS.items()) if vendor.type not in served}
    return [name for name in VENDORS if name in known or name in first.values()]


VENDORS: dict[str, Vendor] = {
    "stripe": Vendor(
        "Stripe",
        ProviderType.PAYMENT,
        keys={API_KEY: Key("stripe_secret_key", StripeKey)},
        endpoint_setting="stripe_api_base",
        webhook_secret_shape=WebhookSecret,
        live_key_prefixes=LIVE_KEY_PREFIXES,
        config_shapes={"calls_per_second": CallsPerSecond},
    ),
    "paypal": Vendor(
        "PayPal",
        ProviderType.PAYMENT,
        keys={API_KEY: Key("paypal_client_id", PayPalKey), API_SECRET: Key("paypal_client_secret", PayPalKey)},
        endpoint_setting="paypal_api_base",
        webhook_secret_shape=PayPalWebhookId,
        environment_setting="paypal_environment",
        config_shapes={"merchant_id": PayPalMerchantId, "calls_per_second": CallsPerSecond},
    ),
    "resend": Vendor(
        "Resend",
        ProviderType.EMAIL,
        keys={API_KEY: Key("resend_api_key", ResendKey)},
        endpoint_setting="resend_api_base",
    ),
}
