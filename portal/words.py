"""The words, colours and signs of what pages show. All words are catalogue keys."""

from collections.abc import Mapping

# a status has one word, one colour and one sign (`SIGNS` in ui.html)
STATUS_KINDS: Mapping[str, str] = {
    # invoices
    "draft": "over", "pending": "waiting", "paid": "good", "void": "over", "uncollectible": "bad",
    # subscriptions
    "incomplete": "waiting", "trialing": "good", "active": "good", "past_due": "bad", "paused": "waiting",
    "canceled": "over", "expired": "over",
    # operations
    "queued": "waiting", "running": "waiting", "awaiting_approval": "waiting", "succeeded": "good", "failed": "bad",
    "parked": "bad",
}  # fmt: skip
COMMANDS: Mapping[str, str] = {
    "cancel_subscription": "Cancel the subscription",
    "reactivate_subscription": "Keep the subscription",
}


def kind_of(status: str) -> str:
    """The colour and sign of a status; of one that this version does not know, that of what waits."""
    return STATUS_KINDS.get(status, "waiting")


def spaced(word: str) -> str:
    """A word of the API as people write it."""
    return word.replace("_", " ")


def command_name(kind: str) -> str:
    """What somebody asked for."""
    return COMMANDS.get(kind, spaced(kind).capitalize())
