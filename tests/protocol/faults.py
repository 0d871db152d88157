#!/usr/bin/env python3
"""Kills processes of clusters at random moments, and looks whether anything was lost.

Each case starts three nodes, runs a session of the published client on one of them, kills another with SIGKILL at a
moment that the case's number decides, and holds every checksum of the session and of what is left against a session on one
node that nobody disturbed. Exit status 1 where one differs.
"""
import argparse
import random
import sys
import threading
import time

from cluster_test import TREES, cluster, frame_checksum, session, size_of
from server import wait_until

SESSION_SECONDS = 4  # about how long a session takes, so that kills fall into all of it


def options():
    parser = argparse.ArgumentParser(prog="./dev faults", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20, help="how many cases (%(default)s)")
    parser.add_argument("--from", dest="first", type=int, default=1, help="number of the first (%(default)s)")
    return parser.parse_args()


def case(number, expected):
    """Runs one case; how long the cluster took to agree on the death, in seconds."""
    dice = random.Random(number)
    asked, victim = dice.sample(range(3), 2)
    killed_at = []
    with cluster(3) as servers:
        def kill():
            killed_at.append(time.monotonic())
            servers[victim].process.kill()

        timer = threading.Timer(dice.uniform(0, SESSION_SECONDS), kill)
        timer.start()
        got = session(servers[asked], TREES)
        timer.join()
        assert got == expected, f"asked {asked}, killed {victim}: {got} instead of {expected}"
        left = [server for server in servers if server is not servers[victim]]
        for server in left:
            wait_until(lambda: size_of(server) == 2, 20)
        agreed = time.monotonic() - killed_at[0]
        for server in left:
            for name, what in (("numbers", "rows"), ("predicted", "predicted")):
                assert frame_checksum(server, name) == expected[what], f"{name} on {server.url}"
    return agreed


def main():
    given = options()
    with cluster(1) as (alone,):
        expected = session(alone, TREES)
    failed = 0
    for number in range(given.first, given.first + given.count):
        began = time.monotonic()
        try:
            agreed = case(number, expected)
            print(f"case {number}: well, {time.monotonic() - began:.1f} s; not counted any more at most {agreed:.1f} s "
                  "after the kill", flush=True)
        except Exception as failure:
            failed += 1
            print(f"case {number}: {type(failure).__name__}: {failure}", flush=True)
    print(f"{given.count - failed} of {given.count} cases lost nothing")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
