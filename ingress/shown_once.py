"""What is drawn at the door is in one answer alone."""

from typing import TypeVar

from ingress.commands import Shown
from ingress.operation_store import StoredOperation
from ingress.operations import OperationRow, view_operation
from schemas.views.operations import OperationView

Finished = TypeVar("Finished", bound=OperationView)


def shown_once(view: type[Finished], name: str, drawn: str) -> Shown:
    """The operation, with what was `drawn` by this name where it is the one that was stored and may come to count."""

    def shown(stored: StoredOperation, row: OperationRow) -> Finished:
        told = view_operation(row)
        is_shown = stored.is_new and told.status != "failed"
        return view(**told.model_dump(), **{name: drawn if is_shown else None})

    return shown
