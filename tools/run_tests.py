"""All tests. Those with a whole stack take the usual ports, so they run one after the other; mostly they wait.

Beside them, with the CPU that they leave, run all the others, one more at a time than there are cores: some wait, too.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

STACKS = ("tests/scenarios", "tests/simulation/test_simulate.py", "tests/stack/test_up.py")
AT_A_TIME = min(4, (os.cpu_count() or 1) + 1)
OTHERS = (
    *("-n", str(AT_A_TIME), "--dist", "loadfile", "--no-loadscope-reorder"),
    *(f"--ignore={path}" for path in STACKS),
)
# a file that takes a minute, begun last, would leave all cores but one idle
LONGEST_FIRST = ("tests/workers", "tests/delivery", "tests/stack", "tests/ingress", "tests/billing")
# what a stack's workers need comes first, so that nothing there runs out of time
NICENESS = 10


def main() -> int:
    """The exit code: 0 when every test passed."""
    # hundreds of processes would compile our code again and again
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    pytest = (sys.executable, "-m", "pytest")
    with tempfile.TemporaryDirectory(prefix="cashbeat-tests-") as folder, tempfile.TemporaryFile() as told:
        stacks = subprocess.Popen(
            [*pytest, f"--basetemp={folder}/stacks", *STACKS], stdout=told, stderr=subprocess.STDOUT
        )
        try:
            os.nice(NICENESS)
            others = subprocess.run([*pytest, f"--basetemp={folder}/others", *OTHERS, *_folders()], check=False)
            print("waiting for the tests with a whole stack", flush=True)
            stacks.wait()
        finally:
            stacks.terminate()
            stacks.wait()
        told.seek(0)
        shutil.copyfileobj(told, sys.stdout.buffer)
    return 1 if others.returncode or stacks.returncode else 0


def _folders() -> list[str]:
    """Those of all the others, one after the other."""
    found = {f"tests/{path.parts[1]}" for path in Path("tests").rglob("test_*.py")}
    return [*LONGEST_FIRST, *sorted(found.difference(LONGEST_FIRST, STACKS))]


if __name__ == "__main__":
    sys.exit(main())
