"""Several processes as one cluster: the same bits as on one node, and nothing lost when a process is killed."""
import contextlib
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

import pytest

from server import Server, free_ports, wait_until

SESSION = """
import json, os, sys, urllib.request, warnings
warnings.simplefilter("ignore")
import h2o
from h2o.estimators import H2OGeneralizedLinearEstimator, H2OGradientBoostingEstimator
url, trees, table = sys.argv[1], int(sys.argv[2]), sys.argv[3]
h2o.no_progress()
h2o.connect(url=url, verbose=False)

def get(path):
    with urllib.request.urlopen(url + path) as answer:
        return json.load(answer)

def checksum(frame):
    return get(f"/3/Frames/{frame.frame_id}?row_count=1")["frames"][0]["checksum"]

def model_checksum(model):
    return get("/3/Models/" + model.model_id)["models"][0]["output"]["training_metrics"]["model_checksum"]

rows = h2o.create_frame(frame_id="numbers", rows=120000, cols=8, seed=7, categorical_fraction=0.25, factors=12,
                        integer_fraction=0.25, binary_fraction=0.125, missing_fraction=0.02, has_response=True,
                        response_factors=2)
print("sums", flush=True)
out = {"rows": checksum(rows)}
x = rows.names[1:]
half = rows[rows[1].isna() == 0, :]
out["filter"] = checksum(half)
out["sort"] = checksum(rows.sort([rows.names[2], rows.names[1]]))
glm = H2OGeneralizedLinearEstimator(family="binomial", lambda_=1e-3, seed=1)
glm.train(x=x, y="response", training_frame=rows)
out["glm"] = model_checksum(glm)
imported = h2o.import_file(table, destination_frame="imported", col_types={"note": "string"})
out["import"] = checksum(imported)
groups = imported.group_by("town").mean("amount", na="rm").count().get_frame()
out["groups"] = checksum(groups)
merged = imported.merge(groups, all_x=True)
out["merge"] = checksum(merged)
out["munging"] = checksum(merged[merged["amount"] > 0, :]["mean_amount"].log())
print("gbm", flush=True)
gbm = H2OGradientBoostingEstimator(model_id="gbm", ntrees=trees, max_depth=6, seed=1, sample_rate=0.8)
gbm.train(x=x, y="response", training_frame=rows)
out["gbm"] = model_checksum(gbm)
predicted = gbm.predict(rows)
h2o.assign(predicted, "predicted")
out["predicted"] = checksum(h2o.get_frame("predicted"))
print(json.dumps(out), flush=True)
os._exit(0)  # without a goodbye, which would remove the frames
"""


@contextlib.contextmanager
def cluster(size, *options):
    """That many servers that have found each other."""
    ports = free_ports(size)
    join = ",".join(f"127.0.0.1:{port}" for port in ports)
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(Server("-name", "tested", "-port", str(port), "--nthreads", "1", *options,
                                              *(["--join", join] if size > 1 else []), wait=False))
                   for port in ports]
        for server in servers:
            server.await_start()
        for server in servers:
            wait_until(lambda: size_of(server) == size, 20)
        yield servers


def size_of(server):
    return server.json("GET", "/3/Cloud")[1]["cloud_size"]


def write_table(path, rows=60_000):
    dice = random.Random(3)
    with open(path, "w") as out:
        out.write("town,amount,day,note\n")
        for i in range(rows):
            amount = "" if dice.random() < 0.02 else f"{dice.gauss(2, 3):.6g}"
            out.write(f"town{dice.randrange(700)},{amount},2024-{1 + i % 12:02}-{1 + i % 28:02},note {i % 5000}\n")
    return path


FOLDER = tempfile.TemporaryDirectory(prefix="neve-cluster-")
TABLE = write_table(Path(FOLDER.name) / "table.csv")


def session(server, trees, on_line=lambda line: None):
    """What the published client sees in a session of its own process."""
    client = subprocess.Popen([sys.executable, "-c", SESSION, server.url, str(trees), str(TABLE)], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    errors = []
    reader = threading.Thread(target=lambda: errors.extend(client.stderr))
    reader.start()
    last = ""
    for line in client.stdout:
        last = line
        on_line(line.strip())
    code = client.wait(120)
    reader.join()
    assert code == 0, "".join(errors)
    return json.loads(last)


TREES = 40


@pytest.fixture(scope="module")
def alone():
    with cluster(1) as (server,):
        yield session(server, TREES)


def frame_checksum(server, name):
    return server.json("GET", f"/3/Frames/{name}?row_count=1")[1]["frames"][0]["checksum"]


@pytest.mark.parametrize("size", [2, 3, 5])
def test_several_processes_give_the_bits_of_one_and_answer_alike(alone, size):
    with cluster(size) as servers:
        assert session(servers[1], TREES) == alone
        for server in servers:
            assert frame_checksum(server, "predicted") == alone["predicted"]
            assert server.json("GET", "/3/Models/gbm")[0] == 200


@pytest.mark.parametrize("victim", [0, 2])
def test_a_killed_process_costs_nothing(alone, victim):
    with cluster(3) as servers:
        killed_after_s = 0.3

        def kill(line):
            if line == "gbm":
                threading.Timer(killed_after_s, servers[victim].process.kill).start()

        assert session(servers[1], TREES, kill) == alone
        for server in (server for server in servers if server is not servers[victim]):
            wait_until(lambda: size_of(server) == 2, 20)
            assert frame_checksum(server, "numbers") == alone["rows"]
            assert frame_checksum(server, "predicted") == alone["predicted"]


LONG = "training_frame=numbers&response_column=response&seed=1"
LONG_GBM = LONG + "&ntrees=120&max_depth=8&sample_rate=0.8&score_tree_interval=20"
UNSUPERVISED = "training_frame=numbers&ignored_columns=[\"response\"]&seed=1"
# All of a group take some seconds where they are trained at the same time.
LONG_TRAININGS = {
    "supervised": {
        "gbm": ("gbm", LONG_GBM),
        "drf": ("drf", LONG + "&ntrees=20&max_depth=12"),
        "folds_of_drf": ("drf", LONG + "&ntrees=6&max_depth=8&nfolds=3"),
        "folds_of_glm": ("glm", LONG + "&family=binomial&lambda=0.001&nfolds=60"),
        "folds_of_naivebayes": ("naivebayes", LONG + "&nfolds=60"),
    },
    "unsupervised": {
        "deeplearning": ("deeplearning", LONG + "&hidden=[64,64]&epochs=4"),
        "autoencoder": ("deeplearning", UNSUPERVISED + "&autoencoder=true&hidden=[20]&epochs=4"),
        "kmeans": ("kmeans", UNSUPERVISED + "&k=40&max_iterations=300"),
        "glrm": ("glrm", UNSUPERVISED + "&k=2&max_iterations=10&transform=STANDARDIZE"),
        "word2vec": ("word2vec", "training_frame=texts&vec_size=60&epochs=30"),
    },
}


def start_training(server, algorithm, parameters, model_id):
    """Key of the job that trains it."""
    status, answer = server.json("POST", "/3/ModelBuilders/" + algorithm, f"{parameters}&model_id={model_id}")
    assert status == 200, answer
    return urllib.parse.quote(answer["job"]["key"]["name"])


def job_of(server, key):
    return server.json("GET", f"/3/Jobs/{key}")[1]["jobs"][0]


def is_over(server, key):
    return job_of(server, key)["status"] not in ("CREATED", "RUNNING")


def model_figures(server, model_id):
    """Its checksum, and what its folds came to."""
    model = server.json("GET", "/3/Models/" + model_id)[1]["models"][0]
    folds = model["output"]["cross_validation_metrics"]
    return model["checksum"], folds and (folds["logloss"], folds["AUC"])


@pytest.mark.parametrize("victim", ["driver", "other"])
@pytest.mark.parametrize("group", LONG_TRAININGS)
def test_trainings_go_on_without_a_killed_process_to_the_same_bits(group, victim):
    trainings = LONG_TRAININGS[group]
    with cluster(3) as servers:
        driver, other, asked = servers
        session(driver, 1)
        tokens = urllib.parse.quote('(assign texts (tokenize (cols imported ["note"]) " "))')
        assert driver.json("POST", "/99/Rapids?ast=" + tokens)[0] == 200
        keys = {name: start_training(driver, *training, name) for name, training in trainings.items()}
        for key in keys.values():
            wait_until(lambda: job_of(asked, key)["progress"] > 0.05, 60)
        (driver if victim == "driver" else other).process.kill()
        running = [name for name, key in keys.items() if job_of(asked, key)["status"] == "RUNNING"]
        assert len(running) >= 2, "most were over before anything was lost"
        for name, key in keys.items():
            wait_until(lambda: is_over(asked, key), 150)
            assert job_of(asked, key)["status"] == "DONE", (name, job_of(asked, key))
        for name, training in trainings.items():
            again = start_training(asked, *training, "whole_" + name)
            wait_until(lambda: is_over(asked, again), 90)
            assert model_figures(asked, name) == model_figures(asked, "whole_" + name), name


# So wide that each iteration is a pass over the rows, and the components so alike that it takes all of them.
WIDE = {"dest": "wide", "rows": 40_000, "cols": 6, "categorical_fraction": 1, "factors": 1000, "integer_fraction": 0,
        "binary_fraction": 0, "missing_fraction": 0, "has_response": "false", "seed": 5}
WIDE_PCA = "training_frame=wide&k=6&pca_method=Power&max_iterations=60&transform=STANDARDIZE&seed=1&compute_metrics=false"
BEFORE_ITERATIONS = 0.3  # of the progress


def components(server, model_id):
    """Checksum, eigenvectors and their importance."""
    model = server.json("GET", "/3/Models/" + model_id)[1]["models"][0]
    output = model["output"]
    return model["checksum"], output["eigenvectors"]["data"], output["importance"]["data"]


@pytest.mark.parametrize("victim", ["driver", "other"])
def test_components_are_found_without_a_killed_process_to_the_same_bits(victim):
    with cluster(3) as servers:
        driver, other, asked = servers
        status, job = driver.json("POST", "/3/CreateFrame", urllib.parse.urlencode(WIDE))
        assert status == 200, job
        wait_until(lambda: is_over(driver, urllib.parse.quote(job["key"]["name"])), 30)
        key = start_training(driver, "pca", WIDE_PCA, "cut_off")
        wait_until(lambda: job_of(asked, key)["progress"] > BEFORE_ITERATIONS + 0.02, 60)
        (driver if victim == "driver" else other).process.kill()
        assert not is_over(asked, key), "it was over before anything was lost"
        await_job(asked, key)
        await_job(asked, start_training(asked, "pca", WIDE_PCA, "whole"))
        cut_off = components(asked, "cut_off")
        assert [len(column) for column in cut_off[1]] == [6 * 999] * (1 + 6)
        assert cut_off == components(asked, "whole")


def start_partial_dependence(server, name):
    """The job's key."""
    request = {"model_id": "gbm", "frame_id": "numbers", "cols": '["C1","C3"]', "col_pairs_2dpdp": '[["C1","C3"]]',
               "nbins": 15, "destination_key": name}
    status, answer = server.json("POST", "/3/PartialDependence/", urllib.parse.urlencode(request))
    assert status == 200, answer
    return urllib.parse.quote(answer["key"]["name"])


def partial_dependence(server, name):
    status, answer = server.json("GET", "/3/PartialDependence/" + name)
    assert status == 200, answer
    return [table["data"] for table in answer["partial_dependence_data"]]


def test_partial_dependence_goes_on_without_its_driver_and_is_the_same_at_all_nodes():
    with cluster(3) as servers:
        driver, *others = servers
        session(driver, TREES)
        key = start_partial_dependence(driver, "cut_off")
        wait_until(lambda: job_of(others[0], key)["progress"] > 0.05, 60)
        driver.process.kill()
        assert not is_over(others[0], key), "it was over before anything was lost"
        wait_until(lambda: is_over(others[0], key), 150)
        assert job_of(others[1], key)["status"] == "DONE", job_of(others[1], key)
        wait_until(lambda: size_of(others[0]) == 2, 20)
        again = start_partial_dependence(others[1], "whole")
        wait_until(lambda: is_over(others[0], again), 90)
        whole = partial_dependence(others[0], "whole")
        assert [len(table[0]) for table in whole] == [15, 15, 225]
        assert all(partial_dependence(server, "cut_off") == whole for server in others)


def test_a_job_is_cancelled_through_any_node():
    with cluster(3) as servers:
        session(servers[0], 1)
        key = start_training(servers[0], "gbm", LONG_GBM, "never")
        wait_until(lambda: job_of(servers[2], key)["progress"] > 0, 60)
        assert servers[1].json("POST", f"/3/Jobs/{key}/cancel", "")[0] == 200
        for server in servers:
            wait_until(lambda: job_of(server, key)["status"] == "CANCELLED", 10)
            assert server.json("GET", "/3/Models/never")[0] == 404


def test_an_upload_outlives_the_node_that_took_it():
    with cluster(3) as servers:
        rows = "".join(f"{i},{i % 7}\n" for i in range(600_000))
        status, answer = servers[0].json("POST", "/3/PostFile?destination_frame=sent", rows)
        assert status == 200 and answer["total_bytes"] == len(rows)
        servers[0].process.kill()
        parse = ("source_frames=[sent]&destination_frame=sent.hex&parse_type=CSV&separator=44&number_columns=2"
                 "&column_types=[Numeric,Numeric]&check_header=-1&delete_on_done=true&blocking=true")
        status, answer = servers[1].json("POST", "/3/Parse", parse)
        assert status == 200, answer
        assert answer["rows"] == 600_000


def test_two_nodes_without_each_other_read_but_do_not_write(alone):
    with cluster(2) as servers:
        session(servers[0], 1)
        servers[1].process.kill()
        servers[1].process.wait()

        def refused():
            status, answer = servers[0].json("POST", "/4/sessions", "")
            return status == 503 and "No quorum" in answer["msg"]

        wait_until(refused, 30)
        assert frame_checksum(servers[0], "numbers") == alone["rows"]
        status, answer = servers[0].json("DELETE", "/3/DKV/numbers")
        assert status == 503 and "No quorum" in answer["msg"]
        assert frame_checksum(servers[0], "numbers") == alone["rows"]


def test_a_node_that_joins_later_sees_all_and_gets_its_copies(alone):
    ports = free_ports(2)
    with Server("-name", "late", "-port", str(ports[0])) as first:
        session(first, 1)
        with Server("-name", "late", "-port", str(ports[1]), "--join", f"127.0.0.1:{ports[0]}") as second:
            wait_until(lambda: size_of(first) == 2, 20)
            assert frame_checksum(second, "numbers") == alone["rows"]
            held = first.json("GET", "/3/Frames/numbers?row_count=1")[1]["frames"][0]["byte_size"]
            wait_until(lambda: second.json("GET", "/3/Frames/numbers?row_count=1")[1]["frames"][0]["byte_size"]
                       > 1.9 * held or held > 2 * 10**6, 20)
            assert frame_checksum(second, "numbers") == alone["rows"]


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A file of some megabytes, with line ends in its cells."""
    path = tmp_path_factory.mktemp("data") / "table.csv"
    with open(path, "w") as file:
        file.write("id,price,kind,note\n")
        for i in range(200_000):
            line = '\nline, ""two""\n,,,\n' if i % 5 == 0 else ""
            file.write(f'{i},{i % 977}.{i % 89},level{i * 7919 % 20011},"note {i}{line}"\n')
    return path


def start_parse(server, path):
    """The job's key."""
    assert server.json("GET", "/3/ImportFiles?" + urllib.parse.urlencode({"path": path}))[0] == 200
    status, answer = server.json(
        "POST", "/3/Parse", urllib.parse.urlencode({
            "source_frames": json.dumps([f"nfs:/{path}"]), "destination_frame": "table", "separator": 44,
            "number_columns": 4, "check_header": 1, "column_names": '["id","price","kind","note"]',
            "column_types": '["Numeric","Numeric","Enum","String"]'}),
        {"Content-Type": "application/x-www-form-urlencoded"})
    assert status == 200, answer
    return urllib.parse.quote(answer["job"]["key"]["name"])


def await_job(server, key):
    """Its end; the server answers late, so that this does not spin."""
    while True:
        job = job_of(server, key)
        if job["status"] not in ("CREATED", "RUNNING"):
            assert job["status"] == "DONE", job
            return


def bytes_read(server):
    """What the process has read of files so far."""
    lines = Path(f"/proc/{server.process.pid}/io").read_text().splitlines()
    return int(dict(line.split(": ") for line in lines)["rchar"])


@pytest.mark.parametrize("victim", [1, 2], ids=["driver", "other"])
def test_all_nodes_read_a_file_and_one_may_be_killed_meanwhile(table, victim):
    with cluster(1) as (server,):
        await_job(server, start_parse(server, table))
        expected = frame_checksum(server, "table")
    with cluster(3) as servers:
        before = [bytes_read(server) for server in servers]
        await_job(servers[1], start_parse(servers[1], table))
        assert [frame_checksum(server, "table") for server in servers] == [expected] * 3
        for server, had in zip(servers, before):
            assert bytes_read(server) - had > table.stat().st_size // 4
        assert servers[1].json("DELETE", "/3/DKV/table")[0] == 200
        job = start_parse(servers[1], table)
        servers[victim].process.kill()
        left = [server for server in servers if server is not servers[victim]]
        await_job(left[0], job)
        assert [frame_checksum(server, "table") for server in left] == [expected] * 2


def test_a_cluster_of_another_name_is_not_heard():
    ports = free_ports(2)
    with Server("-name", "one", "-port", str(ports[0])) as first:
        stranger = Server("-name", "other", "-port", str(ports[1]), "--join", f"127.0.0.1:{ports[0]}", wait=False)
        try:
            time.sleep(1)  # tidy: allow(sleep) for it to try
            assert size_of(first) == 1
            assert stranger.process.poll() is None  # it waits, and can be told to stop
        finally:
            assert stranger.stop() == 0


def test_nodes_do_not_talk_in_plain_text_to_other_machines_unless_told_to():
    told = Server("--ip", "0.0.0.0", "--insecure-rest", "--join", "127.0.0.1:1", wait=False)
    assert told.process.wait(20) == 1
    assert "plain text" in told.stderr() and "--insecure-cluster" in told.stderr()
    told.stop()
    with Server("--ip", "0.0.0.0", "--insecure-rest") as open_to_all:
        assert size_of(open_to_all) == 1  # a node that joins nobody needs no secrets
