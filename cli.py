"""The `cashbeat` command. Heavy modules are imported inside the commands, so that `--help` answers at once.

Results go to standard output, everything said on the way to standard error. Exit codes: 0 well, 1 something was found
to be wrong, 2 it could not be done, with one sentence saying why.
"""

import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

if TYPE_CHECKING:
    from settings import Settings

EXIT_FOUND_WRONG = 1
EXIT_IMPOSSIBLE = 2


class CommandLine(typer.Typer):
    """Turns what a person can mend into one sentence instead of a traceback."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        from pydantic import ValidationError

        from settings import in_words
        from stack.errors import StackError

        try:
            return super().__call__(*arguments, **options)
        except StackError as error:
            sentence = str(error)
        except ValidationError as error:
            sentence = in_words(error)
        sys.stderr.write(f"cashbeat: {sentence}\n")
        sys.exit(EXIT_IMPOSSIBLE)


app = CommandLine(
    help="The billing department of a SaaS product, run by Celery.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # boxes break sentences in the middle
    pretty_exceptions_enable=False,  # they show the values of variables, and those may be secrets
    context_settings={"help_option_names": ["-h", "--help"]},
)
api_key = typer.Typer(help="Make, list and revoke the keys that servers call the API with.", no_args_is_help=True)
app.add_typer(api_key, name="api-key")
plan = typer.Typer(help="Publish plans and migrate running subscriptions to them.", no_args_is_help=True)
app.add_typer(plan, name="plan")
parked = typer.Typer(help="List what waits for a person, show one of it, or decide against it.")
app.add_typer(parked, name="parked")
coupon = typer.Typer(help="Issue coupons.", no_args_is_help=True)
app.add_typer(coupon, name="coupon")


tax = typer.Typer(help="Set the rate of a country's tax from a day on, and list the rates.", no_args_is_help=True)
app.add_typer(tax, name="tax")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cashbeat {version('cashbeat')}")
        raise typer.Exit


@app.callback()
def main(
    _version: Annotated[
        bool, typer.Option("--version", help="Show the version and stop.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """What holds for every command."""


@app.command()
def up() -> None:
    """Run everything on this machine until Ctrl-C: migrate, seed, then ingress, workers, beat, Flower and the sandbox.

    PostgreSQL and Valkey are embedded unless DATABASE_URL and BROKER_URL are set. The sandbox stands in for Stripe and
    Resend unless STRIPE_SECRET_KEY is set.
    """
    from rich.console import Console

    from stack.announcement import announcement
    from stack.interrupts import interruptible, wait_for_interrupt
    from stack.running import Stack

    stack = Stack(_settings(), terminal=sys.stderr, progress=_say)
    with interruptible(stack.supervisor.hurry), stack:
        Console().print(announcement(stack))
        wait_for_interrupt()


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Stop after the story.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON summary as the last line.")] = False,
) -> None:
    """Start everything and play a story: two purchases, hostile webhooks, a killed worker, a wiped broker."""
    from rich.console import Console

    from stack.demo import play, refuse_real_gateways
    from stack.interrupts import interruptible, wait_for_interrupt
    from stack.running import Stack

    settings = _settings()
    refuse_real_gateways(settings)
    stack = Stack(settings, progress=_say)
    with interruptible(stack.supervisor.hurry), stack:
        play(stack, once=once, json=json)
        if not once:
            Console(stderr=True).print("Still up. Ctrl-C stops it.")
            wait_for_interrupt()


@app.command()
def simulate(
    accounts: Annotated[int, typer.Option(min=1, help="How many customers come in all.")] = 200,
    months: Annotated[int, typer.Option(min=1, max=60, help="How long, from 1 January 2026 on.")] = 6,
    seed: Annotated[int, typer.Option(help="Decides what everybody does; the same seed gives the same figures.")] = 1,
    home: Annotated[
        Path | None, typer.Option(help="Run in this folder and keep it; a temporary one otherwise.")
    ] = None,
    chart: Annotated[Path, typer.Option(help="Draw the months into this SVG file.")] = Path("simulation.svg"),
    keep: Annotated[bool, typer.Option("--keep", help="Keep the temporary folder with data and logs.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON in the last line.")] = False,
) -> None:
    """Live through months in minutes: real stores and workers, a virtual clock, customers drawn from a seed.

    They subscribe, use credits, upgrade, downgrade, pause and cancel; their cards begin to fail, recover or are
    replaced. Prints the figures of each month, asks all invariants and compares the books with the sandbox's ledger.
    Exit code 0: all of it is right. 1: something is not. 2: it could not run.
    """
    from simulation.command import simulate as run_simulation
    from simulation.plan import Plan

    _settings()
    if not run_simulation(Plan(accounts, months, seed), home, chart, keep=keep, json=json):
        raise typer.Exit(EXIT_FOUND_WRONG)


@app.command()
def migrate() -> None:
    """Bring the database to the newest migration, and the accounts that processes log in with to their rights."""
    from stack.prepare import migrate as migrate_database
    from stack.stores import database_urls

    with database_urls(_settings()) as urls:
        migrate_database(urls)
    _say("the database is up to date")


@app.command()
def seed() -> None:
    """Put the first packages, plans and services into the catalog; what was changed since stays changed."""
    from stack.prepare import prepare
    from stack.stores import database_urls

    with database_urls(_settings()) as urls:
        prepare(urls)
    _say("the catalog is seeded")


@app.command("stripe-events")
def stripe_events() -> None:
    """Print the event types to subscribe Stripe's webhook endpoint to, one per line."""
    from gateways.stripe.translate import HANDLED_TYPES

    for event_type in sorted(HANDLED_TYPES):
        typer.echo(event_type)


@app.command()
def doctor() -> None:
    """Look at this machine and say what would keep Cashbeat from running."""
    from stack.doctor import examine

    sick = 0
    for finding in examine(_settings()):
        mark = typer.style("ok  ", fg="green") if finding.is_well else typer.style("BAD ", fg="red")
        hint = "" if finding.is_well or not finding.hint else f" ({finding.hint})"
        typer.echo(f"{mark}{finding.subject:<14} {finding.detail}{hint}")
        sick += not finding.is_well
    if sick:
        raise typer.Exit(EXIT_FOUND_WRONG)


@parked.callback(invoke_without_command=True)
def list_what_is_parked(context: typer.Context) -> None:
    """List what waits for a person: work that gave up, with its last error, and money that fits nothing."""
    if context.invoked_subcommand is not None:
        return
    from logs import redact_text
    from stack.parked import list_parked

    for row in list_parked(_settings()):
        whose = f"account {row.account_id or '-'}"
        told = f"{row.what}  {row.named or '-'}  {whose}  {row.attempts} attempts  {redact_text(row.reason)}"
        typer.echo(f"{row.at:%Y-%m-%dT%H:%M:%SZ}  {row.id}  {row.memory:<10}  {told}")


@parked.command("show")
def show_parked(row_id: Annotated[UUID, typer.Argument(help="The id that `cashbeat parked` shows.")]) -> None:
    """Show the whole error of parked work and what it is about, personal data masked."""
    from stack.parked import show

    typer.echo(show(_settings(), row_id))


@parked.command("discard")
def discard_parked(
    row_id: Annotated[UUID, typer.Argument(help="The id that `cashbeat parked` shows.")],
    because: Annotated[str, typer.Option(help="Why it is never to run again; kept with the row, and who said so.")],
) -> None:
    """Decide that parked work is never run again. It is kept, and no longer waits."""
    from stack.parked import discard

    memory = discard(_settings(), row_id, because)
    _say(f"{row_id} in {memory} is discarded")


@app.command()
def replay(row_id: Annotated[UUID, typer.Argument(help="The id that `cashbeat parked` shows.")]) -> None:
    """Give parked work all its attempts again. A running stack takes it up within seconds."""
    from stack.parked import replay as replay_row

    memory = replay_row(_settings(), row_id)
    _say(f"{row_id} in {memory} is due again")


@app.command()
def seen(receipt_id: Annotated[UUID, typer.Argument(help="The id that `cashbeat parked` shows.")]) -> None:
    """Say that a person has looked at money that fits nothing: it is listed no more, and stays where it is."""
    from stack.parked import see

    see(_settings(), receipt_id)
    _say(f"receipt {receipt_id} is seen")


@app.command("restore-check")
def restore_check(
    apply: Annotated[bool, typer.Option("--apply", help="Write it; without this it is only told.")] = False,
    since: Annotated[
        str | None,
        typer.Option(
            help="Look back to a day (UTC), or to a time like 2026-01-31T10:00:00Z; else to the last sign of life."
        ),
    ] = None,
    numbers_unseen: Annotated[
        int,
        typer.Option(min=0, help="Leave out so many more invoice numbers: they were given, and nobody has seen them."),
    ] = 0,
) -> None:
    """Bring books that were restored from a backup up to what gateways and sent e-mails know. Workers wait for it.

    Every payment since the backup is in the books again, and no invoice number is given twice. Tells what it would do;
    `--apply` does it, in one transaction, and lets the workers in. May be run again and again.
    """
    from stack.arguments import instant
    from stack.restore_check import restore_check as check
    from stack.restore_check import summary

    begin = instant(since, "--since")
    report = check(_settings(), apply=apply, since=begin, numbers_unseen=numbers_unseen, say=_say)
    for line in summary(report, applied=apply):
        typer.echo(line)


@plan.command("list")
def list_plans() -> None:
    """List the plans on offer with their prices."""
    from stack.catalog import describe_plans

    for line in describe_plans(_settings()):
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
    version_number = publish(_settings(), slug, name, content, month or (), year or ())
    _say(f"version {version_number} of {slug} is on offer")


@plan.command("migrate")
def migrate_plan(
    slug: Annotated[str, typer.Argument(help="The plan whose running subscriptions go to its newest version.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count them.")] = False,
) -> None:
    """Let running subscriptions of older versions go to the newest one with their next period."""
    from stack.catalog import migrate as migrate_subscriptions

    count = migrate_subscriptions(_settings(), slug, dry_run=dry_run)
    _say(f"{count} subscriptions {'would go' if dry_run else 'go'} to the newest version of {slug}")


@coupon.command("issue")
def issue_coupon(
    code: Annotated[str, typer.Argument(help="What customers enter.")],
    percent: Annotated[str | None, typer.Option(help="Percent off the plan's price, like 12.5.")] = None,
    amount: Annotated[str | None, typer.Option(help="Amount off the plan's price, like USD=10.00.")] = None,
    periods: Annotated[int, typer.Option(min=0, help="For how many billing periods; 0 for ever.")] = 1,
    redemptions: Annotated[int | None, typer.Option(min=1, help="How often it may be redeemed in all.")] = None,
    expires: Annotated[
        str | None, typer.Option(help="From when on it counts no more: a day (UTC), or like 2026-01-31T10:00:00Z.")
    ] = None,
) -> None:
    """Issue a coupon: a percentage or an amount off the plan's price."""
    from stack.catalog import issue

    issue(_settings(), code, percent, amount, periods, redemptions, expires)
    _say(f"the coupon {code} counts from now on")


@tax.command("set")
def set_tax(
    country: Annotated[str, typer.Argument(help="Where the customer is: two capital letters, like DE.")],
    percent: Annotated[str, typer.Argument(help="The rate, like 19 or 8.875; 0 ends a tax.")],
    name: Annotated[str, typer.Argument(help="What invoices call it, like VAT.")],
    valid_from: Annotated[str, typer.Option("--from", help="The first UTC day on which it counts, like 2026-01-01.")],
) -> None:
    """Set the rate of a country's tax from a day on, until the next one. Invoices keep what they were issued with."""
    from stack.taxes import set_tax as set_rate

    is_new = set_rate(_settings(), country, percent, name, valid_from)
    _say(f"{name} of {percent} % in {country} from {valid_from} on" + ("" if is_new else ", as it was set before"))


@tax.command("list")
def list_taxes() -> None:
    """List the rates with the days on which they count. A country without one is not taxed."""
    from stack.taxes import describe_taxes

    for line in describe_taxes(_settings()):
        typer.echo(line)


@api_key.command("create")
def create_api_key(
    name: Annotated[str, typer.Argument(help="Who will use it, for the list.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="What it may do; repeat for several. All when left out.")
    ] = None,
) -> None:
    """Make a key and print it. This is the only time it is shown."""
    from schemas.commands import SCOPES

    unknown = sorted(set(scope or ()) - set(SCOPES))
    if unknown:
        raise typer.BadParameter(f"unknown scope {', '.join(unknown)}; there are {', '.join(SCOPES)}")
    from stack.api_keys import create

    typer.echo(create(_settings(), name, scope or list(SCOPES)))


@api_key.command("list")
def list_api_keys() -> None:
    """List all keys, newest first, without their secrets."""
    from stack.api_keys import describe_all

    for line in describe_all(_settings()):
        typer.echo(line)


@api_key.command("revoke")
def revoke_api_key(key_id: Annotated[UUID, typer.Argument(help="The id that `cashbeat api-key list` shows.")]) -> None:
    """End a key. Ingress processes forget it within their cache time."""
    from stack.api_keys import revoke

    revoke(_settings(), key_id)
    _say("the key is revoked")


def _settings() -> "Settings":
    import logs
    import settings

    loaded = settings.load()
    # at the terminal only what needs attention; the processes write their own logs
    logs.configure(loaded.model_copy(update={"log_level": "WARNING"}), "cli")
    return loaded


def _say(text: str) -> None:
    typer.echo(text, err=True)


if __name__ == "__main__":
    app()
