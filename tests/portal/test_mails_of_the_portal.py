"""Whoever has taken the portal over has one kind of mail sent, to whoever asks for it, and no other."""

from contextlib import closing
from uuid import uuid4

import psycopg2
import pytest

from database.engine import link_options
from settings import Settings

STAGED = "INSERT INTO outbox (id, topic, subject_id, cause) VALUES (%s, %s, %s, %s)"
EVERYTHING = "SELECT set_config('cashbeat.accounts', '*', true), set_config('cashbeat.permissions', '*', true)"


def _stage(settings: Settings, topic: str, *, sees_all: bool = True) -> None:
    with closing(psycopg2.connect(settings.portal_database_url, **link_options())) as connection, connection:  # type: ignore[call-overload] # options of any type
        cursor = connection.cursor()
        if sees_all:
            cursor.execute(EVERYTHING)
        cursor.execute(STAGED, (str(uuid4()), topic, str(uuid4()), f"test/{uuid4()}"))
        connection.rollback()


def test_the_portal_stages_mails_to_sign_in_and_nothing_else(portal_settings: Settings) -> None:
    _stage(portal_settings, "portal_sign_in")
    for topic in ("invoice_sent", "team_invitation", "payment_failed", ""):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            _stage(portal_settings, topic)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        _stage(portal_settings, "portal_sign_in", sees_all=False)
