"""`python -m documents sample OUT_DIR`: look at what customers get."""

from pathlib import Path
from typing import Annotated

import typer

from documents.emails import render_payment_confirmation
from documents.invoice_pdf import render_invoice_pdf
from documents.samples import sample_invoice

app = typer.Typer(help="Draw documents from made-up facts.", no_args_is_help=True, add_completion=False)


@app.callback()
def documents() -> None:
    """Keeps `sample` a subcommand although it is the only one."""


@app.command()
def sample(out_dir: Annotated[Path, typer.Argument(help="Where the files are written; made if missing.")]) -> None:
    """Write invoice.pdf, email.html and email.txt."""
    out_dir.mkdir(parents=True, exist_ok=True)
    invoice = sample_invoice()
    pdf = render_invoice_pdf(invoice)
    email = render_payment_confirmation(invoice, pdf, invoice.buyer.email)
    (out_dir / "invoice.pdf").write_bytes(pdf)
    (out_dir / "email.html").write_text(email.html, encoding="utf-8")
    (out_dir / "email.txt").write_text(email.text, encoding="utf-8")
    typer.echo(f"Wrote invoice.pdf, email.html and email.txt to {out_dir}")


if __name__ == "__main__":
    app(prog_name="python -m documents")
