"""What gateways are answered."""

from typing import Literal

from schemas.views.base import View


class ReceivedView(View):
    """The event is stored durably, now or by an earlier delivery."""

    received: Literal[True]
