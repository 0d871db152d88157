"""Fault tests with real processes in network namespaces.

Each case starts three to five nodes, disturbs them while a session runs, and holds every checksum of the session and of
what is left against an undisturbed session on one node. A case is decided by its number: --from S --count 1 repeats it, as
far as the machine's own timing allows. Kind `churn` measures joins and deaths in one idle cluster of five.
"""
import argparse
import random
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from . import network
from .churn import SIZE, churn
from .fleet import Client, Fleet
from .kinds import KINDS, Case
from .work import Work, write_table

PLACES = 5


class Failure(Exception):
    """A case went badly."""


class Campaign:
    """What all cases share: tables, the undisturbed results, and how long phases take undisturbed."""

    def __init__(self, folder):
        self.folder = folder
        self.known = {}

    def table(self, size):
        path = self.folder / f"rows{size.rows}.csv"
        if not path.exists():
            write_table(path, size.rows)
        return str(path)

    def undisturbed(self, size, nodes):
        key = (str(size), nodes)
        if key not in self.known:
            folder = tempfile.mkdtemp(dir=self.folder)
            with network.Network(nodes, 0) as net, Fleet(net, nodes, folder=folder) as fleet:
                work = Work(Client(fleet.nodes, fleet.nodes[0]), self.table(size), size)
                work.run()
            self.known[key] = work
        return self.known[key]

    def run(self, name, number):
        """A case of a kind; its figures and what it did. A failure comes with the latter, too."""
        kind = KINDS[name]
        folder = Path(tempfile.mkdtemp(prefix=f"{name}{number}-", dir=self.folder))
        pace, expected = self.undisturbed(kind.size, 3).seconds, self.undisturbed(kind.size, 1).results
        kind.prepare(folder)
        with network.Network(PLACES, number) as net:
            case = Case(number, random.Random(f"{name} {number}"), net, folder, kind.size, pace, expected,
                        self.table(kind.size))
            try:
                figures = kind.run(case)
            except Exception as failure:
                raise Failure(f"{type(failure).__name__}: {failure}; {case.what}; logs in {folder}") from failure
        shutil.rmtree(folder, ignore_errors=True)
        return figures, case.what


def options():
    parser = argparse.ArgumentParser(prog="./dev faults", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20, help="how many cases of each kind (%(default)s)")
    parser.add_argument("--from", dest="first", type=int, default=1, help="number of the first (%(default)s)")
    parser.add_argument("--kind", action="append", choices=[*KINDS, "churn"],
                        help="only these; may be repeated (all but churn)")
    return parser.parse_args()


class Figures:
    """Collects each case's figures, and prints their quantiles."""

    def __init__(self):
        self.all = {}

    def add(self, kind, figures):
        for name, value in figures.items():
            self.all.setdefault((kind, name), []).append(value)
        return ", ".join(f"{name} {value:.2f}" for name, value in figures.items())

    def print(self):
        for (kind, name), values in self.all.items():
            values.sort()
            at = [values[min(len(values) - 1, int(part * len(values)))] for part in (0.5, 0.99)]
            print(f"{kind} {name}: p50 {at[0]:.2f}, p99 {at[1]:.2f}, most {values[-1]:.2f} of {len(values)}")


def one_case(campaign, kind, number, figures):
    """Runs a case; whether it went well."""
    began = time.monotonic()
    try:
        told, what = campaign.run(kind, number)
        print(f"{kind} {number}: well, {time.monotonic() - began:.1f} s; {figures.add(kind, told)}; {what}", flush=True)
        return True
    except Failure as failure:
        print(f"{kind} {number}: FAILED after {time.monotonic() - began:.1f} s; {failure}", flush=True)
        if not isinstance(failure.__cause__, AssertionError):
            traceback.print_exception(failure.__cause__)
        return False


def measure_churn(campaign, given, figures):
    folder = tempfile.mkdtemp(dir=campaign.folder)

    def report(event, told):
        print(f"churn {event}: {figures.add('churn', told)}", flush=True)

    with network.Network(SIZE, given.first) as net:
        churn(net, folder, random.Random(given.first), given.count, report)


def main():
    given = options()
    try:
        network.leave_the_machine()
    except network.NotAllowed as why:
        print(f"skipped: {why}")
        sys.exit(network.SKIPPED)
    campaign = Campaign(Path(tempfile.mkdtemp(prefix="neve-faults-")))
    figures = Figures()
    failed = run = 0
    for kind in given.kind or KINDS:
        if kind == "churn":
            measure_churn(campaign, given, figures)
            continue
        for number in range(given.first, given.first + given.count):
            run += 1
            failed += not one_case(campaign, kind, number, figures)
    figures.print()
    print(f"{run - failed} of {run} cases lost nothing")
    if not failed:
        shutil.rmtree(campaign.folder, ignore_errors=True)
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
