"""Starts and ends a server for a test, and speaks plain HTTP to it where the published client would not."""
import http.client
import json
import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("NEVE_BINARY", ROOT / "build/release/neve"))
ANNOUNCEMENT = ": Open H2O Flow in your web browser: "


class Server:
    """A `neve` process on free ports, with a folder of its own; a context manager."""

    def __init__(self, *options, wait=True):
        self.folder = tempfile.TemporaryDirectory(prefix="neve-test-")
        self.errors = open(Path(self.folder.name) / "stderr", "w+")
        self.process = subprocess.Popen(
            [BINARY, "-baseport", str(free_port()), "-ice_root", self.folder.name, "-nthreads", "2",
             "--memory", "512M", *options],
            stdout=subprocess.PIPE, stderr=self.errors, text=True, cwd=self.folder.name)
        if wait:
            self.await_start()

    def await_start(self):
        line = self.process.stdout.readline()
        if ANNOUNCEMENT not in line:
            told = self.stderr()
            self.stop()
            raise RuntimeError(f"the server did not start: {line!r} {told}")
        self.url = line.split(ANNOUNCEMENT)[1].strip()
        self.host, port = self.url.removeprefix("http://").rsplit(":", 1)
        self.port = int(port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stderr(self):
        self.errors.seek(0)
        return self.errors.read()

    def stop(self):
        """Ends the process as the client does; its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(30)
        self.process.stdout.close()
        self.errors.close()
        self.folder.cleanup()
        return code

    def ask(self, method, path, body=None, headers=None):
        """(status, header fields, body) of one request."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def json(self, method, path, body=None, headers=None):
        status, _, text = self.ask(method, path, body, headers)
        return status, json.loads(text)

    def raw(self, data, timeout=60):
        """All that comes back for bytes sent as they are, until the server closes."""
        with socket.create_connection((self.host, self.port), timeout=timeout) as connection:
            connection.sendall(data)
            parts = []
            while part := connection.recv(65536):
                parts.append(part)
            return b"".join(parts)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        # The server needs the next number too and searches upward, so it must not be the last.
        return min(probe.getsockname()[1], 60000)


def free_ports(count):
    """Ports that are free with their neighbours, for servers that are told theirs."""
    found = []
    port = free_port()
    while len(found) < count:
        try:
            for number in (port, port + 1):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", number))
            found.append(port)
        except OSError:
            pass
        port += 2
    return found


def wait_until(condition, seconds):
    """Looks again and again; fails where the condition does not come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.05)  # tidy: allow(sleep) between looks at another process


def wait_until_gone(process, seconds=30):
    """The exit code of a process that was asked to end."""
    return process.wait(seconds)
