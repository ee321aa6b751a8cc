"""`make journeys`: start everything, and do on the pages what people do there."""

import json
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from playwright.sync_api import Browser
from playwright.sync_api import Error as BrowserError

import exit_codes
import logs
from settings import Settings, load
from stack import development_key
from stack.errors import StackError
from stack.running import Stack
from stack.shopper import Shopper
from tests.canaries import searched_home
from tests.journeys.hands import Keyboard, Mouse
from tests.journeys.scene import Scene, Way
from tests.journeys.stories import JOURNEYS
from tests.journeys.watching import DESK, PHONE, Watch
from tools.chromium import opened

WAYS = (
    Way("on a phone without scripts", Mouse(), PHONE, runs_scripts=False),
    Way("by keyboard", Keyboard(), DESK, runs_scripts=True),
)


def main(
    only: Annotated[str, typer.Option(help="Those whose names contain this.")] = "",
    kept: Annotated[Path, typer.Option(help="Where pictures of what failed are kept.")] = Path("journeys"),
    looks: Annotated[Path | None, typer.Option(help="Keep how each page looks here, light and dark.")] = None,
) -> None:
    """Exit code 0: every journey came to its end, and nothing was wrong with a page. 1: not so. 2: could not run."""
    logs.configure(load().model_copy(update={"log_level": "ERROR"}), "journeys")
    chosen = {name: story for name, story in JOURNEYS.items() if only in name}
    failures: list[str] = []
    began = time.monotonic()
    try:
        with searched_home("journeys") as home, Stack(Settings(cashbeat_home=home, log_format="json")) as stack:
            watch = Watch((stack.addresses.portal_url, stack.addresses.console_url), looks)
            with opened() as browser:
                for way in WAYS:
                    for name in chosen:
                        failures += _play(stack, browser, watch, way, name, kept)
    except StackError as error:
        sys.stderr.write(f"journeys: {error}\n")
        raise typer.Exit(exit_codes.IMPOSSIBLE) from error
    for problem in dict.fromkeys(watch.problems):
        typer.echo(f"WRONG {problem}", err=True)
    figures = {"journeys": len(chosen) * len(WAYS), "failed": len(failures), "pages": watch.pages}
    found = {"measured": len(watch.measured), "problems": len(watch.problems)}
    typer.echo(json.dumps(figures | found | {"seconds": round(time.monotonic() - began)}))
    raise typer.Exit(exit_codes.FOUND_WRONG if failures or watch.problems else 0)


def _play(stack: Stack, browser: Browser, watch: Watch, way: Way, name: str, kept: Path) -> list[str]:
    """What failed of one journey in one way, if it did."""
    key = development_key.ensure(stack.addresses.database_url, stack.home)
    shopper = Shopper(stack.addresses.ingress_url, stack.addresses.sandbox_url, key)
    began = time.monotonic()
    with Scene(stack, shopper, browser, watch, way) as scene:
        try:
            JOURNEYS[name](scene)
        except (AssertionError, BrowserError, StackError) as error:
            where = ", ".join(person.page.url for person in scene.people)
            pictures = scene.picture(kept, f"{name}-{way.name}".replace(" ", "-"))
            seen = ", ".join(str(path) for path in pictures)
            typer.echo(f"FAILED {name}, {way.name}, at {where}: {error}\n    looks like {seen}", err=True)
            return [name]
        finally:
            shopper.close()
    typer.echo(f"{name}, {way.name}: {time.monotonic() - began:.1f} seconds", err=True)
    return []


if __name__ == "__main__":
    typer.run(main)
