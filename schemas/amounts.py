"""Whole numbers that say how much. `true`, `"5"`, `"1_000"` and `1.0` are none."""

from typing import Annotated

from pydantic import Field, Strict

CREDITS_MAX = 1_000_000_000
TRIAL_DAYS_MAX = 730

Credits = Annotated[int, Strict(), Field(ge=1, le=CREDITS_MAX)]
CreditsOrNone = Annotated[int, Strict(), Field(ge=0, le=CREDITS_MAX)]
Quantity = Annotated[int, Strict(), Field(ge=1, le=1_000)]
PurchasesAMonth = Annotated[int, Strict(), Field(ge=1, le=100)]
TrialDays = Annotated[int, Strict(), Field(ge=0, le=TRIAL_DAYS_MAX)]

# of money that moved, whatever the currency
MinorUnits = Annotated[int, Strict(), Field(gt=0, le=10**12)]

# of the price list: what a plan includes and allows, and how often a coupon counts
IncludedCredits = Annotated[int, Strict(), Field(ge=0, le=CREDITS_MAX)]
LimitOfPlan = Annotated[int, Strict(), Field(ge=1, le=1_000_000_000)]
DiscountPeriods = Annotated[int, Strict(), Field(ge=0, le=1_200)]
Redemptions = Annotated[int, Strict(), Field(ge=1, le=1_000_000_000)]
