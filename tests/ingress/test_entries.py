"""Any method of a path may be an entry of its own."""

from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Router
from starlette.testclient import TestClient

from ingress.entries import all_entries, named_entries
from ingress.entries.aliases import ALIASES
from ingress.entries.entry import Answers, Entry, Method
from ingress.parts import Endpoint, Parts
from ingress.routes import routes

METHODS: tuple[Method, ...] = ("GET", "POST", "PATCH", "DELETE")
NOBODY: Any = None


def _saying(word: str) -> Answers:
    async def answer(request: Request) -> Response:
        return PlainTextResponse(f"{word} {request.path_params['id']}")

    def endpoint(_parts: Parts) -> Endpoint:
        return answer

    return Answers(word, endpoint)


@pytest.fixture
def trees() -> TestClient:
    """One path with four methods, another with one."""
    entries = [Entry(method, "/trees/{id}/", _saying(method)) for method in METHODS]
    entries.append(Entry("DELETE", "/leaves/{id}/", _saying("fall")))
    return TestClient(Router(routes(entries, NOBODY)))


def test_each_method_of_a_path_has_its_own_answer(trees: TestClient) -> None:
    for method in METHODS:
        assert trees.request(method, "/trees/oak/").text == f"{method} oak"
    assert trees.delete("/leaves/oak/").text == "fall oak"


def test_head_is_answered_as_get(trees: TestClient) -> None:
    assert trees.head("/trees/oak/").status_code == 200
    assert trees.head("/leaves/oak/").status_code == 405


def test_another_method_is_told_of_all(trees: TestClient) -> None:
    refused = trees.put("/trees/oak/")
    assert refused.status_code == 405
    assert set(refused.headers["allow"].split(", ")) == {*METHODS, "HEAD"}


def test_no_method_of_a_path_is_named_twice() -> None:
    names = [(entry.method, entry.path) for entry in all_entries()]
    assert len(names) == len(set(names))


def test_what_has_another_name_does_the_same_under_it() -> None:
    assert ALIASES
    by_name = {(entry.method, entry.path): entry for entry in all_entries()}
    for alias, name in ALIASES.items():
        assert name in {(entry.method, entry.path) for entry in named_entries()}
        assert by_name[alias].does is by_name[name].does
