"""What is plain about a resource: the one that a path names, the list of them, and the routes to them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field

from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors, lists
from sandbox.stripe.api.call import Call
from sandbox.stripe.api.filters import Filter
from sandbox.world import World

Operation = Callable[[World, Call], JsonObject]
# what happens to the record that the path names
OnOne = Callable[[World, Call, JsonObject], JsonObject]
Route = tuple[str, str, Operation]


def _as_it_is(world: World, record: JsonObject) -> JsonObject:
    """Shown as it is stored."""
    return record


@dataclass(frozen=True, slots=True)
class Resource:
    """A row of the table of resources; whatever a row leaves out, its resource does not have.

    `path` leads to one of them; Stripe's name for the variable in it is what the error for an unknown one calls its
    `param`, and `called` what it calls the resource. `filters` are the parameters of a plain list, in the order they
    are told; those in `found_by` the store has an index for. `own_list` is a list that is not plain. The keys of
    `on_one` are routes below `path`, as `POST /cancel`, or `POST` for the path itself; one for `GET` takes the place of
    the plain answer. `shown` completes what the plain answer and the plain list tell.
    """

    kind: str
    path: str
    _: KW_ONLY
    called: str = ""
    create: Operation | None = None
    filters: tuple[Filter, ...] | None = None
    found_by: tuple[str, ...] = ()
    own_list: Operation | None = None
    on_one: Mapping[str, OnOne] = field(default_factory=dict)
    shown: Callable[[World, JsonObject], JsonObject] = _as_it_is
    shows_deleted: bool = False

    def routes(self) -> Iterator[Route]:
        """Method, path, operation."""
        all_of_them = self.path.rpartition("/")[0]
        listing = self.own_list or (self.page if self.filters is not None else None)
        if self.create:
            yield "POST", all_of_them, self.create
        if listing:
            yield "GET", all_of_them, listing
        if "GET" not in self.on_one:
            yield "GET", self.path, self.retrieve
        for route, act in self.on_one.items():
            method, _, below = route.partition(" ")
            yield method, self.path + below, self.on(act)

    def on(self, act: OnOne) -> Operation:
        """The operation that does this to the one that the path names."""
        return lambda world, call: act(world, call, self.of_path(world, call))

    def of_path(self, world: World, call: Call, *, deleted: bool = False) -> JsonObject:
        """The one that the path names. Raises when there is none, or none any more."""
        variable = self.path.rpartition("{")[2].rstrip("}")
        record = world.store.get(self.kind, call.ids[variable])
        if record is None or not (deleted or _is_there(record)):
            raise errors.not_found(self.called or self.kind, call.ids[variable], variable)
        return record

    def retrieve(self, world: World, call: Call) -> JsonObject:
        """GET of one."""
        return self.shown(world, self.of_path(world, call, deleted=self.shows_deleted))

    def page(self, world: World, call: Call) -> JsonObject:
        """GET of the plain list. Below another object's path it has what belongs to that one."""
        filters = self.filters or ()
        call.params.only(*(each.parameter for each in filters), *lists.PAGE_PARAMETERS)
        tests = [each.test(call.params) for each in filters if each.always or call.params.given(each.parameter)]
        if call.ids:
            tests.append(lambda record: all(record[owner] == owner_id for owner, owner_id in call.ids.items()))
        found = filter(_is_there, lists.newest_first(world, self.kind, call.params, self.found_by))
        for test in tests:
            found = filter(test, found)
        answer = lists.page_of(found, call.params, call.path)
        return {**answer, "data": [self.shown(world, record) for record in answer["data"]]}


def _is_there(record: JsonObject) -> bool:
    return "deleted" not in record
