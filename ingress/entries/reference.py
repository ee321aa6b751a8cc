"""The API's own description, for programs and for people."""

from ingress.entries.entry import Answers, Entry, Form

ANYBODY = "anybody"
HTML = Form(media_type="text/html")
DOCUMENT = Answers("this API as OpenAPI 3.1", lambda parts: parts.reference.document, callers=ANYBODY)
PAGE = Answers("this API as a page", lambda parts: parts.reference.page, callers=ANYBODY, form=HTML)

ENTRIES = (
    Entry("GET", "/openapi.json/", DOCUMENT),
    Entry("GET", "/docs/", PAGE),
)
