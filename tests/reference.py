"""The API's reference as one text: its first page, and the pages that this one links to, in that order."""

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
INDEX = DOCS / "api.md"
LINK = re.compile(r"^\| \[[^]]+\]\((api/[a-z-]+\.md)\)", re.MULTILINE)

PAGES = (INDEX, *(DOCS / link for link in LINK.findall(INDEX.read_text(encoding="utf-8"))))
REFERENCE = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
