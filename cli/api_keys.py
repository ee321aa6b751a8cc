"""The keys of servers that call the API."""

from typing import Annotated
from uuid import UUID

import typer

from cli.terminal import say, settings

api_key = typer.Typer(help="Make, list and revoke the keys that servers call the API with.", no_args_is_help=True)


@api_key.command("create")
def create_api_key(
    name: Annotated[str, typer.Argument(help="Who will use it, for the list.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="What it may do; repeat for several. All when left out.")
    ] = None,
    account: Annotated[
        list[UUID] | None, typer.Option(help="Whose; repeat for several. Every account when left out.")
    ] = None,
    requests_per_minute: Annotated[
        int | None, typer.Option(min=1, help="How often at most; as all when left out.")
    ] = None,
    expires: Annotated[str | None, typer.Option(help="Until when: 2027-01-31, or with time and offset.")] = None,
) -> None:
    """Make a key and print it. This is the only time it is shown."""
    from schemas.permissions import SCOPES, WHOLE_SCOPES

    unknown = sorted(set(scope or ()) - set(SCOPES))
    if unknown:
        raise typer.BadParameter(f"unknown scope {', '.join(unknown)}; there are {', '.join(SCOPES)}")
    from stack.api_keys import create

    scopes = scope or list(WHOLE_SCOPES)
    typer.echo(create(settings(), name, scopes, account or (), requests_per_minute, expires))


@api_key.command("list")
def list_api_keys() -> None:
    """List all keys, newest first, without their secrets: when each was last used, what it may do, and for whom."""
    from stack.api_keys import describe_all

    for line in describe_all(settings()):
        typer.echo(line)


@api_key.command("revoke")
def revoke_api_key(key_id: Annotated[UUID, typer.Argument(help="The id that `cashbeat api-key list` shows.")]) -> None:
    """End a key. Ingress processes forget it within their cache time."""
    from stack.api_keys import revoke

    revoke(settings(), key_id)
    say("the key is revoked")
