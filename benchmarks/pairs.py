"""Measures one row: every peer once, then Neve in turn with the peers that count."""
import json
import os
import queue
import statistics
import subprocess
import sys
import threading
from pathlib import Path

import process

HERE = Path(__file__).resolve().parent
LOAD_LIMIT_SECONDS = 900
RUN_LIMIT_SECONDS = 1200
# Fewer pairs where they take long: (the slower side's seconds above which, pairs).
ROUNDS = 5
LONG_ROUNDS = [(300, 1), (60, 3)]
# Below this the server's own time counts, as the way through the client would be most of it.
SERVER_TIME_BELOW_SECONDS = 1.0
# A first run shorter than this only warms up (a Java server compiles while it runs).
WARM_BELOW_SECONDS = 20.0
SERVERS = ("neve", "h2o", "one-model")


class PeerFailed(Exception):
    pass


class Worker:
    """A peer's process; see worker.py. As a context manager it ends with the block."""

    def __init__(self, task, peer, root, scale):
        self.peer = peer
        environment = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}
        self._process = subprocess.Popen([sys.executable, str(HERE / "worker.py"), task, peer, str(root), str(scale)],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                         text=True, env=environment)
        self._answers, self._errors = queue.Queue(), []
        self._readers = [threading.Thread(target=self._read_answers, daemon=True),
                         threading.Thread(target=lambda: self._errors.extend(self._process.stderr), daemon=True)]
        for reader in self._readers:
            reader.start()
        try:
            self.about = self._next(LOAD_LIMIT_SECONDS)
        except PeerFailed:
            self.stop()
            raise

    def _read_answers(self):
        for line in self._process.stdout:
            self._answers.put(json.loads(line))
        self._answers.put(None)

    def _next(self, limit):
        try:
            answer = self._answers.get(timeout=limit)
        except queue.Empty:
            raise PeerFailed(f"took over {limit} s") from None
        if answer is None:
            self._readers[1].join(2)
            raise PeerFailed("".join(self._errors)[-1500:].strip() or "ended without an answer")
        if "error" in answer:
            raise PeerFailed(answer["error"][:600])
        return answer

    def run(self, command="run"):
        try:
            self._process.stdin.write(command + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass
        return self._next(RUN_LIMIT_SECONDS)

    def once(self):
        """One run with its quality; a short one is repeated, so that what a program does but once does not count."""
        first = self.run("judge")
        if first["seconds"] > WARM_BELOW_SECONDS:
            return first
        return first | {name: value for name, value in self.run().items() if name != "peak_mb"}

    def stop(self):
        try:
            self._process.communicate("end\n", timeout=20)
        except (subprocess.TimeoutExpired, ValueError, BrokenPipeError):
            self._process.terminate()
            self._process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def rounds_for(*seconds):
    for above, rounds in LONG_ROUNDS:
        if max(seconds) > above:
            return rounds
    return ROUNDS


def compared_seconds(run, peer, rival_seconds):
    """The time that counts: of a server beside a rival under a second, its own."""
    if peer in SERVERS and rival_seconds < SERVER_TIME_BELOW_SECONDS and "server_seconds" in run:
        return run["server_seconds"]
    return run["seconds"]


def summary(values):
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}


def paired(neve_runs, peer, peer_runs):
    """Ratios of runs that followed each other, and what both sides spent."""
    rival_seconds = statistics.median(run["seconds"] for run in peer_runs)
    mine = [compared_seconds(run, "neve", rival_seconds) for run in neve_runs]
    theirs = [compared_seconds(run, peer, rival_seconds) for run in peer_runs]
    return {
        "peer": peer, "pairs": len(mine), "ratio": summary([a / b for a, b in zip(mine, theirs)]),
        "neve_seconds": statistics.median(mine), "peer_seconds": statistics.median(theirs),
        "neve_client_seconds": statistics.median(run["seconds"] for run in neve_runs),
        "server_time": mine != [run["seconds"] for run in neve_runs],
        "neve_cpu_seconds": statistics.median(run["cpu_seconds"] for run in neve_runs),
        "peer_cpu_seconds": statistics.median(run["cpu_seconds"] for run in peer_runs)}


def first_runs(row, root, scale, say):
    """Every peer of the row once, each alone on the machine."""
    firsts = {}
    for peer in row.peers:
        try:
            with Worker(row.name, peer, root, scale) as worker:
                firsts[peer] = worker.once() | {"versions": worker.about["versions"]}
                say(f"{row.name}: {peer} once in {firsts[peer]['seconds']:.2f} s")
        except PeerFailed as failure:
            firsts[peer] = {"error": str(failure)}
            say(f"{row.name}: {peer} failed: {failure}")
    return firsts


def rivals(row, firsts):
    """The fastest peer, and the one that the goal speaks of."""
    finished = {peer: run["seconds"] for peer, run in firsts.items() if "error" not in run}
    fastest = min(finished, key=finished.get, default=None)
    return [peer for peer in dict.fromkeys([row.mark, fastest]) if peer in finished]


def alternate(row, neve, neve_first, rival, first, place):
    """Runs of both sides in turn, the order changing from pair to pair; the rival's first run there is to warm up."""
    rounds = rounds_for(neve_first["seconds"], first["seconds"])
    if rounds == 1:
        return paired([neve_first], rival, [first])
    neve_runs, peer_runs = [], []
    with Worker(row.name, rival, *place) as worker:
        worker.run()
        for turn in range(rounds):
            sides = [(neve, neve_runs), (worker, peer_runs)]
            for side, runs in sides if turn % 2 == 0 else reversed(sides):
                process.wait_until_quiet()
                runs.append(side.run())
    return paired(neve_runs, rival, peer_runs)


def measure(row, root, scale, say):
    """The record of a row; raises PeerFailed where Neve itself fails."""
    with Worker(row.name, "neve", root, scale) as neve:
        first = neve.once()
        say(f"{row.name}: neve once in {first['seconds']:.2f} s")
        firsts = first_runs(row, root, scale, say)
        pairs = []
        for rival in rivals(row, firsts):
            pairs.append(alternate(row, neve, first, rival, firsts[rival], (root, scale)))
            say(f"{row.name}: {pairs[-1]['pairs']} pairs with {rival}: {pairs[-1]['ratio']['median']:.2f} ×")
        return {"neve": first | {"versions": neve.about["versions"]}, "peers": firsts, "pairs": pairs}
