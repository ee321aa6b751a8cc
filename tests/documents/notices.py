"""A mail of each notice, made of its sample, and its two forms as they are read."""

import re
from dataclasses import replace
from html import unescape

from documents.notice_samples import sample_kind, sample_notices
from documents.notices import render_notice
from schemas.documents import EmailFacts

PDF = b"%PDF-1.7 stand-in"


RECIPIENT = "accounts@harbour.example"


SAMPLES = sample_notices()


FREE_OF_NEEDS = {"account_export_ready", "low_credits", "top_up_stopped"}


# links stand in the text alone, in the page behind a button
LINK = re.compile(r": https://(app\.)?example\.com/(billing|(pay|confirm-email|join|sign-in)/\S+|begin\S+)")


def mail_of(sample: str, **changes: object) -> EmailFacts:
    facts = replace(SAMPLES[sample], **changes)  # type: ignore[arg-type] # by name
    return render_notice(sample_kind(sample), facts, RECIPIENT)


def shown(page: str) -> str:
    """What a reader sees of a page, its title aside, with single spaces."""
    body = re.sub(r"<title>.*?</title>", " ", page, flags=re.DOTALL)
    return words(unescape(re.sub(r"<[^>]+>", "", body)))


def words(text: str) -> str:
    return " ".join(re.sub(r"[:*]", " ", text).split())


def require_readable(mail: EmailFacts) -> None:
    """Both forms say the same, without gaps where facts are missing."""
    story = mail.text.split("\n-- \n")[0]
    page = shown(mail.html)
    for line in story.splitlines():
        assert words(LINK.sub("", line)) in page, line
    for body in (story, page):
        assert "None" not in body
        assert not re.search(r"  | [.,]|\n\n\n|: *\n", body), body
    assert story.startswith("Hello")
    assert len(mail.subject.splitlines()) == 1
