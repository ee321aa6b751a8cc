"""What Resend is called with."""

from gateways.connecting import Connecting, Key
from setting_values import ResendKey

CONNECTING = Connecting("Resend", keys={"api_key": Key("api_key", ResendKey)})
