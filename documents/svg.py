"""An SVG that only draws: no script, no address to fetch, no entity, nothing of another kind of document."""

import re
from collections.abc import Mapping
from xml.parsers.expat import ExpatError, ParserCreate

SVG_SIGNS = (b"<?xml", b"<svg", b"<!--")
NAMESPACE = "http://www.w3.org/2000/svg"
REFUSED_ELEMENTS = frozenset({"script", "foreignObject", "image", "feImage", "a", "iframe", "audio", "video"})
# a style may name what lies in the same file, as `url(#gradient)`, and nothing else
FETCHES = re.compile(r"""@import|url\s*\(\s*(?!["']?\#)""", re.IGNORECASE)
NUMBER = re.compile(r"\s*([0-9]*\.?[0-9]+)(px)?\s*")


def check_svg(content: bytes) -> float:
    """Look through an SVG; returns its width by its height. Raises ValueError, saying what it must not have."""
    checker = _Checker()
    parser = ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = checker.element
    parser.CharacterDataHandler = checker.text
    parser.StartDoctypeDeclHandler = checker.doctype
    parser.ProcessingInstructionHandler = checker.instruction
    try:
        parser.Parse(content, True)
    except ExpatError as error:
        raise ValueError(f"is no whole SVG: {error}") from error
    return _aspect(checker.root)


class _Checker:
    """What the parser tells, piece by piece."""

    def __init__(self) -> None:
        self.root: Mapping[str, str] | None = None

    def element(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        if self.root is None:
            if (namespace, local) != (NAMESPACE, "svg"):
                raise ValueError("is XML, but no SVG")
            self.root = attributes
        if local in REFUSED_ELEMENTS:
            raise ValueError(f"has an element that a logo must not have: {local}")
        for attribute, value in attributes.items():
            self._attribute(attribute.rpartition(" ")[2], value)

    def _attribute(self, name: str, value: str) -> None:
        if name.lower().startswith("on"):
            raise ValueError(f"has a script: {name}")
        if name in {"href", "src"} and not value.startswith("#"):
            raise ValueError("refers to something outside of itself")
        self.text(value)

    def text(self, text: str) -> None:
        if FETCHES.search(text):
            raise ValueError("refers to something outside of itself")

    def doctype(self, *_: object) -> None:
        raise ValueError("has a document type, which may bring entities; remove the line <!DOCTYPE ...>")

    def instruction(self, *_: object) -> None:
        raise ValueError("has a processing instruction, which may bring a style sheet")


def _aspect(root: Mapping[str, str] | None) -> float:
    numbers = (root or {}).get("viewBox", "").replace(",", " ").split()[2:4] or [
        (root or {}).get(side, "") for side in ("width", "height")
    ]
    sides = [float(match[1]) for number in numbers if (match := NUMBER.fullmatch(number))]
    if len(sides) != 2 or not all(sides):
        raise ValueError("has neither a viewBox nor a width and a height in pixels")
    return sides[0] / sides[1]
