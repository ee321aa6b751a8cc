"""A table as a file that spreadsheets open."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from starlette.responses import Response, StreamingResponse

# with one of these at its beginning a spreadsheet takes a text for a formula, and carries it out
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
MEDIA_TYPE = "text/csv; charset=utf-8"
Row = Sequence[Any]


def csv_answer(name: str, header: Sequence[str], rows: Iterable[Row]) -> Response:
    """`name`.csv, to be kept: RFC 4180, UTF-8. Texts are texts, whatever they begin with."""
    return Response(_written(header, rows), headers=_kept_as(name), media_type=MEDIA_TYPE)


def csv_stream(name: str, header: Sequence[str], rows: AsyncIterator[Sequence[Row]]) -> Response:
    """The same of rows that are sent as they come. Where something fails meanwhile, the file breaks off, unfinished."""

    async def lines() -> AsyncIterator[str]:
        first: Sequence[str] | None = header
        async for some in rows:
            yield _written(first, some)
            first = None
        if first is not None:
            yield _written(first, ())

    return StreamingResponse(lines(), headers=_kept_as(name), media_type=MEDIA_TYPE)


def _written(header: Sequence[str] | None, rows: Iterable[Row]) -> str:
    written = io.StringIO()
    writer = csv.writer(written)
    if header is not None:
        writer.writerow(header)
    writer.writerows([_as_text(cell) for cell in row] for row in rows)
    return written.getvalue()


def _kept_as(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}.csv"'}


def _as_text(cell: object) -> object:
    """A text that looks like a formula has a sign before it that says it is none."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
