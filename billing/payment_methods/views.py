"""Ways to pay as the API shows them."""

from sqlalchemy.orm import Session

from billing.payment_methods.queries import configs_for, list_offered
from billing.payment_methods.rules import decided_for
from billing.payment_methods.tables import PaymentMethodConfig
from schemas.views.payment_methods import DecidedMethodView, OfferedMethodView


def show_offered(session: Session, country: str, currency: str | None) -> list[OfferedMethodView] | None:
    """What a country is offered, in its order; with a currency, only what takes that. None: nobody has decided."""
    if not decided_for(configs_for(session, country), country):
        return None
    return [_view(config) for config in list_offered(session, country, currency)]


def _view(config: PaymentMethodConfig) -> OfferedMethodView:
    return OfferedMethodView(
        method=config.method,
        display_name=config.display_name,
        instructions=config.instructions,
        iban=config.iban,
        bic=config.bic,
        account_name=config.account_name,
        wallet_kind=config.wallet_kind,
        wallet_id=config.wallet_id,
        currencies=config.currencies,
    )


def view_config(config: PaymentMethodConfig) -> DecidedMethodView:
    """What was decided about it, offered or not."""
    return DecidedMethodView.model_validate(config, from_attributes=True)
