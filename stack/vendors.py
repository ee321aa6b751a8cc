"""The vendors that there is a room for: what they do for us, and which settings fill their row at first."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from credentials.places import KEY_COLUMNS
from credentials.tables import ProviderType
from gateways.connecting import Connecting
from gateways.registry import EMAIL_VENDOR, connecting_of
from gateways.registry import VENDORS as REGISTERED
from settings import Settings

API_KEY = KEY_COLUMNS[0]
ENDPOINT = "endpoint"
WEBHOOK_SECRET = "webhook_secret"  # noqa: S105 - a field's name


@dataclass(frozen=True, slots=True)
class Vendor:
    """One that a room says how to connect, and what it does for us."""

    name: str
    type: ProviderType
    connecting: Connecting

    @property
    def endpoint_setting(self) -> str:
        """The setting that says where it is, instead of its own address."""
        return f"{self.name}_api_base"

    def key_setting(self, column: str) -> str:
        """The setting that fills this column first."""
        return f"{self.name}_{self.connecting.keys[column].called}"

    @property
    def guide(self) -> str:
        """Where it is told how to connect it."""
        is_told_apart = self.connecting.webhook_secret_shape is not None
        section = f"Connecting {self.connecting.display_name}" if is_told_apart else "Keys of vendors"
        return f"see docs/operations.md, {section}"

    def fields(self) -> Mapping[str, str]:
        """Which field each of its settings may fill, the settings as the environment names them."""
        has_webhooks = self.connecting.webhook_secret_shape is not None
        signs = {f"{self.name}_webhook_secrets": WEBHOOK_SECRET} if has_webhooks else {}
        more = {f"{self.name}_{field}": field for field in self.connecting.config_shapes}
        keys = {self.key_setting(column): column for column in self.connecting.keys}
        return {**keys, self.endpoint_setting: ENDPOINT, **signs, **more}


def is_sandbox_key(settings: Settings, vendor: Vendor, key: str) -> bool:
    """Whether this key is known to move no real money."""
    connecting = vendor.connecting
    if connecting.environment_setting:
        return settings.plain(f"{vendor.name}_{connecting.environment_setting}") != "live"
    return bool(connecting.live_key_prefixes) and not key.startswith(connecting.live_key_prefixes)


def payment_keys() -> list[str]:
    """The settings that have a key of somebody who takes payments."""
    return [vendor.key_setting(API_KEY) for vendor in VENDORS.values() if vendor.type is ProviderType.PAYMENT]


def keys_of_payments(settings: Settings) -> list[str]:
    """The variables of these that are set."""
    return [setting.upper() for setting in payment_keys() if settings.plain(setting)]


def wanted(known: Collection[str]) -> list[str]:
    """Who has to be connected where real money moves: those that are known, and the first of each type that none is of.

    Several take payments; one of them is enough.
    """
    served = {VENDORS[name].type for name in known if name in VENDORS}
    first = {vendor.type: name for name, vendor in reversed(VENDORS.items()) if vendor.type not in served}
    return [name for name in VENDORS if name in known or name in first.values()]


def _vendor(name: str, kind: ProviderType) -> Vendor:
    connecting = connecting_of(name)
    if connecting is None:
        raise ValueError(f"the room of {name} does not say what it is called with")
    return Vendor(name, kind, connecting)


VENDORS = {name: _vendor(name, ProviderType.PAYMENT) for name in REGISTERED} | {
    EMAIL_VENDOR[0]: _vendor(EMAIL_VENDOR[0], ProviderType.EMAIL)
}
