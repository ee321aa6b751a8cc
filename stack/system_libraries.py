"""The system libraries and fonts that PDFs need: `python stack/system_libraries.py` installs what is missing.

Uses the standard library alone, because it runs before anything is installed. Exit code 2 and one line to run mean that
installing needs rights that we do not have. Without fonts for the world's scripts everything runs, but a document with
a letter that no font has is parked: that is said, with the same line, and is no reason to stop.
"""

import ctypes
import ctypes.util
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence

# What WeasyPrint opens, by the name on Linux and on macOS. The subsetter is optional to it, and five times faster.
LIBRARIES = (
    ("gobject-2.0", "libgobject-2.0.so.0", "libgobject-2.0.0.dylib"),
    ("pango", "libpango-1.0.so.0", "libpango-1.0.dylib"),
    ("pangoft2", "libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"),
    ("harfbuzz", "libharfbuzz.so.0", "libharfbuzz.0.dylib"),
    ("harfbuzz-subset", "libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib"),
    ("fontconfig", "libfontconfig.so.1", "libfontconfig.1.dylib"),
)
APT_PACKAGES = (
    *("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-open-sans"),
    # the world's scripts: 12, 57 and 10 MB to load, three quarters of it Chinese, Japanese and Korean
    *("fonts-noto-core", "fonts-noto-cjk", "fonts-noto-color-emoji"),
)
# macOS brings fonts for the world's scripts
BREW_PACKAGES = ("pango", "fontconfig", "font-open-sans")
DOWNLOAD_MEGABYTES = 90
# A letter of each script that customers' names and addresses are written in. A font that has it has the script.
SCRIPTS = {
    "Arabic": "ش", "Armenian": "Ա", "Bengali": "অ", "Chinese": "语", "Cyrillic": "Ж", "Devanagari": "अ",
    "Ethiopic": "አ", "Georgian": "ა", "Greek": "Ω", "Gujarati": "અ", "Gurmukhi": "ਅ", "Hebrew": "א", "Japanese": "か",
    "Kannada": "ಅ", "Khmer": "ក", "Korean": "한", "Lao": "ກ", "Malayalam": "അ", "Myanmar": "က", "Oriya": "ଓ",
    "Sinhala": "අ", "Tamil": "அ", "Telugu": "అ", "Thai": "ก", "Tibetan": "ཀ", "emoji": "🧾",
}  # fmt: skip
# the same as in documents/fonts.py, which cannot be imported before anything is installed; a test compares them
FONT_FAMILY = "Open Sans"

EXIT_NEEDS_RIGHTS = 2


def missing() -> list[str]:
    """Names of the libraries that cannot be opened, and of the font when fontconfig does not find it."""
    absent = [name for name, *files in LIBRARIES if not any(_opens(file) for file in files)]
    return absent if _has_font() else [*absent, f"the font {FONT_FAMILY}"]


def missing_scripts() -> list[str]:
    """Names of the scripts that no installed font has: a document with such a letter is parked."""
    lister = shutil.which("fc-list")
    ranges = _run([lister, "--format=%{charset} "]).stdout.split() if lister else []
    covered = {tuple(int(end, 16) for end in each.split("-")) for each in ranges}
    return [name for name, letter in SCRIPTS.items() if not any(each[0] <= ord(letter) <= each[-1] for each in covered)]


def install_command() -> list[list[str]] | None:
    """The package manager's commands for this system, without sudo; none on a system we do not know."""
    if shutil.which("apt-get"):
        return [["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", *APT_PACKAGES]]
    if shutil.which("brew"):
        return [["brew", "install", *BREW_PACKAGES]]
    return None


def main() -> int:
    """Install what is missing. Says what it does on standard error only."""
    absent, scripts = missing(), missing_scripts()
    if not absent and not scripts:
        return 0
    commands = install_command()
    if commands is None:
        return _give_up(absent, scripts, f"install Pango, HarfBuzz's subset library, {FONT_FAMILY}, all Noto fonts")
    line = install(commands, f"installing for PDFs ({DOWNLOAD_MEGABYTES} MB at most): {_named(absent, scripts)}")
    if line:
        return _give_up(absent, scripts, line)
    still_absent = missing_in_fresh_process()
    return _give_up(still_absent, missing_scripts(), "see what the package manager said above")


def install(commands: Sequence[Sequence[str]], announcement: str) -> str:
    """Run the package manager's commands: empty when they are done, else the line for somebody who may."""
    prefix = _privilege(commands[0][0])
    if prefix is None:
        return _as_line(["sudo"], commands)
    _say(announcement)
    for command in commands:
        result = _run([*prefix, *command])
        if result.returncode != 0:
            _say(result.stderr.strip())
            return _as_line(prefix, commands)
    return ""


def missing_in_fresh_process() -> list[str]:
    """The same question, asked where nothing remembers the answer from before the installation."""
    found = subprocess.run([sys.executable, __file__, "--check"], capture_output=True, text=True, check=False)  # noqa: S603 - ourselves
    return found.stdout.split("\n")[:-1]


def _named(absent: Sequence[str], scripts: Sequence[str]) -> str:
    return ", ".join([*absent, f"fonts for {', '.join(scripts)}"] if scripts else absent)


def _privilege(program: str) -> list[str] | None:
    """What to put before a command that changes the system; none when we may not."""
    if program == "brew" or os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and _run([sudo, "--non-interactive", "true"]).returncode == 0:
        return [sudo, "--non-interactive"]
    return None


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # captured, because standard output belongs to whatever runs after us
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)  # noqa: S603 - ours


def _opens(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_font() -> bool:
    """Whether fontconfig finds the family that invoices are set in; it knows where fonts lie on this system."""
    matcher = shutil.which("fc-match")
    if matcher is None:
        return False
    return FONT_FAMILY in _run([matcher, "--format=%{family}", FONT_FAMILY]).stdout.split(",")


def _as_line(prefix: Sequence[str], commands: Sequence[Sequence[str]]) -> str:
    return " && ".join(shlex.join([*prefix, *command]) for command in commands)


def _give_up(absent: Sequence[str], scripts: Sequence[str], line: str) -> int:
    """Say what is missing and what to run; only what nothing works without is a reason to stop."""
    if absent:
        _say(f"PDFs need {_named(absent, scripts)}. Run this, then try again:\n    {line}")
        return EXIT_NEEDS_RIGHTS
    if scripts:
        _say(
            f"No font has letters of {', '.join(scripts)}: documents with them are parked. To install some:\n    {line}"
        )
    return 0


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.stdout.writelines(f"{name}\n" for name in missing())
        sys.exit(0)
    sys.exit(main())
