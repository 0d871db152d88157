"""The same bits from the same build: processes that differ in instruction set, libm, threads and nodes are compared by
the checksums that they serve."""
import gzip
import json
import math
import os
import random
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest

from server import BINARY, Server

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ROWS = 40_000  # several row groups, so that threads and nodes share them
WITHOUT_FMA = "glibc.cpu.hwcaps=-FMA,-AVX2"  # makes the C library choose other variants of its functions

# Name, environment, options; the first is what the others are held against.
PROCESSES = {
    "v3": ({"NEVE_ISA": "v3"}, []),
    "v4": ({"NEVE_ISA": "v4"}, []),
    "libm": ({"GLIBC_TUNABLES": WITHOUT_FMA}, []),
    "threads-1": ({}, ["-nthreads", "1"]),
    "threads-3": ({}, ["-nthreads", "3"]),
    "threads-8": ({}, ["-nthreads", "8"]),
    "nodes-2": ({}, ["--local-nodes", "2"]),
    "nodes-3": ({}, ["--local-nodes", "3"]),
    "nodes-5": ({}, ["--local-nodes", "5"]),
    "gzip": ({}, []),
}

# What moves rows between nodes; each may use what came before.
SHUFFLES = {
    "sorted": '(sort late [1 2 0] [1 1 -1])',
    "grouped": '(GB late [1 2] mean 0 "rm" sdev 0 "all" median 0 "rm" mode 3 "all" nrow 0 "all")',
    "joined": '(merge (cols late [0 1 3]) (cols grouped [1 0 2]) 1 1 [1] [1] "auto")',
    "distinct": '(unique (cols late "x") 1)',
    "quantiles": '(quantile (cols late [0 1]) [0.001 0.5 0.999] "interpolate" _)',
}


@contextmanager
def environment(changes):
    """The processes started inside see these variables."""
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def rows():
    draw = random.Random(7)
    yield "x,n,city,day,late"
    for _ in range(ROWS):
        x, n, city, day = draw.gauss(3, 2), draw.randrange(500), draw.randrange(60), draw.randrange(7)
        odds = 0.6 * x - 0.004 * n + math.sin(city) + (0.8 if day in (4, 6) else 0) - 1
        late = draw.random() < 1 / (1 + math.exp(-odds))
        yield f"{x:.4f},{'' if draw.random() < 0.05 else n},c{city},d{day},{'yes' if late else 'no'}"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The data as text and, of the same name but for its ending, compressed."""
    plain = tmp_path_factory.mktemp("data") / "late.csv"
    plain.write_text("\n".join(rows()) + "\n")
    plain.with_suffix(".csv.gz").write_bytes(gzip.compress(plain.read_bytes()))
    return plain


def post(server, path, **fields):
    status, answer = server.json("POST", path, urlencode(fields), FORM)
    assert status == 200, answer
    return answer


def wait(server, job):
    """Ends with the job; the server answers a waiting GET late, so that this does not spin."""
    while job["status"] in ("CREATED", "RUNNING"):
        job = server.json("GET", f"/3/Jobs/{job['key']['name']}")[1]["jobs"][0]
    assert job["status"] == "DONE", job
    return job["dest"]["name"]


def parse(server, path):
    imported = post(server, "/3/ImportFilesMulti", paths=json.dumps([str(path)]))
    source = json.dumps(imported["destination_frames"])
    setup = post(server, "/3/ParseSetup", source_frames=source)
    kept = {name: setup[name] for name in ("parse_type", "separator", "single_quotes", "check_header", "number_columns",
                                           "chunk_size")}
    lists = {name: json.dumps(setup[name]) for name in ("column_names", "column_types")}
    job = post(server, "/3/Parse", destination_frame="late", source_frames=source, **kept, **lists)["job"]
    return wait(server, job)


def train(server, algorithm, **parameters):
    job = post(server, f"/3/ModelBuilders/{algorithm}", training_frame="late", response_column="late",
               model_id=algorithm, seed=5, **parameters)["job"]
    return wait(server, job)


def frame_checksum(server, name):
    return server.json("GET", f"/3/Frames/{name}?row_count=1")[1]["frames"][0]["checksum"]


def results(server, path):
    """Checksums of a frame, of models and of what they predict, and what the models measured."""
    made = {"parsed": frame_checksum(server, parse(server, path))}
    post(server, "/99/Rapids", ast='(assign logs (log (+ 10 (cols late "x"))))')
    made["transformed"] = frame_checksum(server, "logs")
    for name, ast in SHUFFLES.items():
        post(server, "/99/Rapids", ast=f"(assign {name} {ast})")
        made[name] = frame_checksum(server, name)
    train(server, "glm", family="binomial")
    train(server, "gbm", ntrees=12, max_depth=6, sample_rate=0.8, col_sample_rate=0.7)
    train(server, "drf", ntrees=12, min_rows=2)
    train(server, "deeplearning", hidden="[40,20]", epochs=1, activation="TanhWithDropout")
    for name in ("glm", "gbm", "drf", "deeplearning"):
        model = server.json("GET", f"/3/Models/{name}")[1]["models"][0]
        metrics = model["output"]["training_metrics"]
        job = post(server, f"/4/Predictions/models/{name}/frames/late", predictions_frame=f"{name}-scores")
        made |= {f"{name} model": model["checksum"], f"{name} metrics": [metrics["AUC"], metrics["logloss"]],
                 f"{name} scores": frame_checksum(server, wait(server, job.get("job", job)))}
    post(server, "/99/Rapids", ast='(assign words (tokenize (as.character (cols late ["city" "day" "late"])) " "))')
    wait(server, post(server, "/3/ModelBuilders/word2vec", training_frame="words", model_id="word2vec", vec_size=20,
                      epochs=2)["job"])
    post(server, "/99/Rapids", ast='(assign vectors (word2vec.to.frame word2vec))')
    made |= {"word vectors": frame_checksum(server, "vectors"),
             "word2vec model": server.json("GET", "/3/Models/word2vec")[1]["models"][0]["checksum"]}
    return made


def run(name, files):
    changes, options = PROCESSES[name]
    with environment(changes), Server("--import-root", str(files.parent), *options) as server:
        return results(server, files.with_suffix(".csv.gz") if name == "gzip" else files)


@pytest.fixture(scope="module")
def expected(files):
    return run("v3", files)


def libm_digest(changes):
    """What the C library's functions give, in a process of its own."""
    script = "import math; print(hash(tuple(math.sin(i / 7) + math.exp(i / 99) + math.tan(i / 3) for i in range(9999))))"
    return subprocess.run([sys.executable, "-c", script], env=os.environ | changes, capture_output=True, text=True,
                          check=True).stdout


def has_v4():
    with open("/proc/cpuinfo") as info:
        flags = next((line.split() for line in info if line.startswith("flags")), [])
    return {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"} <= set(flags)


@pytest.mark.parametrize("name", [name for name in PROCESSES if name != "v3"])
def test_same_bits(name, files, expected):
    if name == "v4" and not has_v4():
        pytest.skip("this CPU has no x86-64-v4 (AVX-512)")
    if name == "libm" and libm_digest({}) == libm_digest({"GLIBC_TUNABLES": WITHOUT_FMA}):
        pytest.skip("this C library gives the same bits without FMA and AVX2, or cannot be told to do without")
    assert run(name, files) == expected


@pytest.mark.parametrize("level", ["v5", "avx512", " v3"])
def test_an_unknown_level_is_refused(level):
    ended = subprocess.run([BINARY, "--nthreads", "1"], env=os.environ | {"NEVE_ISA": level}, capture_output=True,
                           text=True, timeout=30)
    assert ended.returncode == 2
    assert "NEVE_ISA" in ended.stderr and level in ended.stderr and "v3 or v4" in ended.stderr
