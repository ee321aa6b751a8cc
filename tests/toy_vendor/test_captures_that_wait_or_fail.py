"""A capture may wait for days, be denied, taken back or declined; and a page may end without one."""

from calls.look_up_payments import look_up_payments
from database.memory import WorkState
from tests.toy_vendor.deals import CREDITS, NOTHING, PRICE, Deal
from tests.toy_vendor.through_doors import hear


def test_pending_for_days_and_then_completed(bought: Deal) -> None:
    bought.office.to_become = ["looked_into"]
    back = bought.come_back()
    assert (back["status"], back["checkout_url"], bought.books()) == ("pending", "", NOTHING)
    bought.later()
    look_up_payments(bought.work)
    assert bought.attempt().status == "pending"
    bought.hear(bought.office.become(bought.ref, "paid"))
    assert (bought.books(), len(bought.office.captures)) == ((PRICE, CREDITS), 1)


def test_pending_for_days_and_then_denied(deal: Deal) -> None:
    deal.owe()
    deal.agree()
    deal.office.to_become = ["looked_into"]
    assert deal.come_back()["status"] == "pending"
    deal.hear(deal.office.become(deal.ref, "denied"))
    assert (deal.attempt().status, deal.attempt().failure_code, deal.books()) == ("failed", "declined", NOTHING)
    assert deal.invoice().status == "pending", "it is still owed, and may be paid otherwise"
    assert deal.open_page(deal.invoice().id).result is not None
    deal.hear(deal.agree())
    assert (deal.invoice().status, deal.books()[0]) == ("paid", PRICE)


def test_captured_and_then_reversed_is_a_dispute_that_is_lost(bought: Deal) -> None:
    bought.come_back()
    bought.hear(bought.office.take_back(bought.ref, PRICE))
    bought.hear(bought.office.tell(bought.ref))
    assert bought.books() == NOTHING
    assert bought.invoice().status == "uncollectible"


def test_declined_they_come_back_and_choose_another_way_to_pay(bought: Deal) -> None:
    bought.office.to_become = ["open"]
    back = bought.come_back()
    assert (back["status"], back["checkout_url"]) == ("pending", f"{bought.office.url}/pay/{bought.ref}")
    bought.agree()
    assert bought.come_back()["status"] == "captured"
    keys = [each.key.rpartition("/")[2] for each in bought.office.captures]
    assert keys == ["1", "2"], "what was declined would be repeated under its key"
    assert bought.books() == (PRICE, CREDITS)


def test_an_answer_about_somebody_elses_order_is_for_a_person_to_see(bought: Deal) -> None:
    """Money was taken, and nobody knows for what: never passed over."""
    hear(bought.door, bought.work, bought.office.tell(bought.ref))
    bought.office.orders[bought.ref]["attempt_id"] = ""
    assert bought.follow() == [WorkState.PARKED]
    bought.office.orders[bought.ref]["attempt_id"] = str(bought.attempt().id)
    bought.later()
    look_up_payments(bought.work)
    assert bought.books() == (PRICE, CREDITS)


def test_refused_whoever_asks_the_payment_has_failed(deal: Deal) -> None:
    deal.owe()
    deal.agree()
    deal.office.to_become = ["refused"]
    back = deal.come_back()
    assert (back["status"], back["failure_code"]) == ("failed", "payee_restricted")
    assert deal.books() == NOTHING


def test_a_page_that_does_not_end_by_itself_is_ended(deal: Deal) -> None:
    deal.buy()
    deal.its_time_is_over()
    deal.later()
    look_up_payments(deal.work)
    assert (deal.attempt().status, deal.office.orders[deal.ref]["status"]) == ("expired", "closed")
    assert deal.invoice().status == "void"


def test_one_that_its_vendor_has_forgotten_is_over_with_its_time(deal: Deal) -> None:
    deal.buy()
    ref, deal.office.orders = deal.ref, {}
    deal.later()
    look_up_payments(deal.work)
    assert deal.attempt().status == "pending"
    deal.its_time_is_over()
    deal.later()
    look_up_payments(deal.work)
    assert (deal.attempt().status, ref) == ("expired", deal.ref)
