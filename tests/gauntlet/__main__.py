"""`make chaos`: run the gauntlet and print one line of figures."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

import exit_codes
import logs
from settings import load
from stack.demo import refuse_real_gateways
from stack.errors import StackError
from tests.canaries import searched_home
from tests.gauntlet.forging import forgers
from tests.gauntlet.ordeals import poisoners, strangers
from tests.gauntlet.plan import PAYPAL, STRIPE, Happened, Plan
from tests.gauntlet.run import Result, run
from tests.gauntlet.strangers import Show

LOG_LINE_SECONDS = 30.0


def main(
    purchases: Annotated[int, typer.Option(min=0, help="How many credit packages are bought.")] = 2000,
    renewals: Annotated[int, typer.Option(min=0, help="How many subscriptions fall due and are renewed.")] = 0,
    refunds: Annotated[int, typer.Option(min=0, help="How many of the purchases are given back.")] = 0,
    transfers: Annotated[int, typer.Option(min=0, help="How many customers choose a bank transfer.")] = 0,
    documents: Annotated[int, typer.Option(min=0, help="How many receipts of renewals are awaited.")] = 200,
    gateways: Annotated[str, typer.Option(help="At which is paid, in turns: stripe, paypal or both.")] = STRIPE,
    seed: Annotated[int, typer.Option(help="Fixes what is killed, lost and forged.")] = 1,
    hostile: Annotated[int, typer.Option(min=0, help="Instead: so many hostile requests at the door.")] = 0,
    at: Annotated[str, typer.Option(help="Of --hostile: at paths that contain this alone, as webhooks/paypal.")] = "",
    forms: Annotated[int, typer.Option(min=0, help="Instead: so many forged forms at the portal and the console.")] = 0,
    poison: Annotated[int, typer.Option(min=0, help="Instead: so many poison messages over all queues.")] = 0,
    home: Annotated[Path | None, typer.Option(help="Keep logs and data here; a temporary folder otherwise.")] = None,
) -> None:
    """Buy, renew, give back and transfer under kills, wipes, forgeries and lost answers; then compare all books.

    Exit code 0: everything is exactly once. 1: something is lost, doubled, forged or left over. 2: could not run.
    """
    if not purchases + renewals + transfers:
        raise typer.BadParameter("without purchases, renewals and transfers there is nothing to go wrong")
    if refunds > purchases:
        raise typer.BadParameter("only what was bought is given back: more refunds than purchases")
    chosen = tuple(gateways.split(","))
    if not set(chosen) <= {STRIPE, PAYPAL}:
        raise typer.BadParameter("gateways are stripe, paypal, or both with a comma between them")
    logs.configure(load().model_copy(update={"log_level": "ERROR"}), "gauntlet")
    try:
        refuse_real_gateways(load())
        if forms:
            result = _forms_at(forms, seed, home)
        elif hostile or poison:
            result = _ordeal_at(hostile, at, poison, seed, home)
        else:
            result = _run_at(Plan(purchases, seed, renewals, refunds, transfers, documents, chosen), home)
    except StackError as error:
        sys.stderr.write(f"gauntlet: {error}\n")
        raise typer.Exit(exit_codes.IMPOSSIBLE) from error
    for problem in result.problems:
        typer.echo(f"VIOLATED {problem}", err=True)
    verdict = {"verdict": "violated" if result.problems else "passed", "violations": len(result.problems)}
    typer.echo(json.dumps(verdict | result.figures))
    if result.problems:
        raise typer.Exit(exit_codes.FOUND_WRONG)


def _ordeal_at(hostile: int, at: str, poison: int, seed: int, home: Path | None) -> Result:
    with _watched(hostile or poison) as show, searched_home("ordeal") as folder:
        here = home or folder
        return strangers(hostile, at, seed, here, show) if hostile else poisoners(poison, seed, here, show)


def _forms_at(forms: int, seed: int, home: Path | None) -> Result:
    with _watched(forms) as show, searched_home("forms") as folder:
        return forgers(forms, seed, home or folder, show)


def _run_at(plan: Plan, home: Path | None) -> Result:
    with _watched(plan.size) as show, searched_home("gauntlet") as folder:
        return run(plan, home or folder, lambda so_far, phase: show(_with_kills(phase, so_far), so_far.done))


def _with_kills(phase: str, happened: Happened) -> str:
    return f"{phase} ({happened.counts['kills']} kills)"


@contextmanager
def _watched(total: int) -> Iterator[Show]:
    """A bar at a terminal; in a log a line now and then, for nobody sees a bar move there."""
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as bars:
        bar = bars.add_task("starting", total=total)
        said_at = time.monotonic()

        def show(phase: str, done: int) -> None:
            nonlocal said_at
            bars.update(bar, description=phase, completed=done)
            if not console.is_terminal and time.monotonic() - said_at > LOG_LINE_SECONDS:
                console.print(f"{phase}: {done} of {total} done")
                said_at = time.monotonic()

        yield show


if __name__ == "__main__":
    typer.run(main)
