"""Runs the fuzz targets of a build: each once for some seconds (the asan suite), or a campaign of so much CPU time each.

run.py short --seconds N --results DIR     one case per target in DIR, as .ci/tally.py keeps them
run.py campaign --cpu-seconds N [target…]  slices of a minute, the target that had least goes next; campaign.json beside
                                           the programs keeps what each has had, so an interrupted one goes on
"""
import argparse
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
RSS_LIMIT_MB = 2048
SLICE_SECONDS = 60
CAMPAIGN_PATIENCE = 60  # it may run beside other work


@dataclasses.dataclass
class Outcome:
    status: int
    cpu_seconds: float
    runs: int
    edges: int
    output: str


def fuzz(programs, name, seconds, artifacts, seed, patience):
    """One run of a target: its corpus grows beside the programs; an input that fails it is kept as <artifacts>/<name>-*.
    An input may take `patience` seconds of wall time."""
    corpus = programs / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    here = ROOT / "tests" / "fuzz"
    command = ["timeout", "-k", "10", str(seconds + 20 * patience), programs / f"fuzz_{name}", f"-max_total_time={seconds}",
               f"-timeout={patience}", f"-seed={seed}", f"-rss_limit_mb={RSS_LIMIT_MB}", "-print_final_stats=1",
               f"-artifact_prefix={artifacts}/{name}-", corpus]
    if (here / "corpus" / name).is_dir():
        command.append(here / "corpus" / name)
    if (here / f"{name}.dict").is_file():
        command.append(f"-dict={here / name}.dict")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace") as process:
        output = process.stderr.read()
        _, wait_status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(wait_status)
    runs = re.search(r"number_of_executed_units: (\d+)", output)
    edges = re.findall(r"cov: (\d+)", output)
    return Outcome(process.returncode, usage.ru_utime + usage.ru_stime, int(runs[1]) if runs else 0,
                   int(edges[-1]) if edges else 0, output)


def failure(outcome, name, artifacts):
    """What to tell of a run that ended badly, or nothing."""
    if outcome.status == 0:
        return ""
    sys.stderr.write("\n".join(outcome.output.splitlines()[-60:]) + "\n")
    return f"exit status {outcome.status}; its input is kept as {artifacts}/{name}-*"


def short(arguments, names):
    for name in names:
        outcome = fuzz(arguments.programs, name, arguments.seconds, arguments.results, 1, 10)
        subprocess.run([sys.executable, ROOT / ".ci" / "tally.py", "record", arguments.results, "asan", f"fuzz_{name}",
                        failure(outcome, name, arguments.results)], check=True)


class Campaign:
    """What each target has had so far, in a file that is written after every slice."""

    def __init__(self, programs, goal, names):
        self.programs, self.goal, self.names = programs, goal, names
        self.path = programs / "campaign.json"
        self.had = json.loads(self.path.read_text()) if self.path.exists() else {}
        self.running = set()
        self.failed = set()  # these wait until they are mended

    def entry(self, name):
        return self.had.setdefault(name, {"cpu_seconds": 0.0, "runs": 0, "slices": 0, "edges": 0, "failures": []})

    def next(self):
        waiting = [n for n in self.names
                   if n not in self.running | self.failed and self.entry(n)["cpu_seconds"] < self.goal]
        return min(waiting, key=lambda n: self.entry(n)["cpu_seconds"], default=None)

    def add(self, name, outcome):
        entry = self.entry(name)
        entry["slices"] += 1
        entry["cpu_seconds"] += outcome.cpu_seconds
        entry["runs"] += outcome.runs
        entry["edges"] = max(entry["edges"], outcome.edges)
        message = failure(outcome, name, self.programs)
        if message:
            entry["failures"].append(message)
            self.failed.add(name)
        self.path.write_text(json.dumps(self.had, indent=1))
        return f"{name}: {entry['cpu_seconds'] / 60:.0f} CPU minutes, {entry['runs']} runs, {entry['edges']} edges"

    def run(self, jobs):
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            futures = {}
            while True:
                while len(futures) < jobs and (name := self.next()) is not None:
                    self.running.add(name)
                    seed = self.entry(name)["slices"] + 1
                    futures[pool.submit(fuzz, self.programs, name, SLICE_SECONDS, self.programs, seed,
                                        CAMPAIGN_PATIENCE)] = name
                if not futures:
                    return
                for done in concurrent.futures.wait(futures, return_when=concurrent.futures.FIRST_COMPLETED).done:
                    name = futures.pop(done)
                    self.running.remove(name)
                    print(self.add(name, done.result()), flush=True)


def campaign(arguments, names):
    work = Campaign(arguments.programs, arguments.cpu_seconds, arguments.target or names)
    work.run(arguments.jobs)
    for name in work.names:
        entry = work.entry(name)
        print(f"{name:16} {entry['cpu_seconds']:7.0f} CPU s {entry['runs']:12d} runs {entry['edges']:7d} edges "
              f"{'; '.join(entry['failures']) or 'clean'}")
    sys.exit(bool(work.failed))


def main():
    parser = argparse.ArgumentParser(prog="fuzz")
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / "build" / "asan" / "fuzz")
    commands = parser.add_subparsers(required=True)
    parts = commands.add_parser("short")
    parts.add_argument("--seconds", type=int, default=10)
    parts.add_argument("--results", type=pathlib.Path, required=True)
    parts.set_defaults(run=short)
    parts = commands.add_parser("campaign")
    parts.add_argument("--cpu-seconds", type=float, default=3600)
    parts.add_argument("--jobs", type=int, default=os.cpu_count())
    parts.add_argument("target", nargs="*")
    parts.set_defaults(run=campaign)
    arguments = parser.parse_args()
    names = (arguments.programs / "programs.txt").read_text().split()
    unknown = set(getattr(arguments, "target", [])) - set(names)
    if unknown:
        parser.error(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    arguments.run(arguments, names)


if __name__ == "__main__":
    main()
