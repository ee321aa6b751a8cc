"""A process that `stack.nursery` forks in a test: says what it was told, and ends or waits as it is asked to.

python -m tests.stack.newborn EXIT_CODE
python -m tests.stack.newborn waits
"""

import os
import sys
import time

from settings import load

if __name__ == "__main__":
    sys.stdout.write(f"{sys.argv[1]} {sorted(os.environ)} {load().broker_url} {os.getsid(0) == os.getpid()}\n")
    sys.stdout.flush()
    if sys.argv[1] == "waits":
        time.sleep(600)
    sys.exit(int(sys.argv[1]))
