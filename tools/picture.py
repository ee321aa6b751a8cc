"""`make picture`: what the demo sells, from the first process to the PDF, as the picture of the README."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pypdfium2

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "images" / "invoice.png"
PIXELS_PER_POINT = 2  # twice as fine as it is shown, for screens with fine dots


def main() -> None:
    """Play the demo in a home of its own, and draw the first page of the first invoice."""
    with tempfile.TemporaryDirectory(prefix="cashbeat-picture-") as home:
        command = [sys.executable, "-m", "cli", "demo", "--once", "--json"]
        environment = {**os.environ, "CASHBEAT_HOME": home}
        played = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        invoice = json.loads(played.stdout.splitlines()[-1])["invoices"][0]
        draw(Path(invoice["pdf_path"]).read_bytes(), PICTURE)
    print(f"{invoice['number']} is in {PICTURE.relative_to(ROOT)}")


def draw(pdf: bytes, picture: Path) -> None:
    """The first page of a PDF as a PNG."""
    page = pypdfium2.PdfDocument(pdf)[0]
    # few colors are on it: a palette keeps the picture small
    page.render(scale=PIXELS_PER_POINT).to_pil().quantize(64).save(picture, optimize=True)


if __name__ == "__main__":
    main()
