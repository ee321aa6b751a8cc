"""The part of the API that saves wallets."""

from sandbox.paypal.api.call import Action
from sandbox.paypal.vault import payment_tokens, setup_tokens

# "The server stores keys for 3 hours."
KEEP_SECONDS = 3 * 60 * 60

ACTIONS = (
    Action(
        "create_setup_token", "POST", setup_tokens.PATH, setup_tokens.create, setup_tokens.shown,
        kind=setup_tokens.KIND, status=201, keeps_seconds=KEEP_SECONDS, is_whole=True,
    ),
    Action("get_setup_token", "GET", f"{setup_tokens.PATH}/{{id}}", setup_tokens.retrieve, setup_tokens.shown),
    Action(
        "create_payment_token", "POST", payment_tokens.PATH, setup_tokens.tokenize, payment_tokens.shown,
        kind=payment_tokens.KIND, status=201, keeps_seconds=KEEP_SECONDS, is_whole=True,
    ),
    Action("get_payment_token", "GET", f"{payment_tokens.PATH}/{{id}}", payment_tokens.of_path, payment_tokens.shown),
    Action("list_payment_tokens", "GET", payment_tokens.PATH, payment_tokens.list_page, lambda _, page: page),
    Action(
        "delete_payment_token", "DELETE", f"{payment_tokens.PATH}/{{id}}", payment_tokens.delete_of_path,
        payment_tokens.shown, status=204,
    ),
)  # fmt: skip
