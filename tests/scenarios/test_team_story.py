"""Ada's firm grows: her product's server and her colleagues' browsers invite, join, change and leave."""

import re
from typing import Any
from uuid import uuid4

import requests

from stack.running import Stack
from stack.shopper import Shopper
from tests.scenarios.storytelling import emails, eventually, open_account

TEAM = "/v1/account/team/"
ADA = "user-1"


class Office:
    """The product's server, which may say who acts."""

    def __init__(self, shopper: Shopper, stack: Stack, account_id: str) -> None:
        self._shopper, self._address = shopper, stack.addresses.ingress_url
        self.account_id = account_id

    def say(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The operation, finished."""
        headers = {**self._shopper._key(), "Prefer": "wait=20"}
        answer = requests.request(method, f"{self._address}{path}", json=body or {}, headers=headers, timeout=40)
        told: dict[str, Any] = answer.json()
        return told

    def token_for(self, email: str, nth: int = 1) -> str:
        """That of the link in the newest mail to this address."""

        def mails() -> list[dict[str, Any]]:
            return [mail for mail in emails(self._shopper) if email in mail["to"]]

        eventually(lambda: len(mails()) >= nth, f"the invitation of {email}")
        newest = max(mails(), key=lambda mail: str(mail["created_at"]))
        text = self._shopper._send("GET", f"{self._shopper.sandbox_url}/sandbox/inbox/{newest['id']}/html").text
        found = re.search("/join/([A-Za-z0-9_-]{43})", text)
        return found[1] if found else ""

    def invite(self, email: str, role: str, **more: Any) -> str:
        """Somebody; the token in their mail."""
        said = self.say("POST", f"{TEAM}invite/", {"account_id": self.account_id, "email": email, "role": role, **more})
        assert said["status"] == "succeeded", said
        return self.token_for(email)

    def accept(self, token: str, user_id: str, **more: Any) -> dict[str, Any]:
        """Join as this user."""
        return self.say("POST", f"/v1/team/invitations/{token}/accept/", {"user_id": user_id, **more})


def _problem(operation: dict[str, Any]) -> str:
    assert operation["status"] == "failed", operation
    return str(operation["problem"]["type"]).removeprefix("urn:cashbeat:problem:")


def test_a_team_is_built_and_handed_over(shopper: Shopper, stack: Stack) -> None:
    office = Office(shopper, stack, open_account(shopper, "Ada's Growing Analytics"))
    refused = office.say(
        "POST", f"{TEAM}invite/", {"account_id": office.account_id, "email": "b@a.example", "role": "admin"}
    )
    assert _problem(refused) == "users_limit_reached", "nothing is included without a plan"
    plan = {"account_id": office.account_id, "plan": {"plan": "growth"}, "pay_by": "transfer"}
    shopper.command("/v1/billing/subscriptions/create/", plan, str(uuid4()))

    bea, cleo = f"bea-{uuid4().hex[:8]}@people.example", f"cleo-{uuid4().hex[:8]}@people.example"
    token = office.invite(bea, "admin", acting_user_id=ADA)
    told = requests.get(f"{stack.addresses.ingress_url}/v1/team/invitations/{token}/", timeout=10).json()
    assert (told["account_name"], told["role"], told["email"]) == ("Ada's Growing Analytics", "admin", bea)
    joined = office.accept(token, "user-bea", name="Bea")["result"]
    assert (joined["user_id"], joined["role"], joined["email"]) == ("user-bea", "admin", bea)
    assert _problem(office.accept(token, "user-cleo")) == "invitation_not_found", "good once"
    assert requests.get(f"{stack.addresses.ingress_url}/v1/team/invitations/{token}/", timeout=10).status_code == 404

    token = office.invite(cleo, "viewer", acting_user_id="user-bea", sites=["shop.example"])
    newest = max((mail for mail in emails(shopper) if cleo in mail["to"]), key=lambda mail: str(mail["created_at"]))
    assert newest["subject"] == "Bea invites you to Ada's Growing Analytics"
    viewer = office.accept(token, "user-cleo")["result"]

    changed = office.say("PATCH", f"{TEAM}{viewer['id']}/role/", {"role": "member", "acting_user_id": "user-bea"})
    assert (changed["result"]["role"], changed["result"]["sites"]) == ("member", ["shop.example"])
    raised = office.say("PATCH", f"{TEAM}{viewer['id']}/role/", {"role": "owner", "acting_user_id": "user-bea"})
    assert _problem(raised) == "role_above_own"
    left = office.say("POST", f"{TEAM}leave/", {"account_id": office.account_id, "user_id": ADA})
    assert _problem(left) == "owner_needed"

    handed = {"account_id": office.account_id, "member_id": joined["id"], "acting_user_id": ADA}
    done = office.say("POST", "/v1/account/transfer-ownership/", handed)["result"]
    assert (done["owner"]["user_id"], done["former_owner"]["role"]) == ("user-bea", "admin")
    assert shopper.get(f"/v1/accounts/{office.account_id}/")["owner"] == "user-bea"
    again = office.say("POST", f"/v1/accounts/{office.account_id}/transfer-ownership/", {"member_id": joined["id"]})
    assert _problem(again) == "already_owner"
    assert (
        office.say("POST", f"{TEAM}leave/", {"account_id": office.account_id, "user_id": ADA})["status"] == "succeeded"
    )
    removed = office.say("DELETE", f"{TEAM}{viewer['id']}/", {"acting_user_id": "user-bea"})
    assert removed["result"]["user_id"] == "user-cleo"

    team = shopper.get(f"/v1/accounts/{office.account_id}/team/")
    assert [(member["user_id"], member["role"]) for member in team["members"]] == [("user-bea", "owner")]
    assert shopper.get(f"/v1/accounts/{office.account_id}/limits/")["users"]["used"] == 1
    _is_told(shopper, office.account_id)


def _is_told(shopper: Shopper, account_id: str) -> None:
    wanted = [
        "team.invited", "team.joined", "team.invited", "team.joined", "team.role_changed",
        "team.ownership_transferred", "team.left", "team.left",
    ]  # fmt: skip

    def told() -> list[str]:
        page = shopper.get("/v1/events/", account_id=account_id, type="team.*", limit=50)["data"]
        return [each["type"] for each in sorted(page, key=lambda each: int(each["sequence"]))]

    eventually(lambda: told() == wanted, "the product to be told")
    entries = shopper.get("/v1/admin/audit/", account_id=account_id, limit=50)["data"]
    done = {entry["action"] for entry in entries}
    assert {"invite_member", "accept_invitation", "change_role", "remove_member", "leave_team"} <= done
