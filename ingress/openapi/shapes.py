"""The schemas of the document: our classes as JSON Schema, each once, under the names that integrators read."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from schemas.json_shapes import COMPONENT

Mode = Literal["validation", "serialization"]
Schema = dict[str, Any]
PREFIX = "#/components/schemas/"
# behind a validator of its own pydantic leaves bounds as they are called in Python
BOUNDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
# of one place, not of the type
LOCAL = ("default", "description")
_PAGE = re.compile(r"(?:\w*_)?Page_(\w+)_")


class Shapes:
    """The schemas of all classes that are sent or answered."""

    def __init__(self, taken: Iterable[type[BaseModel]], answered: Iterable[type[BaseModel]]) -> None:
        modes: list[tuple[type[BaseModel], Mode]] = [(model, "validation") for model in dict.fromkeys(taken)]
        modes += [(model, "serialization") for model in dict.fromkeys(answered)]
        found, definitions = models_json_schema(modes, ref_template=PREFIX + "{model}")
        self.components: dict[str, Schema] = {}
        self._given = frozenset(definitions.get("$defs", {}))
        for name, schema in definitions.get("$defs", {}).items():
            self.add(self._name_of(name), self._tidy(schema))
        self._references: dict[Any, Schema] = {of: self._tidy(schema) for of, schema in found.items()}

    def add(self, name: str, schema: Schema) -> Schema:
        """Name a schema; the reference to it. Raises ValueError for a name that another one has."""
        if self.components.setdefault(name, schema) != schema:
            raise ValueError(f"two schemas are called {name}")
        return {"$ref": PREFIX + name}

    def taken(self, model: type[BaseModel]) -> Schema:
        """The reference to what is sent."""
        return self._references[model, "validation"]

    def said(self, model: type[BaseModel], drawn: frozenset[str]) -> Schema:
        """The same of what a caller says: what is drawn the door says by itself, and it is nowhere in the document."""
        whole = self.taken(model)
        schema = self.inside(whole)
        for name in drawn & schema["properties"].keys():
            del schema["properties"][name]
            schema["required"] = [each for each in schema.get("required", []) if each != name]
        return whole

    def answered(self, model: type[BaseModel]) -> Schema:
        """The reference to what is answered."""
        return self._references[model, "serialization"]

    def inside(self, reference: Schema) -> Schema:
        """What a reference leads to."""
        return self.components[reference["$ref"].removeprefix(PREFIX)]

    def drop(self, reference: Schema) -> None:
        """What nothing refers to any more."""
        self.components.pop(reference["$ref"].removeprefix(PREFIX), None)

    def _name_of(self, given: str) -> str:
        """The name in the document: views without their last word where nothing else is called so, pages by items."""
        page = _PAGE.fullmatch(given)
        if page:
            return f"PageOf{self._name_of(page[1])}"
        short = given.removesuffix("View")
        return given if short in self._given else short

    def _tidy(self, schema: Any) -> Any:
        """Without titles, which repeat names; types that are used again and again as components of their own."""
        if isinstance(schema, list):
            return [self._tidy(each) for each in schema]
        if not isinstance(schema, Mapping):
            return schema
        named = {key: self._tidied(key, value) for key, value in schema.items() if key != "title"}
        tidy: Schema = {str(BOUNDS.get(key, key)): value for key, value in named.items()}
        if tidy.get("$ref"):
            tidy["$ref"] = PREFIX + self._name_of(tidy["$ref"].removeprefix(PREFIX))
        name = tidy.pop(COMPONENT, None)
        return self._named(name, tidy) if name else tidy

    def _tidied(self, key: str, value: Any) -> Any:
        if key in ("properties", "$defs"):
            return {name: self._tidy(each) for name, each in value.items()}
        return value if key in ("examples", "default", "enum", "required") else self._tidy(value)

    def _named(self, name: str, schema: Schema) -> Schema:
        """The reference to it. One that is held to more than its name says is told in full, where it stands."""
        general = {key: value for key, value in schema.items() if key not in LOCAL}
        if self.components.setdefault(name, general) != general:
            return schema
        return {"$ref": PREFIX + name, **{key: value for key, value in schema.items() if key in LOCAL}}
