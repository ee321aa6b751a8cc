"""Vendors, and what they are called with."""

import sys
from datetime import timedelta
from typing import Annotated

import typer

from cli.terminal import say, settings
from gateways.registry import EMAIL_VENDOR, VENDORS

provider = typer.Typer(help="Keep the keys of payment and e-mail providers, sealed.", no_args_is_help=True)
OVERLAP_HOURS = 24  # as long as Stripe itself signs with both, at most
Id = Annotated[str, typer.Argument(help=f"One of {', '.join((*VENDORS, EMAIL_VENDOR[0]))}.")]


@provider.command("set")
def set_provider(
    name: Id,
    field: Annotated[
        str,
        typer.Argument(
            help="api_key, webhook_secret, endpoint, display_name; some have more. One that a provider does not have "
            "is answered with all that it has. Where a client id and its secret are asked for, they are api_key and "
            "api_secret; where a webhook is known by its id, that is its webhook_secret."
        ),
    ],
    value: Annotated[str | None, typer.Argument(help="Of what is no secret; those are asked for.")] = None,
    overlap_hours: Annotated[
        int, typer.Option(min=0, max=24 * 30, help="How long webhook secrets from before stay active.")
    ] = OVERLAP_HOURS,
) -> None:
    """Set one thing of a provider. Workers and doors use it within five seconds, without a restart.

    A secret is asked for at the terminal, or read as one line from standard input; it is never an argument.
    """
    from stack.errors import StackError
    from stack.providers import NOT_AS_ARGUMENT, SECRETS, set_plain, set_secret

    if field not in SECRETS:
        set_plain(settings(), name, field, value or "")
    elif value is None:
        set_secret(settings(), name, field, _secret(f"{name} {field}"), timedelta(hours=overlap_hours))
    else:
        raise StackError(NOT_AS_ARGUMENT.format(field))
    say(f"{field} of {name} is set; all processes use it within five seconds")


@provider.command("unset")
def unset_provider(name: Id, field: Annotated[str, typer.Argument(help="As it was set.")]) -> None:
    """Take away one thing of a provider, as if it had never been set: the environment's counts again, if it has one.

    A trial whose providers have no key any more begins with the sandbox again. All webhook secrets go at once.
    """
    from stack.providers import unset

    unset(settings(), name, field)
    say(f"{field} of {name} is set no more; all processes notice it within five seconds")


@provider.command("show")
def show_providers() -> None:
    """Show what is kept of each provider, and of secrets the last four characters."""
    from stack.providers_shown import describe_all

    lines = describe_all(settings())
    for line in lines:
        typer.echo(line)
    if not lines:
        say("nothing is set: the environment says what providers are called with")


@provider.command("disable")
def disable_provider(name: Id) -> None:
    """Call a provider no more; what has to be asked of it waits, however long. Its webhooks are still taken."""
    from stack.providers import switch

    switch(settings(), name, active=False)
    say(f"{name} is called no more, within five seconds")


@provider.command("enable")
def enable_provider(name: Id) -> None:
    """Call a provider again, and do what waited for it."""
    from stack.providers import switch

    switch(settings(), name, active=True)
    say(f"{name} is called again, within five seconds")


@provider.command("test")
def test_provider(name: Id) -> None:
    """Ask a provider one harmless question with what is kept, and say whether it answers."""
    from stack.ask_provider import ask

    typer.echo(ask(settings(), name))


@provider.command("rotate-key")
def rotate_key() -> None:
    """Seal everything again under the first of CASHBEAT_MASTER_KEYS, while all processes run."""
    from stack.rotation import rotate_all

    key_id, count = rotate_all(settings())
    say(f"{count} values were sealed again; all are sealed under {key_id!r}")


def _secret(prompt: str) -> str:
    """Typed without being shown, or the first line of what is piped in."""
    if sys.stdin.isatty():
        typed: str = typer.prompt(prompt, hide_input=True, err=True)
        return typed
    return sys.stdin.readline().strip()
