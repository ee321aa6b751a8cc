"""How orders and captures are asked for: by the gateway in the path, and one thing at a time."""

from typing import Any
from uuid import UUID

import pytest

from tests.toy_vendor.deals import Deal
from tests.toy_vendor.through_doors import PAGES, give


def test_a_page_that_we_did_not_open_is_unknown(deal: Deal) -> None:
    asked = give(deal.door, deal.work, "/v1/billing/toy/capture-order/", checkout_ref="somebody-elses")
    assert asked.problem is not None
    assert asked.problem["type"] == "urn:cashbeat:problem:checkout_not_found"


@pytest.mark.parametrize(
    ("path", "body", "field", "message"),
    [
        ("toy/create-order", {}, "package", "must be given, or invoice_id"),
        (
            "toy/create-order",
            {"package": "value", "gateway": "stripe"},
            "gateway",
            "must be the gateway in the path, or left out",
        ),
        (
            "toy/create-order",
            {"package": "value", "invoice_id": str(UUID(int=1))},
            "invoice_id",
            "must be left out where package is given: a page is for either",
        ),
        ("toy/capture-order", {}, "checkout_ref", "must be given"),
        (
            "Toy/create-order",
            {"package": "value"},
            "gateway",
            "must be a gateway's name: up to 40 small letters, digits and underscores",
        ),
    ],
)
def test_the_path_names_the_gateway_and_the_body_one_command(
    deal: Deal, path: str, body: dict[str, Any], field: str, message: str
) -> None:
    asked = {**({"account_id": str(deal.account_id), **PAGES} if path.endswith("create-order") else {}), **body}
    refused = deal.door.post(f"/v1/billing/{path}/", json=asked)
    assert refused.status_code == 422
    assert refused.json()["errors"] == [{"field": field, "message": message}]
