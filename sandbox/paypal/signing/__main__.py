"""`python -m sandbox.paypal.signing HOME`: make the authority of a sandbox that is about to start, and say where it is.

Whoever checks its webhooks has to be told whom to trust, and may be started first.
"""

import sys
from pathlib import Path

from sandbox.paypal.signing.authority import Authority

if __name__ == "__main__":
    sys.stdout.write(f"{Authority(Path(sys.argv[1])).trust_file}\n")
