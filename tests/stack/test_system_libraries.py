"""What is installed for documents is what documents ask for."""

import subprocess
import sys
from pathlib import Path

from documents.fonts import FAMILY
from stack import system_libraries

ROOT = Path(__file__).parents[2]


def test_the_font_that_is_installed_is_the_one_that_invoices_are_set_in() -> None:
    assert system_libraries.FONT_FAMILY == FAMILY


def test_on_a_machine_that_is_set_up_nothing_is_missing() -> None:
    assert system_libraries.missing() == []
    assert system_libraries.missing_scripts() == []


def test_the_readme_says_how_much_is_fetched() -> None:
    assert f"{system_libraries.DOWNLOAD_MEGABYTES} MB at most" in (ROOT / "README.md").read_text()


def alone_with(folder: Path, *programs: str, say: str = "") -> subprocess.CompletedProcess[str]:
    """The set-up on a machine that has these programs and no other."""
    for program in programs:
        (folder / program).write_text(f"#!/bin/sh\n{say}\n")
        (folder / program).chmod(0o755)
    command = [sys.executable, "-I", system_libraries.__file__]
    return subprocess.run(command, env={"PATH": str(folder)}, capture_output=True, text=True, check=False)


def test_fonts_that_cannot_be_installed_are_said_in_one_line_and_stop_nothing(tmp_path: Path) -> None:
    """A machine with the font of invoices alone, where installing fails."""
    (tmp_path / "fc-list").write_text("#!/bin/sh\necho 20-7e a0-ff 3a9\n")
    (tmp_path / "fc-list").chmod(0o755)
    (tmp_path / "fc-match").write_text(f"#!/bin/sh\nprintf '{FAMILY}'\n")
    (tmp_path / "fc-match").chmod(0o755)
    tried = alone_with(tmp_path, "apt-get", "sudo", say="exit 100")
    assert tried.returncode == 0
    said = tried.stderr.splitlines()
    assert "No font has letters of Arabic, Armenian," in tried.stderr
    assert "Greek" not in tried.stderr
    assert "Korean" in tried.stderr
    assert said[-1].strip().endswith(" ".join(system_libraries.APT_PACKAGES))


def test_what_nothing_works_without_stops_and_names_the_fonts_too(tmp_path: Path) -> None:
    tried = alone_with(tmp_path, "apt-get", "sudo", say="exit 100")
    assert tried.returncode == system_libraries.EXIT_NEEDS_RIGHTS
    assert f"PDFs need the font {FAMILY}, fonts for Arabic," in tried.stderr


def test_doctor_names_the_scripts_that_no_font_has(tmp_path: Path) -> None:
    environment = {"PATH": str(tmp_path), "CASHBEAT_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "cli", "doctor"]
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert "none for Arabic, Armenian," in " ".join(told.stdout.split())
    assert told.returncode != 0
