"""The price list: plans and their versions."""

from typing import Annotated

import typer

from cli.terminal import say, settings

plan = typer.Typer(help="Publish plans and migrate running subscriptions to them.", no_args_is_help=True)


@plan.command("list")
def list_plans() -> None:
    """List the plans on offer with their prices."""
    from stack.catalog import describe_plans

    for line in describe_plans(settings()):
        typer.echo(line)


@plan.command("publish")
def publish_plan(
    slug: Annotated[str, typer.Argument(help="The plan; a new one is made.")],
    name: Annotated[str, typer.Option(help="What customers read.")],
    month: Annotated[
        list[str] | None, typer.Option(help="Price per month, like USD=99.00; repeat per currency.")
    ] = None,
    year: Annotated[
        list[str] | None, typer.Option(help="Price per year, like USD=990.00; repeat per currency.")
    ] = None,
    credits_per_month: Annotated[int, typer.Option("--credits", min=0, help="Credits included per month.")] = 0,
    roll_over: Annotated[bool, typer.Option("--roll-over", help="Unused credits do not expire.")] = False,
    sites: Annotated[int | None, typer.Option(min=1, help="Sites at most; no limit when left out.")] = None,
    users: Annotated[int | None, typer.Option(min=1, help="Users at most; no limit when left out.")] = None,
    trial_days: Annotated[int, typer.Option(min=0, max=730, help="Length of a trial.")] = 0,
) -> None:
    """Publish the next version of a plan. New subscriptions get it; running ones keep theirs until `plan migrate`."""
    from billing.catalog.publish_plan import PlanContent
    from stack.catalog import publish

    content = PlanContent(credits_per_month, {}, roll_over, sites, users, trial_days)
    version_number = publish(settings(), slug, name, content, month or (), year or ())
    say(f"version {version_number} of {slug} is on offer")


@plan.command("migrate")
def migrate_plan(
    slug: Annotated[str, typer.Argument(help="The plan whose running subscriptions go to its newest version.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count them.")] = False,
) -> None:
    """Let running subscriptions of older versions go to the newest one with their next period."""
    from stack.catalog import migrate as migrate_subscriptions

    count = migrate_subscriptions(settings(), slug, dry_run=dry_run)
    say(f"{count} subscriptions {'would go' if dry_run else 'go'} to the newest version of {slug}")
