import h2o
import pytest

from server import Server


@pytest.fixture(scope="session")
def server():
    """One server for all tests that do not change how it is started."""
    with Server("--name", "protocol") as running:
        yield running


@pytest.fixture(scope="session")
def client(server):
    """The published client, connected to the shared server."""
    h2o.no_progress()
    h2o.connect(url=server.url, verbose=False)
    yield h2o
    h2o.connection().close()
