"""Pages, filled from the templates of this room."""

from collections.abc import Mapping
from gettext import NullTranslations
from http import HTTPStatus
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from documents.logo import data_address, read_logo
from portal import formatting, words
from portal.after import why_refused
from portal.navigation import NAVIGATION
from portal.refused import FOR_CUSTOMERS, Refused, Wording
from portal.shell import Shell
from portal.staging import new_key
from portal.static_files import StaticFiles
from portal.visitors import Visitor
from settings import Settings

FOLDER = Path(__file__).parent / "templates"
ENGLISH, UTC_ZONE = "en", "UTC"


class Pages:
    """The templates of one process, under the name and logo of who sells."""

    def __init__(self, settings: Settings, files: StaticFiles, wording: Wording = FOR_CUSTOMERS) -> None:
        environment = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            extensions=["jinja2.ext.i18n"],
        )
        # texts are marked for a catalogue; there is none but English yet
        environment.install_gettext_translations(NullTranslations(), newstyle=True)  # type: ignore[attr-defined] # by the extension
        environment.globals["seller_name"] = settings.seller_name
        environment.globals["logo"] = data_address(read_logo(settings.seller_logo)) if settings.seller_logo else ""
        environment.globals["static"] = files.address
        environment.globals["flower_url"] = settings.flower_public_url.rstrip("/")
        environment.globals["wording"] = wording
        environment.globals["new_key"] = new_key
        environment.globals["kind_of"] = words.kind_of
        environment.globals["spaced"] = words.spaced
        environment.globals.update(words.SAYINGS)
        environment.globals["why_refused"] = why_refused
        environment.globals["new_key"] = new_key
        self._environment = environment
        self.seller_name = settings.seller_name
        self.wording = wording

    def show(self, template: str, visitor: Visitor, shell: Shell, content: Mapping[str, Any], path: str) -> Response:
        """A page of a visitor's, within what stands around all of them."""
        # whoever looks on has no sessions there
        ways = [way for way in NAVIGATION if visitor.may(way.permission) and not (visitor.look and way.is_own)]
        around = {"visitor": visitor, "shell": shell, "ways": ways, "path": path}
        return self.fill(template, {**around, **content}, shell.locale, shell.time_zone)

    def plain(self, template: str, content: Mapping[str, Any], status: int | None = None) -> Response:
        """A page for whoever looks at it, signed in or not."""
        return self.fill(template, content, ENGLISH, UTC_ZONE, status)

    def refusal(self, refused: Refused, request_id: str, *, is_parked: bool = False) -> Response:
        """Why there is no page, and a way back; and whether what was sent is kept."""
        content = {"refused": refused, "request_id": request_id, "is_parked": is_parked}
        answer = self.plain("refused.html", content, refused.status)
        if refused.retry_after_seconds:
            answer.headers["retry-after"] = str(refused.retry_after_seconds)
        return answer

    def fill(
        self, template: str, content: Mapping[str, Any], locale: str, zone: str, status: int | None = None
    ) -> Response:
        """The template, with amounts as this locale writes them and times of this zone.

        Unless another status is given, it is 422 where `errors` of fields are shown, else 200.
        """
        written = {
            "locale": locale,
            "zone": zone,
            "write_money": lambda minor, currency: formatting.money(minor, currency, locale),
            "percent": lambda ppm: formatting.percent(ppm, locale),
            "count": lambda number: formatting.count(number, locale),
            "share": lambda ppm: formatting.share(ppm, locale),
            "calendar_day": lambda on: formatting.calendar_day(on, locale),
            "day": lambda at: formatting.day(at, zone, locale),
            "instant": lambda at: formatting.instant(at, zone, locale),
        }
        if status is None:
            status = HTTPStatus.UNPROCESSABLE_ENTITY if content.get("errors") else HTTPStatus.OK
        return HTMLResponse(self._environment.get_template(template).render({**written, **content}), status)
