"""The answers of a session look as shapes.golden tells. What it tells was held against the protocol with shape_diff.py;
`python shapes_test.py` writes it anew, for a change of the answers that is meant."""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import recorded
import shapes
from recorder import Recorder
from server import Server

FOLDER = Path(__file__).parent
GOLDEN = FOLDER / "shapes.golden"


def shapes_of_a_session():
    with tempfile.TemporaryDirectory(prefix="neve-shapes-") as folder, Server("--name", "shapes") as server, \
            Recorder(server.url) as recorder:
        done = subprocess.run([sys.executable, str(FOLDER / "shapes_session.py"), recorder.url, folder],
                              capture_output=True, text=True, timeout=300, env={**os.environ, "DO_NOT_TRACK": "1"})
        assert done.returncode == 0, done.stdout + done.stderr
    found = shapes.Shapes()
    for exchange in recorder.exchanges:
        if exchange["answer"] is not None:
            found.add(recorded.pattern("%(method)s %(path)s" % exchange), exchange["answer"])
    return found.described()


def test_answers_look_as_they_should():
    assert list(shapes.differences(shapes.from_text(GOLDEN.read_text()), shapes_of_a_session())) == []


if __name__ == "__main__":
    GOLDEN.write_text(shapes.to_text(shapes_of_a_session()))
