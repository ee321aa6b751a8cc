"""The `cashbeat` command, a module per group.

Heavy modules are imported inside the commands, so that `--help` answers at once. Results go to standard output,
everything said on the way to standard error; how a command ends, `exit_codes.py` says.
"""

import sys
from importlib.metadata import version
from typing import Annotated, Any

import typer

import exit_codes
from cli import (
    api_keys,
    approvals,
    audit,
    coupons,
    disputes,
    events,
    everything,
    mail,
    parked,
    payment_methods,
    payments,
    plans,
    providers,
    restore,
    setting_up,
    staff,
    statements,
    taxes,
    waiting,
)
from collector import collect_seldom


class CommandLine(typer.Typer):
    """Turns what a person can mend into one sentence instead of a traceback."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        from pydantic import ValidationError

        from settings import in_words
        from stack.errors import StackError

        collect_seldom()
        try:
            return super().__call__(*arguments, **options)
        except StackError as error:
            sentence = str(error)
        except ValidationError as error:
            sentence = in_words(error)
        sys.stderr.write(f"cashbeat: {sentence}\n")
        sys.exit(exit_codes.IMPOSSIBLE)


app = CommandLine(
    help="The billing department of a SaaS product, run by Celery.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # boxes break sentences in the middle
    pretty_exceptions_enable=False,  # they show the values of variables, and those may be secrets
    context_settings={"help_option_names": ["-h", "--help"]},
)
# commands without a group of their own, then the groups
app.add_typer(everything.commands)
app.add_typer(setting_up.commands)
app.add_typer(parked.commands)
app.add_typer(waiting.commands)
app.add_typer(restore.commands)
app.add_typer(plans.plan, name="plan")
app.add_typer(coupons.coupon, name="coupon")
app.add_typer(taxes.tax, name="tax")
app.add_typer(payments.payment, name="payment")
app.add_typer(payment_methods.payment_method, name="payment-method")
app.add_typer(statements.statement, name="statement")
app.add_typer(providers.provider, name="provider")
app.add_typer(disputes.dispute, name="dispute")
app.add_typer(events.event, name="event")
app.add_typer(mail.mail, name="mail")
app.add_typer(api_keys.api_key, name="api-key")
app.add_typer(approvals.approval, name="approval")
app.add_typer(audit.audit, name="audit")
app.add_typer(staff.staff, name="staff")


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
