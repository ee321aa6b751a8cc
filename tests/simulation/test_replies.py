"""What the office replies to banks, and when; the same however often it is asked."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from sandbox.stripe.cards.numbers import CARDS as TEST_CARDS
from sandbox.stripe.payments import evidence
from simulation.disputes import TO_DISPUTES, TO_INQUIRIES, Reply, Unanswered, replied_today
from simulation.people import CARD_NUMBER, CARDS, populate
from simulation.plan import START, Plan
from simulation.verdict import differences, their_disputes

PLAN = Plan(40, 3, 7)
DUE_DAY = 7
DISPUTE = Unanswered("account", "dp_1", START + timedelta(days=DUE_DAY), is_inquiry=False, is_refunded=False)
INQUIRY = replace(DISPUTE, is_inquiry=True)
WON = [
    {"of": "dp_1", "amount": -9_900, "fee": 1_500, "currency": "usd"},
    {"of": "dp_1", "amount": 9_900, "fee": 0, "currency": "usd"},
]


def _first_reply(unanswered: Unanswered, seed: int) -> tuple[int, Reply]:
    replies = (
        (day, reply)
        for day in range(DUE_DAY + 1)
        if (reply := replied_today(PLAN.dice(seed), START + timedelta(days=day), unanswered))
    )
    return next(replies)


def test_every_dispute_is_replied_to_before_the_last_day_or_ends_on_it_without_a_reply() -> None:
    for unanswered, chances in ((DISPUTE, TO_DISPUTES), (INQUIRY, TO_INQUIRIES)):
        replies = [_first_reply(unanswered, seed) for seed in range(200)]
        assert {reply for _, reply in replies} == set(chances)
        assert all((day == DUE_DAY) is (reply is Reply.NONE) for day, reply in replies)
        assert len({day for day, _ in replies}) == DUE_DAY


def test_of_what_was_refunded_nothing_more_is_asked_for() -> None:
    """An inquiry that a bank cannot escalate would be open for ever."""
    refunded = replace(INQUIRY, is_refunded=True)
    for seed in range(200):
        day, reply = _first_reply(INQUIRY, seed)
        expected = Reply.WINNING if reply is Reply.ESCALATING else reply
        assert _first_reply(refunded, seed) == (day, expected)


def test_few_go_to_their_banks_and_of_those_some_only_ask() -> None:
    counted = Counter(person.card_number for person in populate(Plan(400, 12, 7), ("A",)))
    assert counted.keys() == CARDS.keys()
    assert counted[CARD_NUMBER] > 340


def test_cards_and_words_are_those_that_the_sandbox_knows() -> None:
    afterwards = {number: TEST_CARDS[number].afterwards for number in CARDS}
    assert afterwards[CARD_NUMBER] == "nothing"
    assert sorted(afterwards.values()) == ["fraudulent", "inquiry", "nothing", "product_not_received"]
    assert (Reply.WINNING, Reply.LOSING, Reply.ESCALATING) == (evidence.WINS, evidence.LOSES, evidence.ESCALATES)


def test_what_a_dispute_took_and_gave_back_and_its_fee_are_compared_each() -> None:
    told = their_disputes(WON)
    assert told == [("dp_1", -9_900, "USD"), ("dp_1/fee", -1_500, "USD"), ("dp_1", 9_900, "USD")]
    assert differences("movements", told, told) == []
    assert differences("movements", told[:1], told) == [
        "2 movements are only in the other side's books, such as [('dp_1', 9900, 'USD'), ('dp_1/fee', -1500, 'USD')]"
    ]
