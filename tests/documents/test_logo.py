"""The seller's logo: on paper and in mails alike, and looked through before it is on either."""

import io
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from pypdf import PdfReader

from billing.errors import Rejected
from documents.emails import render_payment_confirmation
from documents.invoice_pdf import render_invoice_pdf
from documents.limits import MARKUP_LENGTH_MAX, require_short_markup
from documents.logo import BYTES_MAX, PIXELS_MAX, PNG_SIGNATURE, data_address, read_logo
from documents.samples import SELLER, sample_invoice
from schemas.documents import InvoiceFacts

RED = (220, 20, 30, 255)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 10">{}</svg>'
RED_SVG = SVG.format('<rect width="15" height="10" fill="#dc141e"/>')


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 30, height: int = 10) -> bytes:
    """A picture that is red all over."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    rows = (b"\0" + bytes(RED) * min(width, 30)) * min(height, 10)
    return PNG_SIGNATURE + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _opened(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture))


def saved(tmp_path: Path, content: bytes | str) -> Path:
    path = tmp_path / "logo"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def branded(tmp_path: Path, content: bytes | str) -> InvoiceFacts:
    return replace(sample_invoice(), seller=replace(SELLER, logo=read_logo(saved(tmp_path, content))))


@pytest.mark.parametrize("content", [png(), RED_SVG], ids=["png", "svg"])
def test_it_is_printed_and_mailed_in_the_place_of_mark_and_name(tmp_path: Path, content: bytes | str) -> None:
    """Looked at: its left end is red on paper, where the mark has been, and in the picture that the mail carries."""
    invoice = branded(tmp_path, content)
    pdf = render_invoice_pdf(invoice)
    paper = pypdfium2.PdfDocument(pdf)[0].render(scale=1).to_pil()
    # 20 millimetres from the left and 22 from the top
    assert paper.getpixel((57, 62)) == RED[:3]
    assert PdfReader(io.BytesIO(pdf)).pages[0].extract_text().count(SELLER.name) == 2, "From and footer, no more header"

    mail = render_payment_confirmation(invoice, pdf, "a@example.com")
    ((name, picture),) = mail.pictures
    assert f'<img src="cid:{name}" alt="{SELLER.name}"' in mail.html
    shown = _opened(picture)
    assert round(shown.width / shown.height) == 3
    assert shown.convert("RGBA").getpixel((shown.width // 4, shown.height // 2)) == RED


def test_an_svg_is_drawn_on_nothing(tmp_path: Path) -> None:
    mail = render_payment_confirmation(branded(tmp_path, RED_SVG), None, "a@example.com")
    shown = _opened(mail.pictures[0][1])
    assert shown.getchannel("A").getpixel((shown.width * 3 // 4, shown.height // 2)) == 0


def test_a_large_logo_takes_no_room_from_the_lines_of_an_invoice(tmp_path: Path) -> None:
    """Three of them would leave no room at all."""
    padding = f"<!--{'x' * (BYTES_MAX - 300)}-->"
    invoice = branded(tmp_path, RED_SVG + padding)
    assert render_invoice_pdf(invoice).startswith(b"%PDF-")
    address = data_address(invoice.seller.logo) if invoice.seller.logo else ""
    lines = "x" * MARKUP_LENGTH_MAX
    require_short_markup(address + lines, without=address)
    with pytest.raises(Rejected, match="document_too_large"):
        require_short_markup(address + lines + "x", without=address)


def test_without_a_logo_a_mail_carries_no_picture() -> None:
    mail = render_payment_confirmation(sample_invoice(), None, "a@example.com")
    assert mail.pictures == ()
    assert "<img" not in mail.html


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "neither a PNG nor an SVG"),
        (b"GIF89a", "neither a PNG nor an SVG"),
        ("<html/>", "neither a PNG nor an SVG"),
        (png()[:-20], "no whole PNG"),
        (png().replace(b"IDAT", b"iDAT"), "no whole PNG"),
        (png(PIXELS_MAX + 1), "pixels a side"),
        (png(0), "pixels a side"),
        (PNG_SIGNATURE + b"\0" * BYTES_MAX, "larger than 100,000 bytes"),
        ("<?xml version='1.0'?><svg viewBox='0 0 1 1'/>", "no SVG"),
        (RED_SVG.removesuffix("</svg>"), "no whole SVG"),
        ('<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="1"/>', "neither a viewBox"),
        (SVG.format("<script>alert(1)</script>"), "must not have: script"),
        (SVG.format('<a href="#x"/>'), "must not have: a"),
        (SVG.format('<image href="data:image/png;base64,AAAA"/>'), "must not have: image"),
        (SVG.format("<foreignObject/>"), "must not have: foreignObject"),
        (SVG.format('<rect onload="x()"/>'), "has a script: onload"),
        (SVG.format('<use href="https://example.com/a.svg#b"/>'), "outside of itself"),
        (
            SVG.format('<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="file:///etc/passwd"/>'),
            "outside of itself",
        ),
        (SVG.format('<rect fill="url(https://example.com/paint)"/>'), "outside of itself"),
        (SVG.format('<style>@import "https://example.com/a.css";</style>'), "outside of itself"),
        ('<!DOCTYPE svg [<!ENTITY a "b">]>' + RED_SVG, "neither a PNG nor an SVG"),
        ('<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "b">]>' + RED_SVG, "document type"),
        ('<?xml version="1.0"?><?xml-stylesheet href="a.css"?>' + RED_SVG, "processing instruction"),
    ],
)
def test_what_must_not_be_printed_is_refused_with_its_reason(tmp_path: Path, content: bytes | str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_logo(saved(tmp_path, content))


def test_a_gradient_of_its_own_is_nothing_from_outside(tmp_path: Path) -> None:
    own = SVG.format('<rect fill="url(#g)"/><style>rect { stroke: url("#g") }</style><use href="#g"/>')
    assert read_logo(saved(tmp_path, own)).aspect == 3


def test_a_file_that_is_missing_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read: No such file"):
        read_logo(tmp_path / "none.png")
