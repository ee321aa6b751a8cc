"""Coupons: issued, looked at, redeemed by nobody any more, and again."""

from typing import Any
from uuid import UUID

from ingress.queries.price_list import ListedCouponFilter, coupons, one_coupon
from portal.console.asking import Deed, Told
from portal.console.facts import Fact
from portal.console.fields import Field, millionths_of
from portal.console.lists import Listed
from portal.console.showing import Look
from portal.console.thing import Thing
from schemas.commands.price_list import ArchiveCoupon, IssueCoupon, RestoreCoupon
from schemas.views.price_list import ListedCouponView

READS = "price_list:read"
ROOT = "/admin/coupons"
ONE = f"{ROOT}/{{id}}"
WRITES = IssueCoupon.permission
SORTS = {"-created": "newest first", "created": "oldest first"}


def _told(look: Look, coupon_id: UUID, why_not_of: dict[bool, str]) -> Told:
    found = look.at(READS, lambda session: one_coupon(session, coupon_id))
    facts = [Fact("Coupon", found.code, href=ONE.format(id=found.id)), Fact("Redeemed", count=found.redemptions)]
    return Told(facts, why_not=why_not_of.get(found.is_offered, ""))


def _beside(_look: Look, _found: ListedCouponView) -> dict[str, Any]:
    return {"writes": WRITES}


LISTS = (
    Listed(
        ROOT, "console/coupons.html", READS, ListedCouponFilter, coupons, ("code",),
        {"sorts": SORTS, "writes": WRITES},
    ),
)  # fmt: skip
THINGS = (Thing(ONE, "console/coupon.html", READS, one_coupon, beside=_beside),)
DEEDS = (
    Deed(
        path=f"{ROOT}/new", command=IssueCoupon, about="", reads=READS, read=lambda look, _: Told(()),
        title="Issue a coupon", button="Issue it", back=ROOT,
        says=("Customers may enter it at once. It takes a share off a plan's price, or an amount.",),
        fields=(
            Field("code", "Code", hint="What customers type: letters, digits, - and _."),
            Field("percent_ppm", "Share in per cent", hint="Like 12.5; or an amount.", is_needed=False,
                  read=millionths_of),
            Field("amount_minor", "Amount", "amount", "Like 12.50, with its currency.", is_needed=False),
            Field("currency", "Currency of the amount", hint="Like USD.", is_needed=False),
            Field("periods", "For how many billing periods", "whole", "Empty: one; 0: for ever.", is_needed=False),
            Field("redemptions_max", "How often at most", "whole", "Empty: as often as you like.", is_needed=False),
            Field("expires_at", "Until", "moment", "A day, like 2027-01-31; empty: for ever.", is_needed=False),
        ),
    ),
    Deed(
        path=f"{ONE}/archive", command=ArchiveCoupon, about="coupon_id", reads=READS,
        read=lambda look, row_id: _told(look, row_id, {False: "Nobody redeems it any more already."}),
        title="Let nobody redeem it any more", button="Do it", back=ONE, is_danger=True,
        says=("Who has redeemed it keeps the discount.",),
    ),
    Deed(
        path=f"{ONE}/restore", command=RestoreCoupon, about="coupon_id", reads=READS,
        read=lambda look, row_id: _told(look, row_id, {True: "It can be redeemed."}),
        title="Let it be redeemed again", button="Do it", back=ONE,
        says=("As far as it has not expired and is not used up.",),
    ),
)  # fmt: skip
