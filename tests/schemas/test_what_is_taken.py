"""What customers are called and where they are reached, as it is taken: real names and addresses of the whole world."""

import unicodedata

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas.countries import COUNTRIES, Country
from schemas.emails import Email
from schemas.names import Line, Name
from schemas.urls import Url

NAMES = (
    "Ada's Analytics", "Straße & Söhne GmbH", "株式会社サンプル", "한국 주식회사", "شركة المثال", "می‌خواهم",
    "חברה בע\"מ",    "क्षत्रिय उद्योग", "บริษัท ตัวอย่าง จำกัด", "தமிழ் நிறுவனம்", "👩‍🚀 Space ❤️", "O\u2019Neill", "№ 1", "★",
    "Ｆｕｌｌ　Ｗｉｄｔｈ", "Zero\u200bwidth", "Soft\u00adhyphen",
)  # fmt: skip
INVISIBLE = (
    "", " ", "\u3000", "\u200b", "\u200d\u200c", "\ufeff", "\u00ad", "\u2060\u2800", "\u3164", "\uffa0\u115f\u1160",
    "\u180e", "\U000e0041\U000e007f", "\ufe0f", "\u034f", "\u061c", "\u200e\u200f", "\U0001d159",
)  # fmt: skip
EMAILS = {
    "ada@acme.example": "ada@acme.example",
    " Ada.Lovelace+x@ACME.Example ": "Ada.Lovelace+x@acme.example",
    "a@müller.de": "a@xn--mller-kva.de",
    "a@MÜLLER.DE": "a@xn--mller-kva.de",
    "a@straße.de": "a@xn--strae-oqa.de",
    "a@例え.テスト": "a@xn--r8jz45g.xn--zckzah",
    "a@xn--mller-kva.de": "a@xn--mller-kva.de",
    "o'neill!#$%&*/=?^_`{|}~-@x.co": "o'neill!#$%&*/=?^_`{|}~-@x.co",
}
URLS = {
    "https://app.example/ok?s={CHECKOUT_SESSION_ID}#top": "https://app.example/ok?s={CHECKOUT_SESSION_ID}#top",
    "http://localhost:3000": "http://localhost:3000",
    "http://127.0.0.1:8/?": "http://127.0.0.1:8/?",
    "http://[::1]:80/a@b": "http://[::1]:80/a@b",
    "HTTPS://Müller.DE/Ä": "HTTPS://xn--mller-kva.de/Ä",
    "http://http/http": "http://http/http",
}

name, line, email, url = (TypeAdapter[str](kind) for kind in (Name, Line, Email, Url))


def _takes(kind: TypeAdapter[str], value: str) -> bool:
    try:
        kind.validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("written", NAMES)
def test_names_of_the_world(written: str) -> None:
    assert name.validate_python(written) == unicodedata.normalize("NFC", written)


@pytest.mark.parametrize("written", INVISIBLE, ids=ascii)
def test_a_name_that_nobody_can_see(written: str) -> None:
    assert not _takes(name, written)


def test_a_line_may_be_empty_but_not_invisible() -> None:
    assert line.validate_python("  ") == ""
    assert not _takes(line, "\u200b")


def test_what_looks_alike_is_alike() -> None:
    assert name.validate_python("Mu\u0308ller") == name.validate_python("Müller") == "Müller"


@pytest.mark.parametrize("written", ["\u0301abc", "a \u0301bc", "\u0308"], ids=ascii)
def test_a_mark_without_its_letter(written: str) -> None:
    assert not _takes(name, written)


@given(written=st.text(max_size=220))
def test_what_was_taken_once_is_taken_again_unchanged(written: str) -> None:
    """The worker validates once more what the door has stored."""
    if _takes(name, written):
        taken = name.validate_python(written)
        assert name.validate_python(taken) == taken
        assert 0 < len(taken) <= 200


def test_a_name_that_grows_in_its_normal_form_is_measured_again() -> None:
    grows = "\u0958" * 200
    assert len(unicodedata.normalize("NFC", grows)) == 400
    assert not _takes(name, grows)


@pytest.mark.parametrize(("written", "taken"), EMAILS.items())
def test_emails(written: str, taken: str) -> None:
    assert email.validate_python(written) == email.validate_python(taken) == taken


@pytest.mark.parametrize(("written", "taken"), URLS.items())
def test_urls(written: str, taken: str) -> None:
    assert url.validate_python(written) == url.validate_python(taken) == taken


@given(written=st.text(max_size=60) | st.from_regex(r"https?://[^/]{0,20}/?.{0,20}"))
def test_a_url_of_any_kind_is_answered_with_yes_or_no(written: str) -> None:
    if _takes(url, written):
        assert _takes(url, url.validate_python(written))


@given(domain=st.text(max_size=40))
def test_an_email_of_any_kind_is_ascii_or_refused(domain: str) -> None:
    if _takes(email, f"a@{domain}"):
        assert email.validate_python(f"a@{domain}").isascii()


def test_countries_are_those_that_the_world_knows() -> None:
    """CLDR's territories, less what is no country of ISO 3166-1: groups, islands that are reserved, made-up ones."""
    codes = map(str, Locale("en").territories)
    known = {code for code in codes if len(code) == 2 and code.isalpha()}
    assert known - COUNTRIES == {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
    assert COUNTRIES - known == set()


@pytest.mark.parametrize("code", ["DE", "GB", "XK", "SS", "CW"])
def test_a_country(code: str) -> None:
    assert TypeAdapter[str](Country).validate_python(code) == code
