"""What people do on the pages of a test: they read a form's own key, and press its button."""

import html
import re
from typing import Any
from uuid import UUID

import httpx

from calls.run_command import run_command
from tests.portal.running_portal import Browser
from workers.wiring import Work

_FORM = re.compile(r"<form method=\"post\"(?P<said>[^>]*)>(?P<inside>.*?)</form>", re.DOTALL)
_ACTION = re.compile(r"action=\"([^\"]*)\"")
_HIDDEN = re.compile(r"type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")


def hidden_fields(page: str, action: str) -> dict[str, str]:
    """What the first form of the page that is sent to this address carries, its own key among it.

    Of the address "" is one that is sent to where it stands.
    """
    forms = {"".join(_ACTION.findall(each["said"])): each["inside"] for each in reversed([*_FORM.finditer(page)])}
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(forms[action])}


def press(browser: Browser, page: httpx.Response, action: str, **typed: str) -> httpx.Response:
    """Send that form, with what was typed; where it leads is not followed."""
    return browser.send(action, {**hidden_fields(page.text, action), **typed})


def carried_out(browser: Browser, work: Work, said: httpx.Response, **more: Any) -> httpx.Response:
    """A worker takes what a form wanted, and the page of it is looked at."""
    assert said.status_code == 303, said.text
    run_command(work, UUID(said.headers["location"].rpartition("/")[2]))
    return browser.open(said.headers["location"], **more)
