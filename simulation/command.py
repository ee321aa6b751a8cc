"""`cashbeat simulate`: runs the plan, shows how far it is, and prints what came of it."""

import json as json_format
import shutil
import sys
import tempfile
import time
from dataclasses import fields
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from settings import load
from simulation.chart import draw
from simulation.figures import Month, Tally
from simulation.plan import Plan
from simulation.run import Result, run
from stack.errors import StackError

LOG_LINE_SECONDS = 15.0
FIGURES = tuple(each.name for each in fields(Tally))
# characters: a terminal shows a year, and a file as many months as there are
NAMES_WIDTH, MONTH_WIDTH = 28, 12


def simulate(plan: Plan, home: Path | None, chart: Path, *, keep: bool, json: bool) -> bool:
    """Run it, print the figures and the verdict, draw the chart; true when the books are right.

    Without `home` everything lies in a temporary folder, which is removed afterwards unless `keep`. Progress goes to
    standard error, results to standard output; with `json` its last line is one object.
    Raises StackError in production.
    """
    if load().is_production:
        raise StackError("a simulation runs with the sandbox, and never in production (CASHBEAT_ENV)")
    folder = home or Path(tempfile.mkdtemp(prefix="cashbeat-simulation-"))
    try:
        result = _run_visibly(plan, folder)
    finally:
        if home is None and not keep:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            sys.stderr.write(f"data and logs are in {folder}\n")
    chart.write_text(draw(result.months, _title(plan)), encoding="utf-8")
    sys.stderr.write(f"the chart is in {chart}\n")
    _print(result, json=json)
    return result.is_well


def _run_visibly(plan: Plan, folder: Path) -> Result:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bars:
        bar = bars.add_task("starting", total=plan.days)
        said_at = time.monotonic()

        def show(text: str, days: int) -> None:
            nonlocal said_at
            bars.update(bar, description=f"{text:<40}", completed=days)
            # a bar that nobody sees moving is no progress: in a log, a line now and then
            if not console.is_terminal and time.monotonic() - said_at > LOG_LINE_SECONDS:
                console.print(f"{text}: day {days} of {plan.days}")
                said_at = time.monotonic()

        return run(plan, folder, show)


def _print(result: Result, *, json: bool) -> None:
    Console(width=NAMES_WIDTH + MONTH_WIDTH * len(result.months)).print(_table(result.months))
    for violation in result.violations:
        typer.echo(f"VIOLATED {violation}")
    for difference in result.differences:
        typer.echo(f"DIFFERENT {difference}")
    said = "Every invariant holds, and" if not result.violations else "Invariants are violated;"
    told = "equal" if not result.differences else "differ from"
    typer.echo(
        f"{said} all charges, refunds, disputes and transfers in the books {told} the sandbox's ledger and the bank's. "
        f"{result.seconds:.0f} seconds."
    )
    if json:
        typer.echo(json_format.dumps(result.shown()))


def _table(months: list[Month]) -> Table:
    """A row per figure, a column per month."""
    table = Table(title="Figures of each month, from the books (money in whole US dollars; JSON has the cents)")
    shown = [month.shown() for month in months]
    table.add_column("")
    for month in shown:
        table.add_column(month["month"], justify="right")
    for name in FIGURES:
        table.add_row(
            name.replace("_minor", ", money").replace("_", " "), *(_cell(name, month[name]) for month in shown)
        )
    return table


def _cell(name: str, value: int) -> str:
    return f"{value // 100 if name.endswith('_minor') else value:,}"


def _title(plan: Plan) -> str:
    return f"{plan.accounts:,} accounts over {plan.months} months, seed {plan.seed}"
