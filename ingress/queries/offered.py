"""Reads of what was decided about the ways to pay."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.payment_methods.queries import get_config, list_configs
from billing.payment_methods.views import view_config
from ingress.queries.filters import Filter
from schemas.payment_methods import Region
from schemas.views.base import Page
from schemas.views.payment_methods import DecidedMethodView


class DecidedMethodFilter(Filter):
    """What was decided for one country or the rest of the world (`rest`), or everywhere."""

    country: Region | None = None


def decided_methods(session: Session, wanted: DecidedMethodFilter) -> Page[DecidedMethodView]:
    """`GET /v1/admin/payment-methods/`"""
    found = [config for config in list_configs(session) if wanted.country in (None, config.country)]
    return Page(data=[view_config(config) for config in found], next_cursor=None)


def decided_method(session: Session, config_id: UUID) -> DecidedMethodView:
    """`GET /v1/admin/payment-methods/{id}/`"""
    return view_config(get_config(session, config_id))
