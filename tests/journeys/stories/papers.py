"""Invoices are found again, and taken home."""

import io
import zipfile
from uuid import uuid4

from tests.journeys.scene import Journey, Scene


def filter_and_download_invoices(scene: Scene) -> None:
    """Of two, one is open: the list is narrowed to what is paid, and saved as table, as papers and as one paper."""
    account_id = scene.account()
    scene.saves_card(account_id)
    scene.subscribes(account_id, "starter")
    scene.say("/v1/billing/manual-payments/", account_id=account_id, package="value")
    paid, waits = _numbers(scene, account_id, "paid"), _numbers(scene, account_id, "pending")
    ada = scene.enters(account_id, target="invoices")
    ada.sees(*paid, *waits)
    ada.choose("Status", "paid")
    ada.press("Show")
    ada.sees(*paid)
    assert not set(waits) & set(ada.page.locator("tbody").inner_text().split()), "what is not paid is not listed"
    table = ada.save("As CSV").decode()
    assert paid[0] in table
    assert waits[0] not in table
    with zipfile.ZipFile(io.BytesIO(ada.save("All PDFs as ZIP"))) as papers:
        assert [name for name in papers.namelist() if paid[0] in name]
    ada.follow(paid[0])
    assert ada.save("PDF").startswith(b"%PDF-")
    ada.open(f"{scene.stack.addresses.portal_url}/account/invoices?number={uuid4().hex[:8]}")
    ada.sees("No invoice fits what you are looking for.")
    ada.follow("Show all")
    ada.type("From", "2001-01-01")
    ada.type("Before", "2001-02-01")
    ada.press("Show")
    ada.sees("No invoice fits what you are looking for.")


def _numbers(scene: Scene, account_id: str, status: str) -> list[str]:
    def found() -> list[str]:
        listed = scene.shopper.get("/v1/billing/invoices/", account_id=account_id, status=status)["data"]
        return [each["number"] for each in listed if each["pdf"]]

    numbers: list[str] = scene.waits_for(found, f"the {status} invoice's paper")
    return numbers


STORIES: tuple[Journey, ...] = (filter_and_download_invoices,)
