"""The system's own Chromium, which looks at pages: `python -m tools.chromium` installs it where there is none.

It comes from the system's package manager, like the libraries for PDFs, and from nowhere else. Exit code 2 and one
sentence mean that somebody with more rights has to install it.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import exit_codes
from stack.errors import StackError
from stack.system_libraries import install

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ON_MACOS = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)
APT_PACKAGE, BREW_CASK = "chromium", "chromium"
DOWNLOAD_MEGABYTES = 125


def find() -> str | None:
    """Where it lies."""
    on_path = (shutil.which(name) for name in NAMES)
    return next((path for path in on_path if path), None) or next((str(p) for p in ON_MACOS if p.exists()), None)


def install_commands() -> list[list[str]] | None:
    """Those of this system's package manager; none on a system we do not know."""
    if shutil.which("apt-get"):
        return [["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", APT_PACKAGE]]
    if shutil.which("brew"):
        return [["brew", "install", "--cask", BREW_CASK]]
    return None


@contextmanager
def opened() -> Iterator["Browser"]:
    """It, without a window. Raises StackError where there is none."""
    # which comes with the chores that look at pages alone, see `make browser`
    from playwright.sync_api import sync_playwright

    path = find()
    if path is None:
        raise StackError("there is no Chromium; `make browser` installs it")
    with sync_playwright() as driver:
        # as root it has no sandbox of its own; it looks at pages of this machine alone
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def main() -> int:
    """Install it where it is missing."""
    if find():
        return 0
    commands = install_commands()
    line = "install Chromium"
    if commands:
        line = install(commands, f"installing Chromium ({DOWNLOAD_MEGABYTES} MB)")
        if not line and find():
            return 0
    sys.stderr.write(f"A browser is needed to look at pages. Run this, then try again: {line or 'install Chromium'}\n")
    return exit_codes.IMPOSSIBLE


if __name__ == "__main__":
    sys.exit(main())
