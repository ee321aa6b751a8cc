"""Pure rules: what a country is offered, and which details go with which way to pay."""

from collections.abc import Collection, Sequence

from billing.payment_methods.tables import ManualMethod, PaymentMethodConfig
from schemas.payment_methods import REST_OF_WORLD


def decided_for(configs: Sequence[PaymentMethodConfig], country: str) -> list[PaymentMethodConfig]:
    """What was decided for a country, offered or not, in its order.

    A country's own rows take the place of those of the rest of the world, all together.
    """
    own = [config for config in configs if config.country == country]
    rest = [config for config in configs if config.country == REST_OF_WORLD]
    return sorted(own or rest, key=lambda config: (config.sort_order, config.method))


def offered_in(
    configs: Sequence[PaymentMethodConfig],
    country: str,
    currency: str | None = None,
    unable: Collection[str] = (),
) -> list[PaymentMethodConfig]:
    """What a country is offered, in its order; with a currency, only what takes that.

    `unable` are gateways that do not take it, whatever was decided.
    """
    decided = [config for config in decided_for(configs, country) if config.method not in unable]
    return [config for config in decided if config.enabled and takes(config, currency)]


def takes(config: PaymentMethodConfig, currency: str | None) -> bool:
    """Whether it can be paid in a currency; without currencies of its own it takes every one."""
    return currency is None or not config.currencies or currency in config.currencies


def is_refused(
    configs: Sequence[PaymentMethodConfig],
    country: str,
    method: str | None,
    currency: str | None = None,
    unable: Collection[str] = (),
) -> bool:
    """Whether a country is not offered a method, or (None) no gateway.

    Where nobody has decided, nothing is refused but what is `unable` to take the currency.
    """
    if not decided_for(configs, country):
        return method in unable
    offered = {config.method for config in offered_in(configs, country, currency, unable)}
    return method not in offered if method else offered <= set(ManualMethod)


def misfit(config: PaymentMethodConfig) -> str | None:
    """Why the details do not go with the method, as a sentence; None when they do. The table's CHECKs are the same."""
    is_transfer, is_wallet = config.method == ManualMethod.BANK_TRANSFER, config.method == ManualMethod.LOCAL_WALLET
    if not is_transfer and (config.iban or config.bic or config.account_name):
        return f"An IBAN, a BIC and an account's name are of a {ManualMethod.BANK_TRANSFER}, not of {config.method}."
    if not is_wallet and (config.wallet_kind or config.wallet_id):
        return f"A wallet's kind and id are of a {ManualMethod.LOCAL_WALLET}, not of {config.method}."
    if is_wallet and config.enabled and not (config.wallet_kind and config.wallet_id):
        return "A wallet that is offered needs its kind and its id: nobody would know where to pay."
    if bool(config.iban) != bool(config.account_name):
        return "An account needs its IBAN and the name of its holder: banks compare the two."
    if config.bic and not config.iban:
        return "A BIC is of no use without the IBAN of an account there."
    return None
