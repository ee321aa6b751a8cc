"""Run stored operations that arrived together: those of a kind that comes in numbers in one transaction."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from operator import attrgetter
from uuid import UUID

from sqlalchemy.orm import Session

from billing.accounts.queries import refusal_of
from billing.clocks.timelines import Standing, standings_of
from billing.commands.sets import SETS
from billing.commands.verb import Result, SetVerb
from billing.errors import Rejected
from calls.audited import is_entry_itself
from calls.run_command import carry_out, parse
from database.operations import Operation
from schemas.commands import KINDS_TAKEN_ALONG
from schemas.commands.base import Command
from schemas.messages.commands import SET_IDS_MAX
from workers import claims
from workers.due_beside import due_beside
from workers.finish_each import finish_each
from workers.halves import in_halves
from workers.wiring import Work

# the account that something is begun for
_begins_for = attrgetter("account_id")
Asked = dict[UUID, tuple[Operation, Command]]


def run_set(work: Work, operation_ids: Sequence[UUID]) -> None:
    """Run those that are free; the outcome of each is stored under its id. One bad one does not hold up the others.

    What else is due of what is small goes along: what a set costs, however few are in it, is shared by more.
    """
    together: dict[SetVerb, Asked] = defaultdict(dict)
    others = due_beside(work.database, operation_ids, KINDS_TAKEN_ALONG, SET_IDS_MAX)
    for operation in claims.take(work.database, Operation, [*operation_ids, *others]):
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
        standings = standings_of(session, {_begins_for(command) for _, command in mine}, wall)
        refusals = [_refusal(standings, command) for _, command in mine]
        free = [each for each, refusal in zip(mine, refusals, strict=True) if refusal is None]
        answers = iter(verb(session, free, {account_id: each.now for account_id, each in standings.items()}))
        return [refusal or next(answers) for refusal in refusals]

    in_halves(
        [operation for operation, _ in asked.values()],
        lambda operations: finish_each(work.database, operations, act),
        lambda operation, error: claims.give_up(work.database, [operation], error),
    )


def _refusal(standings: Mapping[UUID, Standing], command: Command) -> Rejected | None:
    """Why it is refused for what its account is, if it is; as `billing.commands.time_of` does it for one."""
    return refusal_of(standings[_begins_for(command)].status, begins=command.begins)
