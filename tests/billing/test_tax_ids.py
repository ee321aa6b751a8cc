"""Tax numbers, as people write them and as they are kept."""

import pytest

from billing.accounts.tax_ids import NONE, is_checked, read_tax_id
from billing.errors import Rejected

KEPT = {
    ("DE 136 695 976", "DE"): "DE136695976",
    ("136.695.976", "DE"): "DE136695976",
    ("ATU57194903", "DE"): "ATU57194903",
    ("be 697449992", "BE"): "BE0697449992",
    ("094259216", "GR"): "EL094259216",
    ("GR094259216", "GR"): "EL094259216",
    ("FR 61 954 506 077", "MC"): "FR61954506077",
    ("980 780 684", "GB"): "GB980780684",
    ("980 780 684", "IM"): "GB980780684",
    ("XI980780684", "GB"): "XI980780684",
    ("CHE-107.787.577 IVA", "CH"): "CHE107787577IVA",
    ("CHE107787577", "CH"): "CHE107787577MWST",
    ("995 525 828", "NO"): "NO995525828MVA",
    ("12-3456789", "US"): "123456789",
    ("IE6433435F", "US"): "IE6433435F",
    ("83 914 571 673", "AU"): "83914571673",
}


@pytest.mark.parametrize(("written", "country"), KEPT)
def test_a_number_is_kept_as_its_country_writes_it(written: str, country: str) -> None:
    kept = read_tax_id(written, country)
    assert (kept.number, kept.is_checked) == (KEPT[written, country], True)
    assert read_tax_id(kept.number, country) == kept, "what is kept is read again as it is"
    assert is_checked(kept.number, country)


@pytest.mark.parametrize(
    ("written", "country"),
    [
        ("DE136695977", "DE"), ("GB123456789", "GB"), ("CHE107787578", "CH"), ("995525829", "NO"), ("99", "US"),
        ("x", "FR"), ("12-3456789", "DE"), ("U57194903", "DE"),
    ],
)  # fmt: skip
def test_one_that_its_country_cannot_have_given_is_refused(written: str, country: str) -> None:
    with pytest.raises(Rejected, match="tax number") as refused:
        read_tax_id(written, country)
    assert refused.value.code == "tax_id_invalid"
    assert not is_checked(written, country)


def test_where_no_form_is_known_it_is_kept_as_it_was_written() -> None:
    kept = read_tax_id(" TRN  100-200 ", "AE")
    assert (kept.number, kept.is_checked) == ("TRN 100-200", False)


@pytest.mark.parametrize("written", ["", "  ", "--", "\u00a0"])
def test_nothing_is_no_number(written: str) -> None:
    assert read_tax_id(written, "DE") == NONE
