"""What a worker process pays, and what it does not: measured in fresh processes."""

import subprocess
import sys
from pathlib import Path

from documents.fonts import family_available, harfbuzz_subset_available

ROOT = Path(__file__).parents[2]


def run(program: str) -> str:
    child = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr
    return child.stdout.strip()


def test_other_workers_do_not_pay_for_weasyprint() -> None:
    modules = "documents.emails, documents.invoice_pdf, documents.fetcher, documents.fonts, documents.typesetting"
    assert run(f"import sys, {modules}; print('weasyprint' in sys.modules)") == "False"


def test_warming_up_leaves_nothing_for_the_first_customer_to_wait_for() -> None:
    assert run(
        "import sys; from documents.invoice_pdf import warm_up; warm_up(); print('weasyprint' in sys.modules)"
    ) == ("True")


def test_memory_stays_flat() -> None:
    """A longer run of 300 documents gained 0.1 MB; one leaked attribute list per text would gain 40 kB a document."""
    program = """
import psutil
from documents.invoice_pdf import render_invoice_pdf, warm_up
from documents.samples import sample_invoice
warm_up()
for _ in range(15):
    render_invoice_pdf(sample_invoice())
before_bytes = psutil.Process().memory_info().rss
for _ in range(30):
    render_invoice_pdf(sample_invoice())
print(psutil.Process().memory_info().rss - before_bytes)
"""
    assert int(run(program)) < 600_000


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
