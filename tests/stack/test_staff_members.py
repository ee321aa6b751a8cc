"""Who of the company's own people may call the API is said at the command line."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from credentials.master_keys import make, parse
from credentials.second_factors import draw_second_factor
from database.api_keys import hash_key
from database.engine import opened
from settings import Settings
from stack import api_keys, staff
from stack.errors import StackError

NOBODY = UUID(int=7)


@pytest.fixture
def installation(tmp_path: Path, database_url: str) -> Settings:
    """A home whose books are empty."""
    return Settings(cashbeat_home=tmp_path, database_url=database_url)


def test_a_person_comes_changes_role_and_goes(installation: Settings) -> None:
    robin = staff.add(installation, "Robin", "robin@cashbeat.example", "support")
    key = staff.make_key(installation, robin, None)
    assert key.startswith("cb_sk_")
    staff.set_role(installation, robin, "finance")
    (told,) = staff.describe_all(installation)
    assert (told.split()[0], told.split()[1]) == (str(robin), "finance")
    assert "Robin  robin@cashbeat.example" in told
    (listed,) = api_keys.describe_all(installation)
    assert f"Robin  of staff {robin}" in listed
    with pytest.raises(StackError, match="would have ended before it is made"):
        staff.make_key(installation, robin, "2026-01-31")
    staff.end(installation, robin)
    assert "ended" in staff.describe_all(installation)[0]
    for act in (
        lambda: staff.set_role(installation, robin, "admin"),
        lambda: staff.make_key(installation, robin, None),
    ):
        with pytest.raises(StackError, match="Robin has ended"):
            act()


@pytest.mark.parametrize(
    ("name", "email", "role", "sentence"),
    [
        ("Robin", "robin@cashbeat.example", "boss", "there is no role 'boss'; there are support, finance"),
        ("Robin", "robin", "support", "the e-mail address 'robin'"),
        ("\u200b", "robin@cashbeat.example", "support", "the name"),
        ("KIM", "robin@cashbeat.example", "support", "Somebody is called KIM already"),
    ],
)
def test_what_makes_no_person_is_one_sentence(
    installation: Settings, name: str, email: str, role: str, sentence: str
) -> None:
    staff.add(installation, "Kim", "kim@cashbeat.example", "admin")
    with pytest.raises(StackError, match=sentence):
        staff.add(installation, name, email, role)


def test_nobody_is_told_of(installation: Settings) -> None:
    with pytest.raises(StackError, match="There is nobody with the id"):
        staff.end(installation, NOBODY)


def test_a_key_is_bound_to_accounts_that_there_are(installation: Settings) -> None:
    with pytest.raises(StackError, match="there is no account"):
        api_keys.create(installation, "shop", ["credits:read"], [NOBODY])
    api_keys.create(installation, "shop", ["credits:read"], (), 600, "2099-01-31")
    (listed,) = api_keys.describe_all(installation)
    assert listed.endswith("never used  shop  credits:read, at most 600 a minute, until 2099-01-31 00:00")


def test_a_link_into_the_console_is_printed_by_name_and_an_authenticator_is_forgotten(
    installation: Settings, database_url: str
) -> None:
    robin = staff.add(installation, "Robin", "robin@cashbeat.example", "support")
    link = staff.link_into_console(installation, "ROBIN")
    assert link.startswith("http://127.0.0.1:8110/enter/")
    public = installation.model_copy(update={"console_public_url": "https://console.example"})
    assert staff.link_into_console(public, "Robin").startswith("https://console.example/enter/")
    with pytest.raises(StackError, match="There is nobody of the name Kim"):
        staff.link_into_console(installation, "Kim")
    with pytest.raises(StackError, match="nobody with the id"):
        staff.forget_authenticator(installation, robin)
    with opened(database_url) as books, books.transaction() as session:
        draw_second_factor(session, parse(make("k1")), robin)
        hashes = session.scalars(text("SELECT token_sha256 FROM staff_links ORDER BY created_at")).all()
        said = session.scalars(text("SELECT said::text FROM audit_entries")).all()
    assert hash_key(link.rpartition("/")[2]) in hashes
    assert not any(each in entry for entry in said for each in (link, *hashes)), "what opens something is in no log"
    staff.forget_authenticator(installation, robin)
    staff.end(installation, robin)
    with pytest.raises(StackError, match="Robin has ended"):
        staff.link_into_console(installation, "Robin")
