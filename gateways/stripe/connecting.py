"""What Stripe is called with, and what else its row may say."""

from gateways.connecting import Connecting, Key
from setting_values import LIVE_KEY_PREFIXES, CallsPerSecond, StripeKey, WebhookSecret

CONNECTING = Connecting(
    "Stripe",
    keys={"api_key": Key("secret_key", StripeKey)},
    live_key_prefixes=LIVE_KEY_PREFIXES,
    webhook_secret_shape=WebhookSecret,
    config_shapes={"calls_per_second": CallsPerSecond},
)
