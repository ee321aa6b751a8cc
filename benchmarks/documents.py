"""Invoice PDFs: a warm worker of ours beside WeasyPrint called plainly, without libharfbuzz-subset.

What a document costs at least is WeasyPrint's layout of the same page, with style sheet and fonts kept: ours has that,
and writes the PDF, its tags and its fonts besides. The first row takes that as its floor.

Each side is a child process of its own, warmed by a few documents. The sides then draw the same invoice in turns, so
that all of them meet the same weather on the machine. Ours begins with the facts; a floor is given the finished markup
with the style sheet in it.

What the missing library costs depends on the font. Open Sans was chosen also because fontTools cuts it down in about a
tenth of a second; most others take three to twelve tenths. The last row therefore takes as its floor the same page in
the machine's default font, which is what nobody's care leads to.
"""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.row import Row

ROOT = Path(__file__).parent.parent
AIM = 5.0
LAYOUT_AIM = 0.8
DOCUMENTS_WARM_UP = 5
DOCUMENTS_MEASURED = 25  # a dozen was seen to move by a fifth on a busy machine
CHILD_SECONDS_MAX = 240  # thrice what all sides together take on a busy machine


def documents() -> list[Row]:
    """Milliseconds per invoice (median) and invoices per second (all of them), every side measured here and now."""
    times = _times_seconds("ours", "layout", "floor", "floor_default_font")
    our_ms, layout_ms, floor_ms = (1_000 * median(times[side]) for side in ("ours", "layout", "floor"))
    return [
        Row("documents.ms_over_layout", our_ms, "ms", layout_ms, layout_ms / our_ms, LAYOUT_AIM),
        Row("documents.ms_per_invoice", our_ms, "ms", floor_ms, floor_ms / our_ms, AIM),
        _rate("documents.per_second", times["ours"], times["floor"]),
        _rate("documents.per_second_default_font", times["ours"], times["floor_default_font"]),
    ]


def _rate(name: str, ours_seconds: list[float], floor_seconds: list[float]) -> Row:
    ours, floor = (len(times) / sum(times) for times in (ours_seconds, floor_seconds))
    return Row(name, ours, "documents/s", floor, ours / floor, AIM)


def _times_seconds(*sides: str) -> dict[str, list[float]]:
    """What each document took on each side, measured by the child that drew it."""
    with ExitStack() as stack:
        children = {side: stack.enter_context(_Child(side)) for side in sides}
        for child in children.values():
            for _ in range(DOCUMENTS_WARM_UP):
                child.draw_seconds()
        times: dict[str, list[float]] = {side: [] for side in sides}
        for _ in range(DOCUMENTS_MEASURED):
            for side, child in children.items():
                times[side].append(child.draw_seconds())
        return times


class _Child:
    """One side in a fresh process: draws a document for each line it reads, answers with the seconds it took."""

    def __init__(self, side: str) -> None:
        self.command = [sys.executable, "-m", "benchmarks.documents", side]
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def __enter__(self) -> "_Child":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()  # closes its input, upon which it ends

    def draw_seconds(self) -> float:
        assert self.process.stdin
        assert self.process.stdout
        print(file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"ended early; to see why, run {' '.join(self.command)} and press Enter")
        return float(answer)


def _serve(draw: Callable[[], object]) -> None:
    signal.alarm(CHILD_SECONDS_MAX)
    for _ in sys.stdin:
        started = time.perf_counter()
        draw()
        print(time.perf_counter() - started, flush=True)


def _ours() -> Callable[[], bytes]:
    from collector import settle_collector
    from documents.invoice_pdf import render_invoice_pdf, warm_up
    from documents.samples import sample_invoice

    warm_up()
    settle_collector()
    invoice = sample_invoice()
    return lambda: render_invoice_pdf(invoice)


def _layout() -> Callable[[], object]:
    from collector import settle_collector
    from documents.invoice_html import invoice_html
    from documents.invoice_pdf import warm_up
    from documents.samples import sample_invoice
    from documents.typesetting import lay_out

    warm_up()
    settle_collector()
    markup = invoice_html(sample_invoice())
    return lambda: lay_out(markup)


def _floor() -> Callable[[], bytes]:
    from documents.templates import read

    return _plain(read("invoice.css"))


def _floor_default_font() -> Callable[[], bytes]:
    from documents.templates import read

    sheet, replaced = re.subn(r'"Open Sans",[^;]*?sans-serif', "sans-serif", read("invoice.css"))
    assert replaced, "the style sheet no longer names Open Sans"
    return _plain(sheet)


def _plain(sheet: str) -> Callable[[], bytes]:
    _hide_harfbuzz_subset()
    from weasyprint import HTML
    from weasyprint.text import ffi

    from documents.invoice_html import invoice_html
    from documents.samples import sample_invoice

    assert ffi.harfbuzz_subset is None, "the floor must fall back to fontTools"
    markup = invoice_html(sample_invoice()).replace("</head>", f"<style>{sheet}</style></head>", 1)
    return lambda: HTML(string=markup).write_pdf()


def _hide_harfbuzz_subset() -> None:
    """Make the library as good as not installed, in this process only.

    While it is imported, WeasyPrint tries the library's names with cffi's `dlopen` and takes OSError for "not there".
    """
    from cffi import FFI  # type: ignore[import-untyped] # its stubs are a package of their own

    real_dlopen = FFI.dlopen

    def dlopen(self: FFI, name: str, flags: int = 0) -> Any:
        if "harfbuzz-subset" in name:
            raise OSError(f"hidden by the benchmark: {name}")
        return real_dlopen(self, name, flags)

    FFI.dlopen = dlopen


if __name__ == "__main__":
    _serve(
        {"ours": _ours, "layout": _layout, "floor": _floor, "floor_default_font": _floor_default_font}[sys.argv[1]]()
    )
