"""Other names of routes: the same command or query, for the same callers. The name that counts stands on the right."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ingress.entries.entry import Entry, Method

SUBSCRIPTION = "/v1/billing/subscriptions/{id:uuid}/"

ALIASES: Mapping[tuple[Method, str], tuple[Method, str]] = {
    # as it was called when there was one gateway
    ("POST", f"{SUBSCRIPTION}sync-from-stripe/"): ("POST", f"{SUBSCRIPTION}sync-with-gateway/"),
}


def under_other_names(named: Sequence[Entry]) -> list[Entry]:
    """The entries that the aliases stand for, each under its other name."""
    by_name = {(entry.method, entry.path): entry for entry in named}
    return [replace(by_name[name], method=method, path=path) for (method, path), name in ALIASES.items()]
