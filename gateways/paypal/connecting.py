"""What PayPal is called with, and what else its row may say. Its webhooks are signed with their ids, no secrets."""

from gateways.connecting import Connecting, Key
from setting_values import CallsPerSecond, PayPalKey, PayPalMerchantId, PayPalWebhookId

CONNECTING = Connecting(
    "PayPal",
    keys={"api_key": Key("client_id", PayPalKey), "api_secret": Key("client_secret", PayPalKey)},
    environment_setting="environment",
    webhook_secret_shape=PayPalWebhookId,
    config_shapes={"merchant_id": PayPalMerchantId, "calls_per_second": CallsPerSecond},
)
