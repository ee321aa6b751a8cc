"""What every answer is."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

Item = TypeVar("Item")


class View(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(frozen=True)


class Page(View, Generic[Item]):
    """A page of a list, newest first. Pass `next_cursor` as `cursor` for the next one; null at the end."""

    data: list[Item]
    next_cursor: str | None
