"""Before it runs: the database, the catalog, the webhook endpoint, and what this machine lacks."""

import typer

import exit_codes
from cli.terminal import say, settings

commands = typer.Typer()


@commands.command()
def migrate() -> None:
    """Bring the database to the newest migration, and the accounts that processes log in with to their rights."""
    from stack.prepare import migrate as migrate_database
    from stack.stores import urls_to_migrate

    with urls_to_migrate(settings()) as urls:
        say(migrate_database(urls))


@commands.command()
def seed() -> None:
    """Put the first packages, plans, ways to pay and vendors' keys into the database; what is there stays as it is."""
    from stack.first_offers import offer_first
    from stack.first_providers import fill_by_command
    from stack.prepare import prepare
    from stack.stores import urls_to_migrate

    given = settings()
    with urls_to_migrate(given) as urls:
        say(prepare(urls))
        for word in fill_by_command(given, urls.owner):
            say(word)
        offer_first(given, urls.owner)
    say("the catalog is seeded")


@commands.command("stripe-events")
def stripe_events() -> None:
    """Print the event types to subscribe Stripe's webhook endpoint to, one per line."""
    from gateways.stripe.translate import HANDLED_TYPES

    for event_type in sorted(HANDLED_TYPES):
        typer.echo(event_type)


@commands.command()
def doctor() -> None:
    """Look at this machine and say what would keep Cashbeat from running."""
    from stack.doctor import examine

    sick = 0
    for finding in examine(settings()):
        mark = typer.style("ok  ", fg="green") if finding.is_well else typer.style("BAD ", fg="red")
        hint = "" if finding.is_well or not finding.hint else f" ({finding.hint})"
        typer.echo(f"{mark}{finding.subject:<14} {finding.detail}{hint}")
        sick += not finding.is_well
    if sick:
        raise typer.Exit(exit_codes.FOUND_WRONG)
