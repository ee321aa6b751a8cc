"""`python -m documents sample OUT_DIR`: look at what customers get."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from documents.credit_note_pdf import render_credit_note_pdf
from documents.emails import render_payment_confirmation
from documents.evidence_pdf import render_evidence_pdf
from documents.invoice_pdf import render_invoice_pdf
from documents.notice_samples import sample_kind, sample_notices
from documents.notices import render_notice
from documents.samples import sample_credit_note, sample_evidence, sample_invoice
from schemas.documents import EmailFacts

app = typer.Typer(help="Draw documents from made-up facts.", no_args_is_help=True, add_completion=False)


@app.callback()
def documents() -> None:
    """Keeps `sample` a subcommand although it is the only one."""


@app.command()
def sample(out_dir: Annotated[Path, typer.Argument(help="Where the files are written; made if missing.")]) -> None:
    """Write three PDFs, email.html, email.txt, and every notice under its name in both forms."""
    out_dir.mkdir(parents=True, exist_ok=True)
    invoice = sample_invoice()
    pdf = render_invoice_pdf(invoice)
    (out_dir / "invoice.pdf").write_bytes(pdf)
    paper = sample_credit_note()
    papers = ((paper.number, render_credit_note_pdf(paper)),)
    (out_dir / "credit_note.pdf").write_bytes(papers[0][1])
    (out_dir / "evidence.pdf").write_bytes(render_evidence_pdf(sample_evidence(), [pdf]))
    _write(out_dir, "email", render_payment_confirmation(invoice, pdf, invoice.buyer.email))
    for name, facts in sample_notices().items():
        with_pdf = replace(facts, pdf=render_invoice_pdf(facts.invoice)) if facts.invoice else facts
        with_pdf = replace(facts, papers=papers) if facts.refund and facts.refund.note_numbers else with_pdf
        _write(out_dir, name, render_notice(sample_kind(name), with_pdf, facts.buyer.email))
    typer.echo(f"Wrote three PDFs, email.html, email.txt and {len(sample_notices())} notices to {out_dir}")


def _write(out_dir: Path, name: str, email: EmailFacts) -> None:
    (out_dir / f"{name}.html").write_text(email.html, encoding="utf-8")
    (out_dir / f"{name}.txt").write_text(f"Subject: {email.subject}\n\n{email.text}", encoding="utf-8")


if __name__ == "__main__":
    app(prog_name="python -m documents")
