"""Who of the company's own people may call the API is said at the command line."""

from pathlib import Path
from uuid import UUID

import pytest

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
