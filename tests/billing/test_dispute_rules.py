"""Out of what claims are met: never more than there is, all that there is, and in one order."""

from collections import Counter
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from billing.disputes.rules import Bearing, Claim, Shares, meet_claims, rest_of

INVOICES = [UUID(int=number) for number in range(4)]
# the first two are of one subscription
PLAN = UUID(int=100)
TOGETHER = dict(zip(INVOICES, (PLAN, PLAN, *INVOICES[2:]), strict=True))
AMOUNTS = st.integers(0, 50)
PAID = st.lists(st.tuples(st.sampled_from(INVOICES), st.integers(1, 50)), max_size=4, unique_by=lambda paid: paid[0])
TOLD = st.tuples(st.integers(0, 150), PAID, AMOUNTS, AMOUNTS)
COVERED = st.fixed_dictionaries(dict.fromkeys(INVOICES, AMOUNTS))


def _bearing(covered: dict[UUID, int], given_back: int) -> Bearing:
    """A change of plan has given back so much of the subscription's, perhaps more than covers it still."""
    sold = {PLAN: covered[INVOICES[0]] + covered[INVOICES[1]] - given_back}
    return Bearing(covered, TOGETHER, sold | {each: covered[each] for each in INVOICES[2:]})


def _claims(told: list[tuple[int, Shares, int, int]]) -> list[Claim]:
    return [Claim(UUID(int=number), *each) for number, each in enumerate(told)]


@given(told=st.lists(TOLD, max_size=4), covered=COVERED, given_back=AMOUNTS)
def test_claims_take_what_is_there_and_no_more(
    told: list[tuple[int, Shares, int, int]], covered: dict[UUID, int], given_back: int
) -> None:
    claims = _claims(told)
    met, taken = meet_claims(claims, _bearing(covered, given_back)), Counter[UUID]()
    for claim in claims:
        each = met[claim.payment_id]
        taken.update(dict(each.invoices))
        assert each.kept_minor + each.on_invoices_minor + each.missing_minor == claim.amount_minor
        assert min(each.kept_minor, each.missing_minor, *(minor for _, minor in rest_of(claim, each)), 0) == 0
        assert each.kept_minor <= claim.own_minor + claim.others_minor
    assert all(taken[each] <= covered[each] for each in INVOICES)
    for claim in claims:
        each = met[claim.payment_id]
        if each.missing_minor:
            assert each.kept_minor == claim.own_minor + claim.others_minor
            assert all(not rest or taken[invoice] == covered[invoice] for invoice, rest in rest_of(claim, each))


@given(told=TOLD, covered=COVERED, given_back=AMOUNTS)
def test_there_is_one_order(told: tuple[int, Shares, int, int], covered: dict[UUID, int], given_back: int) -> None:
    """Kept of the payment, sold, kept otherwise, given back by a change of plan."""
    (claim,), bearing = _claims([told]), _bearing(covered, given_back)
    met = meet_claims([claim], bearing)[claim.payment_id]
    taken = dict(met.invoices)
    if met.on_invoices_minor or met.kept_minor > claim.own_minor:
        assert met.kept_minor >= claim.own_minor
    of_plan = sum(taken.get(each, 0) for each in INVOICES[:2])
    if of_plan > max(bearing.sold[PLAN], 0):
        assert met.kept_minor == claim.own_minor + claim.others_minor
    if met.kept_minor > claim.own_minor:
        rest = sum(min(minor, covered[each] - taken.get(each, 0)) for each, minor in rest_of(claim, met))
        rest_of_plan = sum(
            min(minor, covered[each] - taken.get(each, 0))
            for each, minor in rest_of(claim, met)
            if each in INVOICES[:2]
        )
        assert rest == rest_of_plan, "what was sold and is there comes before other kept money"
        assert not rest_of_plan or of_plan >= max(bearing.sold[PLAN], 0)


@given(amount=AMOUNTS, covered=AMOUNTS)
def test_two_payments_of_one_invoice_share_what_is_there(amount: int, covered: int) -> None:
    invoice = INVOICES[2]
    claims = [Claim(UUID(int=number), amount, [(invoice, amount)]) for number in range(2)]
    met = meet_claims(claims, Bearing({invoice: covered}, {invoice: invoice}, {invoice: covered}))
    assert sum(each.on_invoices_minor for each in met.values()) == min(2 * amount, covered)


@given(amount=AMOUNTS, covered=AMOUNTS, given_back=AMOUNTS, others=AMOUNTS)
def test_two_invoices_of_one_subscription_share_what_was_not_given_back(
    amount: int, covered: int, given_back: int, others: int
) -> None:
    first, second = INVOICES[:2]
    claim = Claim(UUID(int=0), amount, [(first, 50), (second, 50)], 0, others)
    sold = 2 * covered - given_back
    bearing = Bearing({first: covered, second: covered}, {first: PLAN, second: PLAN}, {PLAN: sold})
    met = meet_claims([claim], bearing)[claim.payment_id]
    assert met.kept_minor == min(max(amount - max(sold, 0), 0), others)
