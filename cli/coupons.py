"""Discounts that customers enter."""

from typing import Annotated

import typer

from cli.terminal import say, settings

coupon = typer.Typer(help="Issue coupons.", no_args_is_help=True)


@coupon.command("issue")
def issue_coupon(
    code: Annotated[str, typer.Argument(help="What customers enter.")],
    percent: Annotated[str | None, typer.Option(help="Percent off the plan's price, like 12.5.")] = None,
    amount: Annotated[str | None, typer.Option(help="Amount off the plan's price, like USD=10.00.")] = None,
    periods: Annotated[int, typer.Option(min=0, help="For how many billing periods; 0 for ever.")] = 1,
    redemptions: Annotated[int | None, typer.Option(min=1, help="How often it may be redeemed in all.")] = None,
    expires: Annotated[
        str | None, typer.Option(help="From when on it counts no more: a day (UTC), or like 2026-01-31T10:00:00Z.")
    ] = None,
) -> None:
    """Issue a coupon: a percentage or an amount off the plan's price."""
    from stack.catalog import issue

    issue(settings(), code, percent, amount, periods, redemptions, expires)
    say(f"the coupon {code} counts from now on")
