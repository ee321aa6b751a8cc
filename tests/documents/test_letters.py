"""Every letter on paper is one: a box for a letter that no font has is never printed."""

import logging
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from documents.invoice_pdf import render_invoice_pdf
from documents.letters import NO_GLYPH, LettersMissing, Listener
from documents.samples import sample_invoice
from schemas.documents import LineFacts, PartyFacts
from stack.system_libraries import SCRIPTS

ROOT = Path(__file__).parents[2]
# assigned to nobody for ever, so that no font of the world may have it
NO_LETTER = "\U0010fffe"
PRIVATE = "\ue000"


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_name_in_any_script_of_the_world_is_printed(script: str) -> None:
    name = SCRIPTS[script] * 3
    assert render_invoice_pdf(replace(sample_invoice(), buyer=PartyFacts(name, (name,)))).startswith(b"%PDF-")


def test_a_letter_that_no_font_has_is_named_with_its_places_and_nothing_is_printed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    lines = (LineFacts(f"Seats {NO_LETTER}", 1, 26_498, 26_498),)
    unprintable = replace(sample_invoice(), buyer=PartyFacts(f"Secret {PRIVATE} name"), lines=lines)
    with caplog.at_level(logging.DEBUG), pytest.raises(LettersMissing) as refused:
        render_invoice_pdf(unprintable)
    said = str(refused.value)
    assert "U+E000 (in buyer.name)" in said
    assert "U+10FFFE (in lines.1.description)" in said
    assert "Secret" not in said + caplog.text
    assert PRIVATE not in caplog.text
    assert render_invoice_pdf(sample_invoice()).startswith(b"%PDF-"), "the next document is not held up"


def test_a_letter_is_missed_also_by_a_process_that_logs_nothing() -> None:
    program = f"""
import logging
logging.getLogger().setLevel(logging.CRITICAL)
from dataclasses import replace
from documents.invoice_pdf import render_invoice_pdf
from documents.letters import LettersMissing
from documents.samples import sample_invoice
try:
    render_invoice_pdf(replace(sample_invoice(), notes=({NO_LETTER!r},)))
except LettersMissing:
    print("missed")
"""
    told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "missed"


def test_a_document_that_was_given_up_leaves_nothing_to_the_next_one() -> None:
    """As when the time limit falls between the letter and the end of its document."""
    listener = Listener()
    heard = logging.LogRecord("weasyprint", logging.WARNING, "", 0, f'{NO_GLYPH} rendered "%s"', (PRIVATE,), None)

    def give_up() -> None:
        with listener.require_all():
            assert listener.filter(heard) is False
            raise TimeoutError

    with pytest.raises(TimeoutError):
        give_up()
    with listener.require_all():
        pass
    with pytest.raises(LettersMissing, match=r"U\+E000"), listener.require_all():
        listener.filter(heard)


@pytest.mark.parametrize("invisible", ["\u200b", "\u200d", "\ufeff", "\ufe0f", "\u00ad", "\u202e", "\n", "\t"])
def test_what_has_no_shape_needs_no_font(invisible: str) -> None:
    assert render_invoice_pdf(replace(sample_invoice(), notes=(f"a{invisible}b",))).startswith(b"%PDF-")
