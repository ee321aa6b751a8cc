"""All of it on this machine: to work with, to be shown, or to live through months."""

import sys
from pathlib import Path
from typing import Annotated

import typer

import exit_codes
from cli.terminal import say, settings

commands = typer.Typer()


@commands.command()
def up() -> None:
    """Run everything on this machine until Ctrl-C: migrate, seed, then ingress, workers, beat, Flower and the sandbox.

    PostgreSQL and Valkey are embedded unless DATABASE_URL and BROKER_URL are set. Until a vendor
    that takes payments has a key, the sandbox stands in for all of them, and for the sender of e-mail.
    """
    from rich.console import Console

    from stack.announcement import announcement
    from stack.interrupts import interruptible, wait_for_interrupt
    from stack.running import Stack

    stack = Stack(settings(), terminal=sys.stderr, progress=say)
    with interruptible(stack.supervisor.hurry), stack:
        Console().print(announcement(stack))
        wait_for_interrupt()


@commands.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Stop after the story.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON summary as the last line.")] = False,
) -> None:
    """Start everything and play a story: two purchases, hostile webhooks, a killed worker, a wiped broker."""
    from rich.console import Console

    from stack.demo import play, refuse_real_gateways
    from stack.interrupts import interruptible, wait_for_interrupt
    from stack.running import Stack

    loaded = settings()
    refuse_real_gateways(loaded)
    stack = Stack(loaded, progress=say)
    with interruptible(stack.supervisor.hurry), stack:
        play(stack, once=once, json=json)
        if not once:
            Console(stderr=True).print("Still up. Ctrl-C stops it.")
            wait_for_interrupt()


@commands.command()
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

    settings()
    if not run_simulation(Plan(accounts, months, seed), home, chart, keep=keep, json=json):
        raise typer.Exit(exit_codes.FOUND_WRONG)
