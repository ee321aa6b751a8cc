"""The logo as mails carry it: mail programs draw a PNG and no SVG."""

from functools import lru_cache
from io import BytesIO

from documents.logo import data_address
from documents.typesetting import typeset_picture
from schemas.documents import LogoFacts

HEIGHT_PIXELS = 108  # thrice the height it is shown at, for screens with fine dots


@lru_cache(maxsize=1)
def logo_png(logo: LogoFacts) -> bytes:
    """The logo as a PNG; an SVG is drawn once per process, on nothing."""
    if logo.kind == "png":
        return logo.content
    import pypdfium2

    pdf = typeset_picture(data_address(logo), round(HEIGHT_PIXELS * logo.aspect), HEIGHT_PIXELS)
    page = pypdfium2.PdfDocument(pdf)[0]
    # a page is measured in points, of which CSS has three to four pixels
    bitmap = page.render(scale=HEIGHT_PIXELS / page.get_height(), fill_color=(255, 255, 255, 0))
    picture = BytesIO()
    bitmap.to_pil().save(picture, format="PNG")
    return picture.getvalue()
