"""The part of the API that says what is sold again and again."""

from sandbox.paypal.api.call import Action
from sandbox.paypal.catalog import plans, products

# "The server stores keys for 72 hours."
KEEP_SECONDS = 72 * 60 * 60

ACTIONS = (
    Action(
        "create_product", "POST", products.PATH, products.create, products.shown,
        kind=products.KIND, status=201, keeps_seconds=KEEP_SECONDS, is_whole=True,
    ),
    Action("get_product", "GET", f"{products.PATH}/{{product_id}}", products.retrieve, products.shown),
    Action("list_products", "GET", products.PATH, products.list_page, lambda _, page: page),
    Action(
        "create_plan", "POST", plans.PATH, plans.create, plans.shown,
        kind=plans.KIND, status=201, keeps_seconds=KEEP_SECONDS,
    ),
    Action("get_plan", "GET", f"{plans.PATH}/{{id}}", plans.of_path, plans.shown),
    Action("list_plans", "GET", plans.PATH, plans.list_page, lambda _, page: page),
    Action("activate_plan", "POST", f"{plans.PATH}/{{id}}/activate", plans.activate, plans.shown, status=204),
    Action("deactivate_plan", "POST", f"{plans.PATH}/{{id}}/deactivate", plans.deactivate, plans.shown, status=204),
)  # fmt: skip
