"""Every primitive that writes a frame gives the same bits on any number of threads and nodes."""
import pytest

from calls import CALLS, call
from frames import mixed, wide
from server import Server
from session import Session

PROCESSES = {"threads-1": ["-nthreads", "1"], "threads-8": ["-nthreads", "8"], "nodes-3": ["--local-nodes", "3"]}
# Calls that need other arguments to have work to do over many rows; the first of them by name.
ALSO = {
    "GB by two": "(GB groups [4 3] 'mean' 0 'rm' 'sdev' 0 'all' 'median' 2 'rm' 'mode' 3 'all' 'nrow' 0 'all' 'sumSquares' 0 'ignore')",
    "GB of many": "(GB groups [2] 'sum' 0 'rm' 'var' 1 'all')",
    "sort by texts": "(sort groups [5 6 0] [1 -1 1])",
    "merge left": "(merge groups (GB groups [1] 'mean' 0 'rm') 1 0 [1] [0] 'auto')",
    "merge outer": "(merge (cols groups [0 1]) (rows (cols groups [1 2]) [5:300]) 1 1 [1] [0] 'auto')",
    "product": "(x (cols groups ['p' 'p']) (cbind (rows (cols groups 'p') [0:2]) (rows (cols groups 'p') [7:2])))",
    "spearman": "(cor (cols groups [0 1 2]) (cols groups [0 1 2]) 'complete.obs' 'Spearman')",
    "texts by rows": "(:= groups (rows (toupper (cols groups 'word')) [0:3]) 'word' [7 20000 5])",
    "texts by mask": "(:= groups 'new' 'word' (> (cols groups 'p') 5))",
    "filter": "(rows groups (> (cols groups 'x') 0))",
    "scattered rows": "(rows groups [3 9000 20000 39999])",
    "arithmetic": "(/ (exp (* (cols groups 'x') 0.01)) (+ 1 (lgamma (cols groups 'p'))))",
    "impute by groups": "(cols (h2o.impute filled 0 'median' 'interpolate' ['size'] _ _) [0 1])",
}


def many_rows(name):
    """The call on the frame of many row groups."""
    return call(name, CALLS[name]).replace("my_", "").replace("mixed", "groups")


# They change what the others use, need a file, or tell of the process.
LEFT_OUT = {"rename", "rm", "assign", "tmp=", "num_valid_substrings", "ls", "setTimeZone", "h2o.impute", "scale_inplace", "x", "isax_index"}
EXPRESSIONS = {name: many_rows(name) for name in CALLS if name not in LEFT_OUT} | ALSO


def checksums(options):
    with Server("--name", "bits", *options) as server:
        session = Session(server)
        session.load("groups", mixed(3, 40_000))
        session.load("wide", wide(4, 300, 7))
        for name, expression in (("groups_numbers", "(cols groups ['x' 'n' 'p'])"), ("wide_rows", "(t wide)"),
                                 ("constant", "(rows groups [0:1])"), ("one", "(rows (cols groups [0 1 2]) [5:1])"),
                                 ("complete", "(na.omit groups)"), ("filled", "groups"),
                                 ("small", "(rows (cols groups ['city' 'size' 'p']) [0:9])")):
            session.value(f"(assign {name} {expression})")
        session.train("groups")
        made = {}
        for name, expression in EXPRESSIONS.items():
            if name == "perfectAUC":
                expression = "(perfectAUC (/ (cols complete 'p') 1000) (> (cols complete 'x') 0))"
            made[name] = session.assign("made", expression) if session.gives_frame(expression) else session.value(expression)
        return made


@pytest.fixture(scope="module")
def expected():
    return checksums([])


@pytest.mark.parametrize("name", PROCESSES)
def test_same_bits(name, expected):
    made = checksums(PROCESSES[name])
    assert {k: (v, expected[k]) for k, v in made.items() if repr(v) != repr(expected[k])} == {}
