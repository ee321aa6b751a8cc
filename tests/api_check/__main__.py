"""`make api-check`: start everything, sow a customer, and ask the API for all that its document allows and forbids."""

import os
import re
import sys
from pathlib import Path
from typing import Annotated

import typer

import exit_codes
import logs
from settings import Settings, load
from stack import development_key
from stack.errors import StackError
from stack.running import Stack
from tests.api_check.asking import SETTINGS, ask, config
from tests.api_check.hooks import OWN_KEY, PREFER
from tests.api_check.seeds import Client, known_ids, own_key, sow
from tests.canaries import searched_home

SECONDS_A_MINUTE = 60
# One key, one address and one account ask for everything, and are not to be told that it is too often. Processes of a
# stack read what is set here; what its own settings alone say does not reach them.
UNLIMITED = {
    "SERVER_REQUESTS_PER_MINUTE": "10000000",
    "ACCOUNT_REQUESTS_PER_MINUTE": "10000000",
    "ADDRESS_FAILURES_PER_MINUTE": "0",
}


def main(
    minutes: Annotated[float, typer.Option(min=0.5, help="How long it asks.")] = 5,
    seed: Annotated[int, typer.Option(help="Fixes what is asked.")] = 1,
    report: Annotated[Path, typer.Option(help="Where all of what was found is kept.")] = Path("api-check.txt"),
) -> None:
    """Exit code 0: it answers as its document says. 1: it does not, and how. 2: could not run."""
    logs.configure(load().model_copy(update={"log_level": "ERROR"}), "api-check")
    os.environ.update(UNLIMITED)
    os.environ[PREFER] = "wait=5"
    try:
        with searched_home("api-check") as home, Stack(_settings(home)) as stack:
            found_wrong = _ask(stack, minutes, seed, report)
    except StackError as error:
        sys.stderr.write(f"api-check: {error}\n")
        raise typer.Exit(exit_codes.IMPOSSIBLE) from error
    raise typer.Exit(exit_codes.FOUND_WRONG if found_wrong else 0)


def _settings(home: Path) -> Settings:
    return Settings(cashbeat_home=home, log_format="json")


def _ask(stack: Stack, minutes: float, seed: int, report: Path) -> bool:
    address = stack.addresses.ingress_url
    key = development_key.ensure(stack.addresses.database_url, stack.home)
    client = Client(address, key)
    account_id = sow(client)
    document = client.http.get("/openapi.json", timeout=60).json()
    os.environ[OWN_KEY] = own_key(client)
    ids = known_ids(client, document, account_id)
    typer.echo(f"asking {len(document['paths'])} paths for {minutes:g} minutes, {len(ids)} ids are known", err=True)
    settings = config(key, ids, account_id)
    running = ask(address, settings, stack.home, round(minutes * SECONDS_A_MINUTE), "--seed", str(seed))
    assert running.stdout is not None
    with report.open("w", encoding="utf-8") as kept:
        for line in running.stdout:
            kept.write(line)
            if re.match(r"\s*(✅|❌|⏭|🚫|Selected|Tested|=+ )", line):
                typer.echo(line.rstrip())
    found_wrong = running.wait() != 0
    # it has the key, and no other file of this home may
    (stack.home / SETTINGS).unlink()
    return found_wrong


if __name__ == "__main__":
    typer.run(main)
