"""How many pages may be asked for in a minute: by one browser, and by one address, whoever it says that it is."""

from collections.abc import Callable, Iterator
from contextlib import closing
from uuid import UUID

import pytest

from settings import Settings
from stack.ports import free_port
from tests.portal.conftest import Link
from tests.portal.running_portal import Browser, running_portal

HOME = "/account/sessions"
NewCustomer = Callable[..., UUID]
Hurried = Callable[..., str]


@pytest.fixture
def hurried(portal_settings: Settings) -> Iterator[Hurried]:
    """A portal beside the file's, with limits."""
    running = []

    def start(**limits: int) -> str:
        settings = portal_settings.model_copy(update={**limits, "portal_port": free_port(0)})
        running.append(running_portal(settings))
        return running[-1].__enter__()

    yield start
    for each in running:
        each.__exit__(None, None, None)


def test_a_browser_has_a_limit_of_its_own(hurried: Hurried, new_customer: NewCustomer, new_link: Link) -> None:
    address, account_id = hurried(page_requests_per_minute=6, address_page_requests_per_minute=0), new_customer()
    with closing(Browser(address)) as ada, closing(Browser(address)) as bea:
        for each in (ada, bea):
            assert each.enter(new_link(account_id)).status_code == 303
        answers = [ada.open(HOME) for _ in range(9)]
        assert [answer.status_code for answer in answers[:6]] == [200] * 6
        assert answers[-1].status_code == 429
        assert (int(answers[-1].headers["retry-after"]) >= 1, "Wait a moment" in answers[-1].text) == (True, True)
        assert bea.open(HOME).status_code == 200
        style = ada.open(answers[0].text.partition('rel="stylesheet" href="')[2].partition('"')[0])
        assert (style.status_code, ada.open("/healthz").status_code) == (200, 200), "these are not counted"


def test_an_address_has_one_whatever_cookie_comes_with_it(hurried: Hurried) -> None:
    address = hurried(page_requests_per_minute=6, address_page_requests_per_minute=12)
    codes = []
    for number in range(16):
        with closing(Browser(address)) as stranger:
            stranger.http.cookies.set("cashbeat", f"made-up-{number}", domain="127.0.0.1")
            codes.append(stranger.open(HOME).status_code)
    assert codes[:12] == [401] * 12
    assert codes[-1] == 429
