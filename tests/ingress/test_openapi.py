"""The API's document says what the door does: each route, each answer, each problem."""

import json
import re
from functools import cache
from typing import Any

import httpx
from starlette.routing import Route

from ingress.app import make_door
from ingress.entries import all_entries
from ingress.openapi.document import document
from ingress.openapi.examples import curl_of
from ingress.openapi.refusals import refusals_of
from ingress.openapi.wording import documented
from settings import Settings
from tests.reference import REFERENCE

METHODS = {"get", "post", "patch", "delete", "put"}
REFERENCES = re.compile(r'"\$ref": "#/([^"]+)"')


@cache
def told() -> dict[str, Any]:
    return document()


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): each for path, methods in told()["paths"].items() for method, each in methods.items()
    }


def test_it_is_openapi_3_1() -> None:
    # loading it takes seconds, and whoever collects tests would do so
    from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

    assert [str(error) for error in OPENAPI_31_VALIDATOR.iter_errors(told())] == []
    assert list(OPENAPI_31_VALIDATOR.iter_errors({**told(), "paths": []})) != []


def test_each_line_for_a_shell_asks_by_the_method_that_it_stands_beside() -> None:
    """By itself curl asks with GET, and with POST where there is a body."""
    for (method, path), each in operations().items():
        line = curl_of(method, path, each, told()["components"]["schemas"])
        named = re.search(r" -X (\w+) ", line)
        assert (named[1] if named else "POST" if " -d '" in line else "GET") == method, line


def test_every_route_of_the_door_is_in_it_and_nothing_else() -> None:
    nowhere = Settings(ingress_database_url="postgresql://nowhere/none", broker_url="redis://nowhere")
    served = {
        (method, documented(route.path))
        for route in make_door(nowhere).router.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert set(operations()) == served


def test_whatever_it_refers_to_is_there() -> None:
    text = json.dumps(told())
    assert len(set(REFERENCES.findall(text))) > 50
    for reference in set(REFERENCES.findall(text)):
        here: Any = told()
        for word in reference.split("/"):
            here = here[word]
    assert "x-component" not in text


def test_each_operation_has_an_id_of_its_own_and_the_permission_of_its_route() -> None:
    ids = [each["operationId"] for each in operations().values()]
    assert len(ids) == len(set(ids))
    for entry in all_entries():
        each = operations()[entry.method, documented(entry.path)]
        assert each.get("x-permission") == entry.does.permission
        assert bool(each.get("security")) == bool(entry.does.permission)


def test_what_a_command_brings_is_told_by_its_kind() -> None:
    answered = operations()["POST", "/v1/accounts/"]["responses"]
    schema = answered["200"]["content"]["application/json"]["schema"]
    assert schema == answered["202"]["content"]["application/json"]["schema"]
    named = told()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"]
    assert named["kind"] == {"const": "open_account"}
    assert named["result"]["anyOf"][0] == {"$ref": "#/components/schemas/Account"}


def test_every_problem_it_speaks_of_is_explained_in_the_reference() -> None:
    words = set(re.findall(r"urn:cashbeat:problem:([a-z_]+)", json.dumps(told())))
    assert len(words) > 30
    assert [word for word in words if f"`{word}`" not in REFERENCE] == []


def test_what_a_read_refuses_with_is_found_in_its_source() -> None:
    top_up = operations()["GET", "/v1/billing/credits/auto-top-up/"]["responses"]
    assert {"400", "401", "403", "404", "422", "503"} <= set(top_up)
    assert "`auto_top_up_not_found`" in top_up["404"]["description"]
    assert "`account_not_found`" in top_up["404"]["description"]
    assert "404" not in operations()["GET", "/v1/billing/plans/"]["responses"]


def test_a_refusal_is_found_however_its_status_is_said() -> None:
    from billing.errors import Rejected

    def refuses() -> None:
        raise Rejected("of_its_own", "As a business refuses.")

    def refuses_by_place() -> None:
        raise Rejected("by_place", "Not there.", 404)

    def refuses_by_name() -> None:
        raise Rejected("by_name", "Not now.", status=409)

    found = refusals_of(refuses, refuses_by_place, refuses_by_name)
    assert found == {422: {"of_its_own"}, 404: {"by_place"}, 409: {"by_name"}}


def test_whoever_has_it_already_gets_it_no_second_time(door: httpx.Client) -> None:
    for path in ("/openapi.json", "/docs/"):
        first = door.get(path)
        assert first.status_code == 200
        again = door.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert door.get("/openapi.json").json() == told()


def test_the_page_shows_every_route_and_loads_nothing(door: httpx.Client) -> None:
    page = door.get("/docs/")
    policy = page.headers["content-security-policy"]
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    for each in operations().values():
        assert f'id="{each["operationId"]}"' in page.text
    assert re.findall(r'(?:src|href)="(?!#|/openapi\.json")[^"]*"', page.text) == []
    assert "<script" not in page.text
    anchors = set(re.findall(r'href="#([^"]+)"', page.text))
    assert anchors <= set(re.findall(r'id="([^"]+)"', page.text))


def test_a_file_is_told_by_all_the_types_that_it_may_have() -> None:
    """The one of an account's export was told as a PDF, as was the picture of a payment."""
    told_of = {
        path: set(each["responses"]["200"]["content"])
        for (method, path), each in operations().items()
        if method == "GET" and "content" in each["responses"].get("200", {})
    }
    assert told_of["/v1/accounts/{id}/export/file/"] == {"application/zip"}
    assert told_of["/v1/billing/payment-claims/{id}/proof/"] == {"application/pdf", "image/png", "image/jpeg"}
    assert told_of["/v1/billing/invoices/{id}/pdf/"] == {"application/pdf"}
