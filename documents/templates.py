"""The templates of this folder, loaded once per process."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from documents import formatting
from documents.amounts import closing, kept
from documents.cards import card_expiry, card_name, payment_name
from documents.thanks import thanks
from schemas.documents import LineFacts

FOLDER = Path(__file__).parent / "templates"


def render(name: str, **context: Any) -> str:
    """Fill a template. Text is escaped in `.html`; a name the template needs and does not get raises UndefinedError."""
    filled = _environment().get_template(name).render(context)
    return filled.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate can be neither drawn nor sent


def read(name: str) -> str:
    """The source of a file that is used as it is, such as a style sheet."""
    return (FOLDER / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(("html",), default_for_string=True, default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(
        money=formatting.format_money,
        amount=formatting.format_amount,
        date=formatting.format_date,
        instant=formatting.format_instant,
        rate=formatting.format_rate,
        count=formatting.format_count,
        credits=formatting.format_credits,
        single_line=formatting.single_line,
        card=card_name,
        expiry=card_expiry,
        payment_name=payment_name,
        period=_period,
        closing=closing,
        kept=kept,
        thanks=thanks,
    )
    return environment


def _period(line: LineFacts) -> str:
    """The days of a line's service; empty where it is for no time."""
    return formatting.format_days(line.first_day, line.last_day) if line.first_day and line.last_day else ""
