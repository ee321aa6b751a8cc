"""The books after a restore from a backup."""

from typing import Annotated

import typer

from cli.terminal import say, settings

commands = typer.Typer()


@commands.command("restore-check")
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
    report = check(settings(), apply=apply, since=begin, numbers_unseen=numbers_unseen, say=say)
    for line in summary(report, applied=apply):
        typer.echo(line)
