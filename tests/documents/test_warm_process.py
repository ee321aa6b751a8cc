"""What a worker process pays, and what it does not: measured in fresh processes."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from documents.fonts import family_available, harfbuzz_subset_available
from documents.notice_samples import sample_notices

ROOT = Path(__file__).parents[2]


def run(program: str) -> str:
    child = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr
    return child.stdout.strip()


def test_other_workers_do_not_pay_for_weasyprint() -> None:
    names = ("emails", "notices", "invoice_pdf", "fetcher", "fonts", "typesetting")
    modules = ", ".join(f"documents.{name}" for name in names)
    assert run(f"import sys, {modules}; print('weasyprint' in sys.modules)") == "False"


def test_warming_up_leaves_nothing_for_the_first_customer_to_wait_for() -> None:
    assert run(
        "import sys; from documents.invoice_pdf import warm_up; warm_up(); print('weasyprint' in sys.modules)"
    ) == ("True")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc tells how much memory is in use")
def test_memory_stays_flat() -> None:
    """One attribute list leaked per text, as WeasyPrint does for some CSS, would be 270 kB in these ten documents."""
    program = """
import ctypes, gc
from documents.invoice_pdf import render_invoice_pdf, warm_up
from documents.samples import sample_invoice

FIELDS = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
class Mallinfo2(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in FIELDS]
libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Mallinfo2

def in_use_bytes():
    gc.collect()
    state = libc.mallinfo2()
    return state.uordblks + state.hblkhd

def draw(count):
    for _ in range(count):
        render_invoice_pdf(sample_invoice())

warm_up()
draw(5)
before_bytes = in_use_bytes()
draw(10)
print(in_use_bytes() - before_bytes)
"""
    assert int(run(program)) < 100_000


def test_without_harfbuzz_subset_documents_are_still_made() -> None:
    program = """
import warnings
import cffi
real_dlopen = cffi.FFI.dlopen
def dlopen(self, name, flags=0):
    if "harfbuzz-subset" in name:
        raise OSError(name)
    return real_dlopen(self, name, flags)
cffi.FFI.dlopen = dlopen
warnings.simplefilter("ignore", DeprecationWarning)
from documents.invoice_pdf import render_invoice_pdf
from documents.samples import sample_invoice
print(len(render_invoice_pdf(sample_invoice())))
"""
    assert int(run(program)) > 10_000


def test_this_machine_has_what_documents_need() -> None:
    assert harfbuzz_subset_available()
    assert family_available()


def test_the_samples_are_written_for_people_to_look_at(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "documents", "sample", str(tmp_path / "out")]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    assert (tmp_path / "out" / "invoice.pdf").read_bytes().startswith(b"%PDF-")
    assert "We received your payment" in (tmp_path / "out" / "email.html").read_text(encoding="utf-8")
    assert "315.33 USD" in (tmp_path / "out" / "email.txt").read_text(encoding="utf-8")
    for name in sample_notices():
        assert (tmp_path / "out" / f"{name}.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
        assert (tmp_path / "out" / f"{name}.txt").read_text(encoding="utf-8").startswith("Subject: ")
