"""One peer at one task in a process of its own: worker.py TASK PEER DATA_FOLDER SCALE

Answers each line of its input with one JSON line: `run` (time it; `run OPERATION` where the task has several), `judge`
(time it, and say how good the result is), `end`. The first line comes by itself once the input is in memory.
"""
import json
import os
import sys
import time

import peers
import process


def timed_run(task, resident_before, judge):
    process.reset_peak(task.pid)
    cpu = process.cpu_seconds(task.pid)
    started = time.perf_counter()
    result = task.run()
    answer = {"seconds": time.perf_counter() - started, "cpu_seconds": process.cpu_seconds(task.pid) - cpu,
              "peak_mb": process.peak_mb(task.pid) - resident_before}
    answer |= task.report(result)
    if judge:
        answer["quality"] = task.quality(result)
    task.forget(result)
    return answer


def serve(task, say):
    resident_before = process.resident_mb(task.pid)
    task.load()
    say({"versions": task.versions(), "resident_before_mb": resident_before})
    for line in sys.stdin:
        if line.strip() == "end":
            break
        command, _, operation = line.strip().partition(" ")
        if operation:
            task.choose(operation)
        say(timed_run(task, resident_before, judge=command == "judge"))


def main():
    name, peer, root, scale = sys.argv[1:]
    # Answers have the pipe to themselves: libraries print to standard output as they like.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def say(message):
        answers.write(json.dumps(message) + "\n")

    try:
        task = peers.make(name, peer, root, float(scale))
        try:
            serve(task, say)
        finally:
            task.close()
    except Exception as failure:
        say({"error": f"{type(failure).__name__}: {' '.join(str(failure).split())}"})
        raise


if __name__ == "__main__":
    main()
