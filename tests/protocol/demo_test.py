"""The demo ends by itself with --once; the small data alone, so that it is quick and needs no download."""
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("NEVE_BINARY", str(ROOT / "build/release/neve"))


def run_demo(*options):
    return subprocess.run([sys.executable, str(ROOT / "clients/demo/demo.py"), *options], cwd=ROOT, timeout=120,
                          capture_output=True, text=True, env=dict(os.environ, NEVE_BINARY=BINARY))


def test_small_demo_runs_to_its_end():
    done = run_demo("--once", "--small")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "H2O_cluster_status:" in done.stdout
    auc_line = next(line for line in done.stdout.splitlines() if line.lstrip().startswith("GLM: AUC"))
    training, validation = (float(word) for word in auc_line.split() if word.startswith("0."))
    assert training > 0.95
    assert validation > 0.9


def test_demo_without_a_server_says_how_to_build_it():
    done = run_demo("--once", "--small", "--neve", "build/there-is-none")
    assert done.returncode != 0
    assert "./dev build" in done.stderr
