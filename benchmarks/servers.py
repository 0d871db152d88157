"""Starts and stops the two servers that are compared: Neve and the reference, each on a free port."""
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

REFERENCE_HEAP = "8g"
ANSWER_POLL_SECONDS = 0.001


def free_ports(count):
    """Ports that are free, each together with the next one, below those that outgoing connections take."""
    first = 20000 + 2 * os.getpid() % 10000
    found = []
    for port in range(first, first + 2000, 2):
        with socket.socket() as rest, socket.socket() as nodes:
            try:
                rest.bind(("127.0.0.1", port))
                nodes.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise RuntimeError(f"no {count} pairs of neighbouring ports are free from {first} on")


def free_port():
    return free_ports(1)[0]


def neve_command(port, folder, data):
    return [os.environ["NEVE_BINARY"], "--port", str(port), "--ice-root", folder, "--import-root", str(data)]


def reference_command(port, folder, _):
    import h2o
    jar = Path(h2o.__file__).parent / "backend" / "bin" / "h2o.jar"
    return ["java", f"-Xmx{REFERENCE_HEAP}", "-jar", str(jar), "-name", f"bench{port}", "-ip", "127.0.0.1",
            "-web_ip", "127.0.0.1", "-port", str(port), "-ice_root", folder]


COMMANDS = {"neve": neve_command, "h2o": reference_command}


def ask(port, path="/3/Cloud", timeout=5):
    """Body of an answered GET, over a plain socket so that little but the server is timed; None where none came."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()
    try:
        with socket.create_connection(("127.0.0.1", port), timeout) as connection:
            connection.sendall(request)
            answer = b""
            while part := connection.recv(65536):
                answer += part
    except OSError:
        return None
    return answer if answer.startswith(b"HTTP/1.1 200") else None


def accepts(port):
    """Whether somebody listens."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


class Server:
    """A running server; start_seconds is the time from its start to its first answered GET /3/Cloud."""

    def __init__(self, kind, data, start_limit_seconds=60, port=None, options=()):
        self.kind, self.port = kind, port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = tempfile.mkdtemp(prefix=f"bench-{kind}-")
        self._log_path = Path(self._folder, "output.log")
        command = [*COMMANDS[kind](self.port, self._folder, data), *options]
        started = time.perf_counter()
        with open(self._log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        self.pid = self.process.pid
        while ask(self.port) is None:
            if self.process.poll() is not None or time.perf_counter() - started > start_limit_seconds:
                text = self._log_path.read_text(errors="replace")[-2000:]
                self.stop()
                raise RuntimeError(f"{kind} did not start:\n{text}")
            time.sleep(ANSWER_POLL_SECONDS)
        self.start_seconds = time.perf_counter() - started
        self._wait_until_healthy()

    def _wait_until_healthy(self):
        for _ in range(600):
            if self.get("/3/Cloud")["cloud_healthy"]:
                return
            time.sleep(0.1)
        raise RuntimeError(f"{self.kind} does not become healthy")

    def client(self):
        """The published client, connected."""
        import h2o
        h2o.connect(url=self.url, verbose=False, strict_version_check=False)
        h2o.no_progress()
        return h2o

    def version(self):
        if self.kind == "neve":
            text = subprocess.run([os.environ["NEVE_BINARY"], "--version"], capture_output=True, text=True, check=True)
            return text.stdout.split(",")[0].removeprefix("neve ").strip()
        import h2o
        return h2o.__version__

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return json.load(answer)

    def job_seconds(self, key):
        """Of the latest job that made the object."""
        jobs = [job for job in self.get("/3/Jobs")["jobs"] if (job["dest"] or {}).get("name") == key]
        return max(jobs, key=lambda job: job["start_time"])["msec"] / 1000

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
