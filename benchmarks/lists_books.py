"""Books of a company with many accounts, a hundred invoices and payments each."""

import hashlib
from uuid import UUID

from sqlalchemy import text

from database.engine import Database, make_engine

INVOICES_EACH = 100
# a word of names that one account in a hundred has
FIRST_WORDS = tuple(f"{start}{middle}{end}" for start in "bdfgk" for middle in ("ala", "eri") for end in "lmnprstvxz")
ACCOUNTS_MADE = text("""
    INSERT INTO accounts (id, name, slug, owner, billing_email, line1, line2, city, region, postal_code, country,
                          tax_id, created_at)
    SELECT md5('account/' || n)::uuid, (CAST(:words AS text[]))[n % 100 + 1] || ' Works ' || n, 'works-' || n,
           'user-' || n,
           'billing-' || n || '@works-' || n || '.example', '', '', '', '', '', 'US', '',
           TIMESTAMPTZ '2026-01-01T00:00Z' + n * interval '1 minute'
    FROM generate_series(0, :accounts - 1) n
""")
CUSTOMERS_MADE = text("""
    INSERT INTO gateway_customers (gateway, customer_ref, account_id)
    SELECT 'stripe', 'cus_' || n, md5('account/' || n)::uuid FROM generate_series(0, :accounts - 1) n
""")
INVOICES_MADE = text("""
    INSERT INTO invoices (id, account_id, cause, number, status, currency, subtotal_minor, tax_minor, total_minor,
                          allocated_minor, created_at, issued_at, due_at, paid_at)
    SELECT md5('invoice/' || n)::uuid, md5('account/' || n / :each)::uuid, 'bench/' || n, 'INV-2026-01-' || n,
           CASE WHEN n % 20 = 0 THEN 'pending' ELSE 'paid' END, 'USD', 100 + n % 9973, 0, 100 + n % 9973,
           CASE WHEN n % 20 = 0 THEN 0 ELSE 100 + n % 9973 END, at, at, at,
           CASE WHEN n % 20 = 0 THEN NULL ELSE at END
    FROM generate_series(0, :invoices - 1) n
    CROSS JOIN LATERAL (SELECT TIMESTAMPTZ '2026-01-01T00:00Z' + n % 100003 * interval '1 second' AS at) AS made
""")
PAYMENTS_MADE = text("""
    INSERT INTO payment_attempts (id, account_id, invoice_id, cause, gateway, status, amount_minor, currency, request,
                                  payment_ref, created_at, captured_at)
    SELECT md5('attempt/' || n)::uuid, md5('account/' || n / :each)::uuid, md5('invoice/' || n)::uuid, 'bench/' || n,
           'stripe', 'captured', 100 + n % 9973, 'USD', '{}', 'pi_' || n, at, at
    FROM generate_series(0, :invoices - 1) n
    CROSS JOIN LATERAL (SELECT TIMESTAMPTZ '2026-01-01T00:00Z' + n % 100003 * interval '1 second' AS at) AS made
""")


def make_books(url: str, invoices: int) -> None:
    """So many invoices, and fresh statistics. Written past the triggers: nobody is to hear of a million invoices."""
    database = Database(make_engine(url))
    asked = {"invoices": invoices, "accounts": invoices // INVOICES_EACH, "each": INVOICES_EACH}
    with database.transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(ACCOUNTS_MADE, {**asked, "words": list(FIRST_WORDS)})
        for made in (CUSTOMERS_MADE, INVOICES_MADE, PAYMENTS_MADE):
            session.execute(made, asked)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))
    database.engine.dispose()


def account_id(place: int) -> UUID:
    """Of the account that was made as the so manieth, from zero."""
    return UUID(_md5(f"account/{place}"))


def email(place: int) -> str:
    """Its billing e-mail."""
    return f"billing-{place}@works-{place}.example"


def number(place: int) -> str:
    """Of the invoice that was made as the so manieth."""
    return f"INV-2026-01-{place}"


def payment_ref(place: int) -> str:
    """What the gateway calls its payment."""
    return f"pi_{place}"


def _md5(said: str) -> str:
    return hashlib.md5(said.encode(), usedforsecurity=False).hexdigest()
