"""A browser that goes wherever a site leads it, and what a parser of HTML finds in its pages."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

import httpx
from starlette.routing import Route

from portal.frame import Portal
from tests.portal.running_portal import Browser

# lists sort and filter by links: of one page so many addresses are looked at
QUERIES_MAX = 3
PAGES_MAX = 1_500
UNTYPED = frozenset({"submit", "button", "reset", "image"})


@dataclass
class Form:
    """Where it is sent, and what it says if nobody types anything; `action` is empty for where it stands."""

    action: str
    is_post: bool
    fields: dict[str, str] = field(default_factory=dict)


class Parsed(HTMLParser):
    """The elements of a page with their attributes, its links and its forms."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, Mapping[str, str]]] = []
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        said = {name: value or "" for name, value in attrs}
        self.elements.append((tag, said))
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        elif tag == "form":
            self.forms.append(Form(said.get("action", ""), said.get("method", "get").lower() == "post"))
        elif self.forms and said.get("name") and said.get("type", "") not in UNTYPED:
            self.forms[-1].fields.setdefault(said["name"], said.get("value", ""))
        elif self.forms and tag == "option" and self.forms[-1].fields:
            last = next(reversed(self.forms[-1].fields))
            if not self.forms[-1].fields[last] or "selected" in said:
                self.forms[-1].fields[last] = said.get("value", "")


def routes_of(site: Portal) -> list[Route]:
    """Every address of the portal or the console."""
    return list(site._router._application.routes)  # type: ignore[attr-defined] # the two layers around its router


def crawl(browser: Browser, *starts: str) -> dict[str, httpx.Response]:
    """Every page that is led to from these, by its address."""
    found: dict[str, httpx.Response] = {}
    waiting, looked_at = list(starts), Counter[str]()
    while waiting and len(found) < PAGES_MAX:
        address = waiting.pop()
        path = urlsplit(address).path
        if address in found or looked_at[path] >= QUERIES_MAX:
            continue
        looked_at[path] += 1
        answer = found[address] = browser.open(address)
        if "location" in answer.headers:
            waiting += _within(answer, [answer.headers["location"]])
        elif answer.headers.get("content-type", "").startswith("text/html"):
            waiting += _within(answer, Parsed(answer.text).links)
    return found


def _within(page: httpx.Response, links: list[str]) -> Iterator[str]:
    """Those that stay on the site, as they are asked for."""
    for link in links:
        url = page.url.join(link)
        if url.scheme == page.url.scheme and url.netloc == page.url.netloc:
            yield url.raw_path.decode()
