"""Invoice PDFs: a warm worker of ours beside WeasyPrint called plainly, without libharfbuzz-subset.

Each side runs in a child process of its own, is warmed by a few documents and then draws the same invoice again and
again. The floor is given the finished markup; ours begins with the facts.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.row import Row

ROOT = Path(__file__).parent.parent
AIM = 5.0
DOCUMENTS_WARM_UP = 5
DOCUMENTS_MEASURED = 25  # a dozen was seen to move by a fifth on a busy machine
SIDE_SECONDS_MAX = 180


def documents() -> list[Row]:
    """Milliseconds per invoice (median) and invoices per second (whole run), both sides measured here and now."""
    ours, floor = _times_seconds("ours"), _times_seconds("floor")
    our_ms, floor_ms = 1_000 * median(ours), 1_000 * median(floor)
    our_rate, floor_rate = len(ours) / sum(ours), len(floor) / sum(floor)
    return [
        Row("documents.ms_per_invoice", our_ms, "ms", floor_ms, floor_ms / our_ms, AIM),
        Row("documents.per_second", our_rate, "documents/s", floor_rate, our_rate / floor_rate, AIM),
    ]


def _times_seconds(side: str) -> list[float]:
    command = [sys.executable, "-m", "benchmarks.documents", side]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SIDE_SECONDS_MAX, check=False)
    if child.returncode != 0:
        raise RuntimeError(f"the {side} side failed:\n{child.stderr}")
    times: list[float] = json.loads(child.stdout)
    return times


def _ours() -> Callable[[], bytes]:
    from documents.invoice_pdf import render_invoice_pdf, warm_up
    from documents.samples import sample_invoice

    warm_up()
    invoice = sample_invoice()
    return lambda: render_invoice_pdf(invoice)


def _floor() -> Callable[[], bytes]:
    _hide_harfbuzz_subset()
    from weasyprint import HTML
    from weasyprint.text import ffi

    from documents.invoice_html import invoice_html
    from documents.samples import sample_invoice
    from documents.templates import read

    assert ffi.harfbuzz_subset is None, "the floor must fall back to fontTools"
    style = f"<style>{read('invoice.css')}</style></head>"
    markup = invoice_html(sample_invoice()).replace("</head>", style, 1)
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


def _measure(draw: Callable[[], bytes]) -> list[float]:
    for _ in range(DOCUMENTS_WARM_UP):
        draw()
    return [_elapsed_seconds(draw) for _ in range(DOCUMENTS_MEASURED)]


def _elapsed_seconds(draw: Callable[[], bytes]) -> float:
    started = time.perf_counter()
    draw()
    return time.perf_counter() - started


if __name__ == "__main__":
    print(json.dumps(_measure({"ours": _ours, "floor": _floor}[sys.argv[1]]())))
