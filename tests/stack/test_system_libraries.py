"""What is installed for documents is what documents ask for."""

from documents.fonts import FAMILY
from stack import system_libraries


def test_the_font_that_is_installed_is_the_one_that_invoices_are_set_in() -> None:
    assert system_libraries.FONT_FAMILY == FAMILY


def test_on_a_machine_that_is_set_up_nothing_is_missing() -> None:
    assert system_libraries.missing() == []
