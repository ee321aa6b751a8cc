"""Stripe's prorations of krónur and shillings: our books hold whole ones, and over the invoices nothing is lost."""

from hypothesis import given
from hypothesis import strategies as st

from gateways.stripe.amounts import from_stripe
from gateways.stripe.invoice_shapes import invoice_of
from tests.gateways.invoices_in_fractions import bills

amounts = st.one_of(st.integers(-500_000, 500_000), st.integers(-200, 200), st.integers(-50, 50).map(lambda n: n * 100))
taxed = st.tuples(amounts, st.integers(0, 24)).map(lambda line: (line[0], line[0] * line[1] // 100))
histories = st.lists(st.lists(taxed, min_size=1, max_size=5), min_size=1, max_size=8)


@given(histories)
def test_lines_are_the_total_and_the_totals_what_was_paid_and_is_left_in_the_balance(
    history: list[list[tuple[int, int]]],
) -> None:
    told, billed = list(bills(history)), 0
    for there in told:
        here = invoice_of(there, there["lines"]["data"])
        assert here.total_minor == sum(line.net_minor + line.tax_minor for line in here.lines)
        assert max(here.total_minor, 0) == here.due_minor + here.balance_minor + here.carried_over_minor
        assert abs(here.total_minor * 100 - there["total"]) <= 150, "never more than the fractions of three amounts"
        assert here.due_minor == here.paid_minor == sum(payment.amount_minor for payment in here.payments)
        billed += here.total_minor - here.due_minor
    assert billed == from_stripe(told[-1]["ending_balance"], "isk")


@given(st.lists(st.integers(-5_000, 5_000).map(lambda whole: (whole * 100, 0)), min_size=1, max_size=5))
def test_whole_ones_are_what_they_are(lines: list[tuple[int, int]]) -> None:
    (there,) = bills([lines])
    here = invoice_of(there, there["lines"]["data"])
    assert [line.net_minor * 100 for line in here.lines] == [amount for amount, _ in lines]
    assert here.total_minor * 100 == there["total"]
