"""`accept`: the one way in which a command becomes a stored operation, whoever said it and through which door."""

import logs
from callers.principal import Principal
from database.ids import operation_id
from database.operations import fingerprint
from ingress.bounds import require_own
from ingress.group_commit import GroupCommit, RowsRefused
from ingress.identity import may
from ingress.operation_store import NewOperation, StoredOperation
from ingress.problems import Problem
from ingress.reads import Reads
from schemas.commands.base import Command


class Acceptance:
    """Stores commands of one process, in groups."""

    def __init__(self, operations: GroupCommit[NewOperation, StoredOperation], reads: Reads) -> None:
        self._operations = operations
        self._reads = reads

    async def accept(
        self, principal: Principal, command: Command, idempotency_key: str | None, size_bytes: int
    ) -> StoredOperation:
        """The operation, durably stored. A repeat with the same key is the first one again.

        Raises Problem 403 for a principal who may not say it, Rejected 404 where it is about an account that is not
        theirs to touch, and Problem 422 for a key that was used for another command.
        """
        for permission in (command.permission, *command.needs_also):
            may(principal, permission)
        if principal.accounts is not None and not command.is_by_token:
            await require_own(self._reads, principal, dict(command))
        operation = _operation(command, principal.caller, idempotency_key)
        logs.bind(operation_id=str(operation.id))
        try:
            stored = await self._operations.submit(operation, size_bytes)
        except RowsRefused:
            raise Problem(422, "invalid", "The database cannot store this command.", errors=[]) from None
        if stored.body_sha256 != operation.body_sha256:
            raise Problem(422, "idempotency_key_reused", "This Idempotency-Key was used for another command.")
        return stored


def _operation(command: Command, caller: str, idempotency_key: str | None) -> NewOperation:
    body = command.model_dump(mode="json")
    row_id = operation_id(caller, idempotency_key)
    said = {field: value for field, value in body.items() if field not in command.drawn}
    return NewOperation(row_id, command.kind, caller, idempotency_key, body, fingerprint(command.kind, said))
