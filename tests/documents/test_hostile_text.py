"""Customer text is shown, never obeyed: no markup, no file, no connection."""

import io
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import weasyprint
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from documents.emails import render_payment_confirmation
from documents.invoice_html import invoice_html
from documents.invoice_pdf import render_invoice_pdf
from documents.letters import LettersMissing
from documents.notice_samples import sample_kind, sample_notices
from documents.notices import render_notice
from documents.samples import sample_invoice
from documents.typesetting import typeset
from schemas.documents import InvoiceFacts, LineFacts, NoticeFacts, PartyFacts

CANARY = "canary-that-must-stay-in-its-file"
PDF = b"%PDF-1.7 stand-in"
HOSTILE = ("</p><script>", "&amp;", "'\"><b>", "{{ 7*7 }}", "<!--", "]]>", "{% raw %}")
PRINTABLE = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=80)


@contextmanager
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def was_called(server: socket.socket) -> bool:
    return bool(select.select([server], [], [], 0.05)[0])


def hostile_markup(canary: Path, server: socket.socket) -> str:
    url = f"http://127.0.0.1:{server.getsockname()[1]}"
    return (
        f"<link rel=attachment href='{canary.as_uri()}'><link rel=stylesheet href='{url}/sheet.css'>"
        f"<style>@import url({url}/import.css); @font-face {{ font-family: x; src: url({url}/font.woff) }}</style>"
        f"<img src='{url}/pixel.png'><img src='{canary.as_uri()}'><p style='background: url({url}/paper.png)'>x</p>"
        f"<a rel=attachment href='{canary.as_uri()}'>x</a><object data='{url}/object.svg'></object>"
    )


def attachments(pdf: bytes) -> list[bytes]:
    return [content for contents in PdfReader(io.BytesIO(pdf)).attachments.values() for content in contents]


def named(name: str) -> InvoiceFacts:
    """The sample with this text wherever a customer can write."""
    sample = sample_invoice()
    lines = tuple(replace(line, description=name) for line in sample.lines)
    buyer = PartyFacts(name, (name, name), name, name, name)
    payment = replace(sample.payments[0], reference=name, method=name, card_brand=name, card_last4=name)
    return replace(sample, lines=lines, buyer=buyer, notes=(name,), payments=(payment,))


def noticed(sample: str, name: str) -> NoticeFacts:
    """A sample notice with this text wherever somebody else than the programmer can write."""
    facts = sample_notices()[sample]
    if facts.invoice:
        lines = tuple(replace(line, description=name) for line in facts.invoice.lines)
        facts = replace(facts, invoice=replace(facts.invoice, lines=lines, payment_instructions=name))
    if facts.subscription:
        card = replace(facts.subscription.card, brand=name, last4=name) if facts.subscription.card else None
        subscription = replace(facts.subscription, plan_name=name, services=(name, name), card=card)
        facts = replace(facts, subscription=subscription)
    return replace(facts, buyer=PartyFacts(name, (name,)), failure=name)


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    path = tmp_path / "canary.txt"
    path.write_text(CANARY)
    return path


def test_a_hostile_name_is_shown_as_text_and_fetches_nothing(canary: Path) -> None:
    with listener() as server:
        markup = hostile_markup(canary, server)
        pdf = render_invoice_pdf(named(markup))
        assert not was_called(server)
    shown = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert "<linkrel=attachment" in "".join(shown.split())
    assert CANARY not in shown
    assert attachments(pdf) == []


def test_even_unescaped_markup_would_reach_neither_files_nor_the_network(canary: Path) -> None:
    with listener() as server:
        pdf = typeset(hostile_markup(canary, server))
        assert not was_called(server)
    assert attachments(pdf) == []
    assert CANARY.encode() not in pdf


def test_the_same_markup_is_dangerous_to_a_plain_call(canary: Path) -> None:
    """Shows that the two tests above can fail."""
    attachment = f"<link rel=attachment href='{canary.as_uri()}'>"
    assert attachments(weasyprint.HTML(string=attachment).write_pdf()) == [CANARY.encode()]
    with listener() as server:
        server.settimeout(0)
        fetcher = weasyprint.urls.URLFetcher(timeout=0.05)
        weasyprint.HTML(string=hostile_markup(canary, server), url_fetcher=fetcher).write_pdf()
        assert was_called(server)


class Outline(HTMLParser):
    """The tags of a page in order, with their attributes' names, and all its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(name=PRINTABLE.filter(bool) | st.sampled_from(HOSTILE))
@settings(deadline=None)
def test_no_text_changes_the_markup_around_it(name: str) -> None:
    invoice = named(name)
    page = Outline(invoice_html(invoice))
    assert page.tags == Outline(invoice_html(named("harmless"))).tags
    assert name in page.text


@given(name=PRINTABLE.filter(lambda name: "\u2028" not in name and "\u2029" not in name and name))
@settings(deadline=None)
def test_no_text_changes_the_markup_of_an_email(name: str) -> None:
    mail = Outline(render_payment_confirmation(named(name), PDF, "a@example.com").html)
    harmless = Outline(render_payment_confirmation(named("harmless"), PDF, "a@example.com").html)
    assert mail.tags == harmless.tags
    assert name in mail.text


def require_same_markup(sample: str, name: str) -> None:
    kind = sample_kind(sample)
    mail = render_notice(kind, noticed(sample, name), "a@example.com")
    harmless = render_notice(kind, noticed(sample, "harmless"), "a@example.com")
    assert Outline(mail.html).tags == Outline(harmless.html).tags
    assert name in Outline(mail.html).text
    assert len(mail.text.splitlines()) == len(harmless.text.splitlines())


@pytest.mark.parametrize("sample", sample_notices())
def test_no_markup_changes_the_markup_of_a_notice(sample: str) -> None:
    for name in HOSTILE:
        require_same_markup(sample, name)


@given(
    sample=st.sampled_from(sorted(sample_notices())),
    name=PRINTABLE.filter(lambda name: "\u2028" not in name and "\u2029" not in name and name),
)
@settings(deadline=None)
def test_no_text_changes_the_markup_of_a_notice(sample: str, name: str) -> None:
    require_same_markup(sample, name)


@given(name=PRINTABLE)
@settings(deadline=None, max_examples=10)
def test_any_printable_text_is_drawn_or_refused_for_a_letter_that_no_font_has(name: str) -> None:
    invoice = replace(sample_invoice(), buyer=PartyFacts(name, (name,)), lines=(LineFacts(name, 1, 26_498, 26_498),))
    try:
        pdf = render_invoice_pdf(invoice)
    except LettersMissing as refusal:
        assert set(refusal.letters) <= set(name)  # noqa: PT017 - either is right
        return
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    assert attachments(pdf) == []
