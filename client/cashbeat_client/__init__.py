"""Cashbeat for a product app.

`Cashbeat` and `AsyncCashbeat` call the API (they need httpx); `stage` hands a command over in the product's own
transaction, `send` through the broker; `verify` checks the webhooks that Cashbeat sends.
"""

from typing import TYPE_CHECKING, Any

from cashbeat_client.command import Command
from cashbeat_client.conversation import Patience
from cashbeat_client.errors import CashbeatError, NotFinished, NotGenuine, Refused, Unreachable
from cashbeat_client.send import send
from cashbeat_client.stage import stage
from cashbeat_client.verify import verify

if TYPE_CHECKING:
    from cashbeat_client.api import AsyncCashbeat, Cashbeat

__all__ = [
    "AsyncCashbeat",
    "Cashbeat",
    "CashbeatError",
    "Command",
    "NotFinished",
    "NotGenuine",
    "Patience",
    "Refused",
    "Unreachable",
    "send",
    "stage",
    "verify",
]


def __getattr__(name: str) -> Any:
    """What needs httpx is loaded when it is asked for: who only stages commands need not have it."""
    if name in ("AsyncCashbeat", "Cashbeat"):
        from cashbeat_client import api

        return getattr(api, name)
    raise AttributeError(name)
