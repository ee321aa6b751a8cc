"""The product's endpoints, and what is sent to them."""

from typing import Annotated
from uuid import UUID

import typer

from cli.terminal import settings

event = typer.Typer(help="Look at the product's endpoints, and have events sent again.", no_args_is_help=True)
Endpoint = Annotated[UUID, typer.Argument(help="The id that `cashbeat event endpoints` shows.")]


@event.command("endpoints")
def list_endpoints() -> None:
    """List where events are sent: id, how it goes, how many wait, which types, address."""
    from stack.event_endpoints import list_endpoints

    for line in list_endpoints(settings()):
        typer.echo(line)


@event.command("deliveries")
def list_deliveries(
    endpoint_id: Endpoint,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many of the newest to list.")] = 20,
) -> None:
    """List what was for an endpoint: when, how it went, type, event, and what the last request was answered."""
    from stack.event_endpoints import list_deliveries

    for line in list_deliveries(settings(), endpoint_id, limit):
        typer.echo(line)


@event.command("enable")
def enable_endpoint(endpoint_id: Endpoint) -> None:
    """Send to an endpoint again that was disabled, all that waits for it at once."""
    from stack.event_endpoints import set_enabled

    typer.echo(set_enabled(settings(), endpoint_id, enabled=True))


@event.command("disable")
def disable_endpoint(endpoint_id: Endpoint) -> None:
    """Send nothing to an endpoint until it is enabled; `redeliver` then sends what happened meanwhile."""
    from stack.event_endpoints import set_enabled

    typer.echo(set_enabled(settings(), endpoint_id, enabled=False))


@event.command("redeliver")
def redeliver(
    endpoint_id: Endpoint,
    event_id: Annotated[UUID | None, typer.Option("--event", help="One event, of whatever type.")] = None,
    since: Annotated[
        str | None, typer.Option(help="All that was told from a day (UTC) on, or a time like 2026-01-31T10:00:00Z.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="And before then.")] = None,
    delivered_too: Annotated[
        bool, typer.Option("--delivered-too", help="Of a range also what was delivered already.")
    ] = False,
) -> None:
    """Send again: one event, or all of a range that the endpoint's types take in and it has not taken yet."""
    from stack.arguments import instant
    from stack.event_endpoints import Wanted, redeliver

    wanted = Wanted(event_id, instant(since, "--since"), instant(until, "--until"), delivered_too)
    typer.echo(redeliver(settings(), endpoint_id, wanted))
