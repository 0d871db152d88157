from pathlib import Path

import pytest

from frames import shapes, wide
from server import Server
from session import Session


@pytest.fixture(scope="session")
def known():
    """The cells of all frames by name."""
    return shapes() | {"wide": wide(4, 300, 7)}


@pytest.fixture(scope="session")
def parity_server():
    with Server("--name", "parity") as server:
        yield server


@pytest.fixture
def server_folder(parity_server):
    """A folder below which the server may read."""
    return Path(parity_server.folder.name)


@pytest.fixture(scope="session")
def rapids(known, parity_server):
    """A session of a server that holds the frames."""
    session = Session(parity_server)
    for name, frame in known.items():
        if name != "empty":
            session.load(name, frame)
    session.value("(assign empty (rows mixed (> (cols mixed 'p') 1e9)))")
    return session
