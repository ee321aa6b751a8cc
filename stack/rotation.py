"""`cashbeat provider rotate-key`: seal everything again under the first master key, while all processes run."""

from credentials.errors import Sealed
from credentials.rotate import rotate
from database import engine
from settings import Settings
from stack.errors import StackError
from stack.explaining import explaining
from stack.master_keys import to_seal
from stack.stores import database_urls


def rotate_all(settings: Settings) -> tuple[str, int]:
    """The id of that key, and how many values were sealed again; done again there are none. Raises StackError.

    A transaction per batch: what is done stays done, whatever stops this.
    """
    keys, total = to_seal(settings), 0
    with database_urls(settings) as urls, explaining(urls.owner), engine.opened(urls.owner) as database:
        while True:
            try:
                with database.transaction() as opened:
                    count = rotate(opened, keys)
            except Sealed as error:
                raise StackError(f"{error}; {total} values were sealed again before") from None
            if not count:
                return keys.first_id, total
            total += count
