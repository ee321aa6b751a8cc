"""A customer that was deleted at its gateway is remembered, and the account may have another."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("gateway_customers", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint("pk_gateway_customers", "gateway_customers", type_="primary")
    op.create_primary_key("pk_gateway_customers", "gateway_customers", ["gateway", "customer_ref"])
    op.drop_index("uq_gateway_customers_customer", "gateway_customers")
    op.create_index(
        "uq_gateway_customers_live",
        "gateway_customers",
        ["account_id", "gateway"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
