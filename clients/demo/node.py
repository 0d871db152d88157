"""Starts a Neve node as a child process and stops it again."""
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

START_SECONDS = 30
STOP_SECONDS = 10


def free_port(first=54321):
    """The usual port, or one above it, that is free together with the next one, which the server reserves too."""
    for port in range(first, first + 1000, 2):
        with socket.socket() as rest, socket.socket() as nodes:
            try:
                rest.bind(("127.0.0.1", port))
                nodes.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no two neighbouring ports are free from {first} on")


class Node:
    """A running node; as a context manager it ends with the block. Its log is shown when it fails to start."""

    def __init__(self, binary, port=None, import_roots=()):
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = tempfile.TemporaryDirectory(prefix="neve-demo-")
        self._log_path = os.path.join(self._folder.name, "output.log")
        command = [binary, "--port", str(self.port), "--ice-root", self._folder.name]
        for root in import_roots:
            command += ["--import-root", str(root)]
        started = time.perf_counter()
        with open(self._log_path, "wb") as log:
            # A session of its own, so that Ctrl-C reaches this program alone, which then stops the node in order.
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        try:
            self._wait_until_healthy()
        except BaseException:
            self.stop()
            raise
        self.start_seconds = time.perf_counter() - started

    def _wait_until_healthy(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(self.url + "/3/Cloud", timeout=5) as answer:
                    if json.load(answer)["cloud_healthy"]:
                        return
            except (OSError, ValueError):
                time.sleep(0.005)
        with open(self._log_path, errors="replace") as log:
            print(log.read()[-4000:], file=sys.stderr)
        raise RuntimeError(f"the node did not start on port {self.port}; its output is above")

    def wait(self):
        """Returns when the node has ended."""
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
