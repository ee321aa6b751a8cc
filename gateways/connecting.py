"""What connecting a vendor takes, as its room says it: which of its settings each field of its row stands for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Key:
    """Something secret that a vendor is called with: what the vendor calls it, and what it has to look like."""

    called: str
    shape: Any


@dataclass(frozen=True, slots=True)
class Connecting:
    """`keys` are by the columns of a provider's row; each shape is what a value has to look like.

    A key that begins with none of `live_key_prefixes` moves no real money, where there are some. `environment_setting`
    says that instead of a vendor whose keys all look alike. Settings are named without the vendor's prefix.
    """

    display_name: str
    keys: Mapping[str, Key]
    live_key_prefixes: tuple[str, ...] = ()
    environment_setting: str = ""
    # None: it sends no webhooks
    webhook_secret_shape: Any = None
    # what else its row may say, by name: it stands above the setting of that name
    config_shapes: Mapping[str, Any] = field(default_factory=dict)
