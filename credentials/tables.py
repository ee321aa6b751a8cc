"""Who we talk to, and with which secrets. Secrets are sealed; the database takes none that is not."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from credentials.sealing import SHAPE
from database.base import Base, one_of, written_at
from database.staff import StaffMember


class ProviderType(StrEnum):
    """What somebody else does for us."""

    PAYMENT = "payment"
    EMAIL = "email"
    MARKETING = "marketing"


def _sealed(column: str, *, may_be_empty: bool = False) -> CheckConstraint:
    empty = f"{column} = '' OR " if may_be_empty else ""
    return CheckConstraint(f"{empty}{column} ~ '{SHAPE}'", name=f"{column}_is_sealed")


class IntegrationProvider(Base):
    """One vendor. `endpoint` is another address than the vendor's own, `config` what else its room wants to know.

    `sandbox` says that no real money moves and no real mail leaves there; one that is not `active` is not called.
    """

    __tablename__ = "integration_providers"
    __table_args__ = (
        one_of("type", ProviderType),
        _sealed("api_key", may_be_empty=True),
        _sealed("api_secret", may_be_empty=True),
        CheckConstraint("id ~ '^[a-z][a-z0-9_]{0,31}$'", name="id_is_a_word"),
        CheckConstraint("jsonb_typeof(config) = 'object'", name="config_is_an_object"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    display_name: Mapped[str]
    type: Mapped[ProviderType]
    api_key: Mapped[str] = mapped_column(server_default="")
    api_secret: Mapped[str] = mapped_column(server_default="")
    endpoint: Mapped[str] = mapped_column(server_default="")
    config: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    active: Mapped[bool] = mapped_column(server_default="true")
    sandbox: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[datetime] = written_at()
    # what the door may know of the key
    has_key: Mapped[bool] = mapped_column(Computed("api_key <> ''", persisted=True))


class EndpointSecret(Base):
    """What the events to one of the product's endpoints are signed with; several while one is rolled."""

    __tablename__ = "endpoint_secrets"
    __table_args__ = (
        _sealed("secret"),
        CheckConstraint("active_until >= active_from", name="ends_after_it_began"),
        Index(None, "endpoint_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("event_endpoints.id", ondelete="CASCADE"))
    secret: Mapped[str]
    active_from: Mapped[datetime]
    active_until: Mapped[datetime | None]


class StaffSecondFactor(Base):
    """What one of the company's own people proves that it is them with: the secret of their authenticator (RFC 6238).

    It counts once a code of it was shown. `last_step` is the latest step of time whose code was taken: no code is
    taken twice, and none from before it.
    """

    __tablename__ = "staff_second_factors"
    __table_args__ = (_sealed("secret"),)

    staff_id: Mapped[UUID] = mapped_column(ForeignKey(StaffMember.id), primary_key=True)
    secret: Mapped[str]
    drawn_at: Mapped[datetime] = written_at()
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(server_default="0")


class WebhookSecret(Base):
    """What a provider signs its webhooks with, in `[active_from, active_until)`; several while one is rolled.

    An empty one stands for what each door has in its environment, as long as the first of ours takes the place of that.

    A table of its own: the door, which reads it, may read nothing that calls anybody.
    """

    __tablename__ = "webhook_secrets"
    __table_args__ = (
        _sealed("secret", may_be_empty=True),
        CheckConstraint("active_until >= active_from", name="ends_after_it_began"),
        Index(None, "provider_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider_id: Mapped[str] = mapped_column(ForeignKey(IntegrationProvider.id))
    secret: Mapped[str]
    active_from: Mapped[datetime]
    active_until: Mapped[datetime | None]
