"""`cashbeat provider rotate-key`: seal everything again under the first master key, while all processes run."""

from credentials.errors import Sealed
from credentials.find_sealed import find_sealed
from credentials.master_keys import MasterKeys
from credentials.queries import (
    list_endpoint_secrets,
    list_providers,
    list_second_factors,
    list_webhook_secrets,
)
from credentials.rotate import rotate
from database import engine
from database.engine import Database
from settings import Settings
from stack.deeds import audited
from stack.errors import StackError
from stack.explaining import explaining
from stack.master_keys import to_seal
from stack.stores import database_urls


def rotate_all(settings: Settings) -> tuple[str, int]:
    """The id of that key, and how many values were sealed again; done again there are none.

    A transaction per batch: what is done stays done, whatever stops this. Raises StackError when all that could be
    done is done, and these keys do not open the rest: whose key is not to be thrown away yet.
    """
    keys = to_seal(settings)
    with database_urls(settings) as urls, explaining(urls.owner), engine.opened(urls.owner) as database:
        total = _rotate(database, keys)
        with database.transaction() as opened:
            of_others = list_endpoint_secrets(opened), list_second_factors(opened)
            left = "; ".join(find_sealed(keys, list_providers(opened), list_webhook_secrets(opened), *of_others))
    if left:
        raise StackError(f"{total} values were sealed again, and {left}")
    return keys.first_id, total


def _rotate(database: Database, keys: MasterKeys) -> int:
    total = 0
    while True:
        try:
            with database.transaction() as opened, audited(opened):
                count = rotate(opened, keys)
        except Sealed as error:
            raise StackError(f"{error}; {total} values were sealed again before") from None
        if not count:
            return total
        total += count
