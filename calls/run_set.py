"""Run stored operations that arrived together: those of a kind that comes in numbers in one transaction."""

from collections import defaultdict
from collections.abc import Sequence
from operator import attrgetter
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import account_closed, closed_among
from billing.commands.sets import SETS
from billing.commands.verb import Result, SetVerb
from billing.errors import Rejected
from calls.audited import is_entry_itself
from calls.run_command import carry_out, parse
from database.operations import Operation
from schemas.commands.base import Command
from workers import claims
from workers.finish_each import finish_each
from workers.halves import in_halves
from workers.wiring import Work

# the account that something is begun for
_begins_for = attrgetter("account_id")
Asked = dict[UUID, tuple[Operation, Command]]


def run_set(work: Work, operation_ids: Sequence[UUID]) -> None:
    """Run those that are free; the outcome of each is stored under its id. One bad one does not hold up the others."""
    together: dict[SetVerb, Asked] = defaultdict(dict)
    for operation in claims.take(work.database, Operation, operation_ids):
        with claims.attempt(work.database, operation):
            command = parse(operation)
            verb = SETS.get(type(command))
            # a person's leaves an entry in the audit, of what it alone has changed
            if verb is None or not is_entry_itself(operation, command):
                carry_out(work, operation, command)
            else:
                together[verb][operation.id] = operation, command
    for verb, asked in together.items():
        _run_together(work, verb, asked)


def _run_together(work: Work, verb: SetVerb, asked: Asked) -> None:
    wall = work.wall()

    def act(session: Session, ours: Sequence[Operation]) -> Sequence[Result | Rejected]:
        mine = [asked[operation.id] for operation in ours]
        closed = closed_among(session, {_begins_for(command) for _, command in mine})
        answers = iter(verb(session, [each for each in mine if _begins_for(each[1]) not in closed], wall))
        return [account_closed() if _begins_for(command) in closed else next(answers) for _, command in mine]

    in_halves(
        [operation for operation, _ in asked.values()],
        lambda operations: finish_each(work.database, operations, act),
        lambda operation, error: claims.give_up(work.database, [operation], error),
    )
