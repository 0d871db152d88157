"""A short selection of what `./dev faults` does for as long as one likes."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

from faults.network import SKIPPED

KINDS = ("kill", "partition", "join", "disk", "memory")


def test_clusters_lose_nothing_under_faults():
    here = Path(__file__).parent
    arguments = [argument for kind in KINDS for argument in ("--kind", kind)]
    done = subprocess.run([sys.executable, "-m", "faults", "--count", "1", *arguments], text=True,
                          env={**os.environ, "PYTHONPATH": str(here)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode == SKIPPED:
        pytest.skip(done.stdout)
    assert done.returncode == 0, done.stdout
