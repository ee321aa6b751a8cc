"""All tests. Those with a whole stack take the usual ports, so they run one after the other; mostly they wait.

Beside them, with the CPU that they leave, run all the others, as many at a time as there are cores.
"""

import os
import shutil
import subprocess
import sys
import tempfile

STACKS = ("tests/scenarios", "tests/simulation/test_simulate.py", "tests/stack/test_up.py")
OTHERS = ("-n", "auto", "--maxprocesses", "4", "--dist", "loadfile", *(f"--ignore={path}" for path in STACKS))
# what a stack's workers need comes first, so that nothing there runs out of time
NICENESS = 10


def main() -> int:
    """The exit code: 0 when every test passed."""
    pytest = (sys.executable, "-m", "pytest")
    with tempfile.TemporaryDirectory(prefix="cashbeat-tests-") as folder, tempfile.TemporaryFile() as told:
        stacks = subprocess.Popen(
            [*pytest, f"--basetemp={folder}/stacks", *STACKS], stdout=told, stderr=subprocess.STDOUT
        )
        try:
            os.nice(NICENESS)
            others = subprocess.run([*pytest, f"--basetemp={folder}/others", *OTHERS], check=False)
            print("waiting for the tests with a whole stack", flush=True)
            stacks.wait()
        finally:
            stacks.terminate()
            stacks.wait()
        told.seek(0)
        shutil.copyfileobj(told, sys.stdout.buffer)
    return 1 if others.returncode or stacks.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
