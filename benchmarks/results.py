"""Results on disk: one JSON line a row, so that a run that was cut off goes on where it was."""
import hashlib
import json
import os
import platform
from pathlib import Path


def binary_digest():
    return hashlib.sha256(Path(os.environ["NEVE_BINARY"]).read_bytes()).hexdigest()[:16]


def machine():
    """The machine, in words."""
    model, flags = "unknown CPU", ""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
        if line.startswith("flags"):
            flags = line
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2 ** 30
    level = "AVX-512" if "avx512bw" in flags else "AVX2" if "avx2" in flags else "no AVX2"
    return f"{model}, {os.cpu_count()} cores, {level}, {memory:.0f} GiB, Linux {platform.release().split('-')[0]}"


class Results:
    """Records of this build and scale; a later record of a row replaces an earlier one."""

    def __init__(self, path, scale):
        self.path, self._key = Path(path), {"binary": binary_digest(), "scale": scale}
        self.path.parent.mkdir(parents=True, exist_ok=True)

    def records(self):
        found = {}
        if self.path.exists():
            for line in self.path.read_text().splitlines():
                record = json.loads(line)
                if all(record.get(name) == value for name, value in self._key.items()):
                    found[record["row"]] = record
        return found

    def is_done(self, row):
        """Whether the row was measured to its end on an idle machine."""
        record = self.records().get(row)
        return record is not None and "error" not in record and record["idle"]

    def add(self, row, record):
        with open(self.path, "a") as file:
            file.write(json.dumps({"row": row} | self._key | {"machine": machine()} | record) + "\n")
