"""A short selection of what `./dev faults` does for as long as one likes."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

from faults.network import SKIPPED

KINDS = ("kill", "partition", "join", "disk", "memory")


def test_clusters_lose_nothing_under_faults():
    kinds = [argument for kind in KINDS for argument in ("--kind", kind)]
    # How soon is for `./dev faults` to say; here the machine may be busy.
    command = [sys.executable, "-m", "faults", "--from", "24", "--count", "1", "--heals-within", "60", *kinds]
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)})
    if done.returncode == SKIPPED:
        pytest.skip(done.stdout)
    assert done.returncode == 0, done.stdout
