"""Hand commands to Cashbeat: `stage` in the product's own transaction, `send` through the broker."""

from cashbeat_client.command import Command
from cashbeat_client.send import send
from cashbeat_client.stage import stage

__all__ = ["Command", "send", "stage"]
