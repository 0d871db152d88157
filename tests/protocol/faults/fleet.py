"""The processes of one cluster, each at a place of the network."""
import http.client
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from server import BINARY, wait_until

from . import network

PORT = 54321


class Node:
    """A `neve` process at a place; `folder` outlives it, for whoever looks for the cause of a failure."""

    def __init__(self, place, net, folder, options):
        self.place = place
        self.host = network.address(place)
        self.folder = Path(folder) / f"node{place}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.net = net
        self.options = options
        self.process = None

    def start(self):
        with self.net.inside(self.place), open(self.folder / "stdout", "a") as out:
            self.process = subprocess.Popen(
                [BINARY, "--ip", self.host, "--port", str(PORT), "--ice-root", self.folder, "--insecure-rest",
                 "--nthreads", "1", *self.options], stdout=out, stderr=out, cwd=self.folder)

    @property
    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def signal(self, which):
        os.kill(self.process.pid, which)

    def ask(self, method, path, body=None, timeout=60):
        """(status, body) of one request."""
        connection = http.client.HTTPConnection(self.host, PORT, timeout=timeout)
        try:
            connection.request(method, path, body, {"Content-Type": "application/x-www-form-urlencoded"} if body else {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def json(self, method, path, body=None, timeout=60):
        status, text = self.ask(method, path, body, timeout)
        return status, json.loads(text)

    def size(self):
        """How many members this node knows; 0 where it does not answer."""
        try:
            return self.json("GET", "/3/Cloud", timeout=2)[1]["cloud_size"]
        except (OSError, http.client.HTTPException, ValueError, KeyError):
            return 0

    def log(self):
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("logs/*.log")))

    def __repr__(self):
        return f"node{self.place}"


class Fleet:
    """Nodes that found each other. A context manager; what they logged is kept in `folder` until the caller removes it."""

    def __init__(self, net, size, *, sealed=False, options=(), folder=None):
        self.net = net
        self.folder = Path(folder or tempfile.mkdtemp(prefix="neve-faults-"))
        self.options = ["--name", "faults", "--memory", "512M", "--import-root", str(self.folder.parent), *options]
        if sealed:
            secrets = self.folder / "secrets"
            subprocess.run([BINARY, "cluster", "init", "--dir", secrets], check=True, capture_output=True)
            self.options += ["--cluster-dir", str(secrets)]
        else:
            self.options += ["--insecure-cluster"]
        self.join = ",".join(f"{network.address(place)}:{PORT}" for place in range(size))
        self.nodes = [Node(place, net, self.folder, [*self.options, "--join", self.join]) for place in range(size)]

    def add(self, place):
        """One more node, which joins by the others' addresses; not started yet."""
        node = Node(place, self.net, self.folder, [*self.options, "--join", self.join])
        self.nodes.append(node)
        return node

    @property
    def living(self):
        return [node for node in self.nodes if node.is_alive]

    def await_size(self, size, seconds, nodes=None):
        """When each of the nodes (the living) has seen that many members, on the monotonic clock."""
        wait_until(lambda: all(node.size() == size for node in nodes or self.living), seconds)
        return time.monotonic()

    def __enter__(self):
        try:
            for node in self.nodes:
                node.start()
            self.await_size(len(self.nodes), 30)
            return self
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        for node in self.living:
            node.signal(signal.SIGKILL)
        for node in self.nodes:
            if node.process is not None:
                node.process.wait()


class Client:
    """Somebody who asks one node until it does not answer, and then the next one."""

    def __init__(self, nodes, asked, timeout=60):
        self.nodes = nodes
        self.asked = asked
        self.timeout = timeout
        self.moves = 0

    def ask(self, method, path, body=None):
        """(status, body) from the first node that answers."""
        for _ in range(10 * len(self.nodes)):
            node = self.asked
            try:
                return node.ask(method, path, body, self.timeout)
            except (OSError, http.client.HTTPException, socket.timeout):
                self.asked = self.nodes[(self.nodes.index(node) + 1) % len(self.nodes)]
                self.moves += 1
                if self.moves % len(self.nodes) == 0:
                    time.sleep(0.1)  # tidy: allow(sleep) before all are asked again
        raise AssertionError("no node answers")
