"""Start time (to the first answered GET /3/Cloud) and idle memory of both servers."""
import statistics
import time

import process
from servers import Server

STARTS = {"neve": 9, "h2o": 3}
IDLE_SECONDS = 3


def starts(kind, root):
    seconds, resident = [], []
    for _ in range(STARTS[kind]):
        with Server(kind, root) as server:
            seconds.append(server.start_seconds)
            time.sleep(IDLE_SECONDS)
            resident.append(process.resident_mb(server.pid))
            version = server.version()
    return {"start_ms": 1000 * statistics.median(seconds), "start_ms_most": 1000 * max(seconds),
            "idle_mb": statistics.median(resident), "versions": {kind: version}}


def measure(row, root, scale, say):
    record = {}
    for kind in STARTS:
        record[kind] = starts(kind, root)
        say(f"{row.name}: {kind} starts in {record[kind]['start_ms']:.0f} ms, idles at {record[kind]['idle_mb']:.0f} MB")
    return record
