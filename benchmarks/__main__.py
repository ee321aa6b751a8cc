"""`make bench`: measure each row beside its floor, print them, write benchmarks/latest.json."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.books import books
from benchmarks.captures import captures
from benchmarks.consume import consume, consume_many
from benchmarks.documents import documents
from benchmarks.events import events
from benchmarks.ingress import ingress
from benchmarks.lists import lists, lists_million
from benchmarks.pages import pages, pages_million
from benchmarks.renewals import renewals
from benchmarks.renewals_million import renewals_million
from benchmarks.row import Row
from benchmarks.usage import usage

# whether or not a terminal tells its own
WIDTH = 110
LATEST = Path(__file__).with_name("latest.json")
BENCHMARKS: dict[str, Callable[[], list[Row]]] = {
    "ingress": ingress,
    "books": books,
    "captures": captures,
    "consume": consume,
    "usage": usage,
    "renewals": renewals,
    "documents": documents,
    "events": events,
    "lists": lists,
    "pages": pages,
}
# too long to be among all
ON_DEMAND: dict[str, Callable[[], list[Row]]] = {
    "renewals-million": renewals_million,
    "consume-100000": consume_many,
    "lists-million": lists_million,
    "pages-million": pages_million,
}
KNOWN = BENCHMARKS | ON_DEMAND


def main(names: Annotated[list[str] | None, typer.Argument(help=f"Any of {', '.join(KNOWN)}.")] = None) -> None:
    """Measure the named ones, or all that need no asking for. Rows measured earlier and not now stay in latest.json."""
    wanted = names or list(BENCHMARKS)
    unknown = [name for name in wanted if name not in KNOWN]
    if unknown:
        raise typer.BadParameter(f"there is no benchmark {unknown[0]!r}; there are {', '.join(KNOWN)}")
    console = Console(stderr=True)
    rows: list[Row] = []
    for name in wanted:
        with console.status(f"measuring {name}"):
            rows += KNOWN[name]()
    Console(width=WIDTH).print(_table(rows))
    _write(rows)


def _table(rows: list[Row]) -> Table:
    table = Table("name", "value", "unit", "floor", "ratio", "aim", "met")
    for row in rows:
        figures = f"{row.value:,.1f}", row.unit, f"{row.floor:,.1f}", f"{row.ratio:.2f}", f"{row.aim:g}"
        table.add_row(row.name, *figures, "yes" if row.is_met else "no")
    return table


def _write(rows: list[Row]) -> None:
    known = {row["name"]: row for row in json.loads(LATEST.read_text())} if LATEST.exists() else {}
    known |= {row.name: asdict(row) for row in rows}
    LATEST.write_text(json.dumps(list(known.values()), indent=2) + "\n")


if __name__ == "__main__":
    typer.run(main)
