"""The walk-throughs of the documentation run to their end on real data and tell what is in it."""
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CARS = "clients/demo/data/cars_20mpg.csv"

# Script, data, and what it must find.
WALKTHROUGHS = [
    ("anomalies.py", CARS, ["406 rows, described by economy, cylinders, .*; name names them",
                             "9 rows have errors above",
                             # Diesels are slow for their power, rotary engines have few cylinders for theirs.
                             r"Peugeot 504: .*\n *acceleration = 24\.8, ", r"Mazda RX-2 Coupe: (.*\n)*? *cylinders = 3, ",
                             r"DF\.L2\.C1 and DF\.L2\.C2"]),
    ("clustering.py", CARS, ["406 rows of economy, cylinders, .*, year; name names them", "4 clusters explain 74% of the variance",
                             # The large cars, and the late ones that need little fuel.
                             r"99 rows; mean displacement 350 .*, cylinders 8 ", r"115 rows; mean economy 32\.65 .*, year 80\.09 ",
                             "two principal components hold 84% of the variance",
                             # Diesels are unlike their neighbours.
                             r"46 exemplars stand for 406 rows", r"7 are like no other: .*Mercedes-Benz 300D; .*\(Diesel\).*Peugeot 504"]),
]


@pytest.mark.parametrize("script, table, told", WALKTHROUGHS, ids=[script for script, _, _ in WALKTHROUGHS])
def test_a_walkthrough_tells_what_is_in_its_data(server, script, table, told):
    command = [sys.executable, str(ROOT / "docs/walkthroughs" / script), "--server", server.url, str(ROOT / table)]
    done = subprocess.run(command, timeout=120, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    for pattern in told:
        assert re.search(pattern, done.stdout), f"{pattern!r} is not in:\n{done.stdout}"
