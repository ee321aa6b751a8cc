"""Secrets that whole stacks of the tests work with, and that are to be read in nothing those say or leave behind.

A home that is made here is searched when its stack has ended, for the canaries and for what the home made up itself.
"""

import base64
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil  # type: ignore[import-untyped]  # ships no types
import psycopg2
import requests
from psycopg2 import sql

from settings import SANDBOX_RESEND_KEY, SANDBOX_STRIPE_KEY, SANDBOX_WEBHOOK_SECRET
from stack.processes import FLOWER_TASKS_MAX, flower_login
from stack.providers import set_plain, set_secret
from stack.running import Stack

# looked for without what a vendor's secrets begin with: a mask that goes by the beginning must not be what hides them
CANARY = "canary/that+must=not_sing"
CALL, MAIL, HOOK = f"sk_test_{CANARY}", f"re_{CANARY}", f"whsec_{CANARY}"
PUBLIC = (SANDBOX_STRIPE_KEY, SANDBOX_RESEND_KEY, SANDBOX_WEBHOOK_SECRET)

# Where secrets are on purpose, closed to all but their owner: what a home keeps to itself, how its commands reach a
# stack that runs, and the broker's own password. And the other party knows its own.
ON_PURPOSE = ("--exclude-dir=secrets", "--exclude=stack.json", "--exclude=valkey.conf", "--exclude-dir=sandbox")
HEARD = "heard"
SECRET_CHARACTERS_MIN = 16
EXAMPLES_MAX = 5
# so soon nobody is called with another key any more
NOTICED_WITHIN_SECONDS = 5.0
WAIT_SECONDS = 30.0


@contextmanager
def searched_home(prefix: str, below: Path | None = None) -> Iterator[Path]:
    """A folder for one stack, gone at the end. AssertionError for a secret that a test that passed has left in it.

    Away from pytest's folders: a second run closes those to all but its user, and root's PostgreSQL runs as another.
    It lies where temporary folders do, unless `below` is given.
    """
    with tempfile.TemporaryDirectory(prefix=f"cashbeat-{prefix}-", dir=below) as folder:
        yield Path(folder)
        found = find_secrets(Path(folder))
        assert not found, f"secrets are to be read in what {prefix} left: {found}"


def find_secrets(home: Path) -> list[str]:
    """Some of the places below this folder where one can be read, as `file:what was found`."""
    secrets = {CANARY, *PUBLIC, *_made_up(home)}
    forms = sorted({form for secret in secrets for form in forms_of(secret)})
    search = ("grep", "--recursive", "--text", "--only-matching", "--fixed-strings", "--file=-", *ON_PURPOSE)
    found = subprocess.run((*search, str(home)), input="\n".join(forms), capture_output=True, text=True, check=False)
    assert found.returncode in (0, 1), found.stderr
    return sorted(set(found.stdout.splitlines()))[:EXAMPLES_MAX]


def forms_of(secret: str) -> Iterator[str]:
    """As it is, in hexadecimal, in an address, and inside of whatever is in base64."""
    raw = secret.encode()
    yield from (secret, raw.hex(), quote(secret), quote(secret, safe=""))
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + raw).decode()
        # without the characters that what stands beside it has a part in
        inner = encoded[-(-8 * before // 6) : 8 * (before + len(raw)) // 6]
        yield from (inner, inner.translate(str.maketrans("+/", "-_")))


def give(stack: Stack) -> None:
    """Let a stack and its sandbox call each other with canaries; the sandbox takes no other keys."""
    for name in ("stripe", "resend"):
        set_plain(stack.settings, name, "endpoint", stack.addresses.sandbox_url)
    set_secret(stack.settings, "stripe", "api_key", CALL, timedelta())
    set_secret(stack.settings, "stripe", "webhook_secret", HOOK, timedelta())
    set_secret(stack.settings, "resend", "api_key", MAIL, timedelta())
    options = {"webhook_secrets": [HOOK], "api_keys": [CALL, MAIL]}
    requests.patch(f"{stack.addresses.sandbox_url}/sandbox/options", json=options, timeout=WAIT_SECONDS)
    time.sleep(NOTICED_WITHIN_SECONDS)


def listen(stack: Stack) -> None:
    """Write down in its home what a stack tells those who look while it runs: `searched_home` finds it there."""
    heard = stack.home / HEARD
    heard.mkdir(exist_ok=True)
    (heard / "command_lines").write_text("\n".join(_command_lines()))
    for number, text in enumerate(_told_by_flower(stack)):
        (heard / f"flower_{number}").write_text(text)
    metrics = requests.get(f"{stack.addresses.ingress_url}/metrics", timeout=WAIT_SECONDS)
    (heard / "metrics").write_text(metrics.text)
    _write_rows(stack.addresses.database_url, heard / "rows")


def listened(stack: Stack) -> requests.Session:
    """A product's connections, whose answers are written down likewise."""
    session = requests.Session()

    def write(answer: requests.Response, *_: Any, **__: Any) -> None:
        if answer.url.startswith(stack.addresses.ingress_url):
            with (stack.home / "logs" / "answers").open("ab") as file:
                file.write(answer.content)

    session.hooks["response"].append(write)
    return session


def _made_up(home: Path) -> Iterator[str]:
    """Passwords, keys and master keys: all that the homes below this folder keep to themselves."""
    for path in home.glob("**/secrets/*"):
        words = re.split(r"[:,\s]", path.read_text(encoding="utf-8"))
        yield from (word for word in words if len(word) >= SECRET_CHARACTERS_MIN)


def _command_lines() -> Iterator[str]:
    """Of what this test run has started: as everybody on this machine can read them."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            yield " ".join(process.cmdline())


def _told_by_flower(stack: Stack) -> Iterator[str]:
    for path in (f"/api/tasks?limit={FLOWER_TASKS_MAX}", "/api/workers?refresh=1", "/", "/tasks", "/broker"):
        url = f"{stack.addresses.flower_url}{path}"
        answer = requests.get(url, auth=flower_login(stack.settings), timeout=WAIT_SECONDS)
        assert answer.ok, path
        yield answer.text


def _write_rows(database_url: str, file: Path) -> None:
    """As text: long values are compressed in the database's own files, where a search would pass over them."""
    with closing(psycopg2.connect(database_url)) as owner, owner.cursor() as cursor, file.open("wb") as opened:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            rows = sql.SQL("COPY (SELECT row_to_json(t) FROM {} AS t) TO STDOUT").format(sql.Identifier(table))
            cursor.copy_expert(rows, opened)
