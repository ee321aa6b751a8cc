"""Bank statements."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from cli.terminal import Who, say, settings

statement = typer.Typer(help="Import bank statements, and decide what their lines are.", no_args_is_help=True)
Line = Annotated[UUID, typer.Argument(help="The id that `cashbeat statement lines` shows.")]


@statement.command("import")
def import_statement(
    file: Annotated[Path, typer.Argument(help="CAMT.053, MT940 or CSV, with all of its days whole.")],
    who: Who,
    column: Annotated[
        list[str] | None,
        typer.Option(
            help="Of a CSV file: amount=Betrag names a column, currency==EUR is the same in all lines. Amounts have a"
            " minus for what left, or a column beside them: direction, or credit and debit instead."
        ),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without this it is only told.")] = False,
) -> None:
    """Keep each line once, and book those whose reference names what they pay, by the rules of approval.

    All others are listed with what they may be. May be run again, and with files that overlap.
    """
    from stack.statement_files import csv_columns, read_file
    from stack.statement_table import in_short, table
    from stack.statements import import_lines, propose_lines

    loaded, lines = settings(), read_file(file, csv_columns(column or []))
    say(f"{file} has {len(lines)} booked lines")
    told = import_lines(loaded, lines, who, say) if apply else propose_lines(loaded, lines, who)
    for row in table(told, with_ids=apply):
        typer.echo(row)
    say(in_short(told))
    if not apply:
        say("nothing was written; --apply keeps the lines and books those that are sure")


@statement.command("lines")
def list_lines(
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many of the newest to list.")] = 100,
) -> None:
    """List the lines that wait for a person, each with what it may be. The newest come last, as in a log."""
    from stack.statement_table import table
    from stack.statements import list_open

    for row in table(list_open(settings(), limit), with_ids=True):
        typer.echo(row)


@statement.command("match")
def match_line(
    line_id: Line,
    target: Annotated[
        str, typer.Argument(help="The invoice that it pays by its number, or a claim or refund by its id.")
    ],
    who: Who,
) -> None:
    """Say what a line is: money for an invoice, what was approved before by a claim, or what a refund has paid out.

    Money for an invoice is claimed by it; `cashbeat payment approve` books that, as any. The others move nothing again.
    """
    from stack.statements import match

    for row in match(settings(), line_id, target, who):
        typer.echo(row)


@statement.command("unmatch")
def unmatch_line(line_id: Line, who: Who) -> None:
    """Say that a line is not what it was matched with: it waits for a person again. No money moves.

    What was booked by the line itself is not undone so: give the payment back with `cashbeat payment refund`.
    """
    from stack.statements import unmatch

    typer.echo(unmatch(settings(), line_id, who))


@statement.command("ignore")
def ignore_line(
    line_id: Line,
    who: Who,
    reason: Annotated[str, typer.Option(help="Why it is nobody's payment; it is kept.")],
) -> None:
    """Set a line aside that is no customer's money. It may be matched later all the same."""
    from stack.statements import ignore

    typer.echo(ignore(settings(), line_id, reason, who))
