"""A run of AutoML over several processes, one of which is killed: the same leaderboard as undisturbed."""
import json
import random
import urllib.parse

import pytest

from cluster_test import cluster, is_over, job_of
from server import wait_until

MODELS = 5
COLUMNS = ["x", "z", "w", "k"]


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    draw = random.Random(3)
    path = tmp_path_factory.mktemp("automl") / "rows.csv"
    with open(path, "w") as out:
        out.write("x,z,w,k,two\n")
        for _ in range(6000):
            x, z, w, k = draw.uniform(0, 10), draw.gauss(0, 1), draw.gauss(0, 1), draw.choice("abcd")
            y = x + 3 * (k == "b") * z + w * w + 2 * draw.gauss(0, 1)
            out.write(f"{x!r},{z!r},{w!r},{k},{'no' if y < 6 else 'yes'}\n")
    return path


def parse(server, path):
    request = {"source_frames": f'["nfs:/{path}"]', "destination_frame": "rows", "parse_type": "CSV", "separator": 44,
               "number_columns": 5, "check_header": 1, "column_names": '["x","z","w","k","two"]',
               "column_types": '["Numeric","Numeric","Numeric","Enum","Enum"]', "blocking": "true"}
    assert server.json("GET", "/3/ImportFiles?" + urllib.parse.urlencode({"path": path}))[0] == 200
    status, answer = server.json("POST", "/3/Parse", urllib.parse.urlencode(request))
    assert status == 200, answer


def start(server, project):
    """The job's key."""
    request = {"input_spec": {"training_frame": "rows", "response_column": "two"},
               "build_control": {"project_name": project, "nfolds": 3,
                                 "stopping_criteria": {"max_models": MODELS, "seed": 5, "max_runtime_secs": 0}},
               "build_models": {"exclude_algos": ["DeepLearning"]}}
    status, answer = server.json("POST", "/99/AutoMLBuilder", json.dumps(request),
                                 {"Content-Type": "application/json"})
    assert status == 200, answer
    return urllib.parse.quote(answer["job"]["key"]["name"])


def board(server, project):
    """Models without the name of their run, what they have learnt, and their metrics. Ensembles have learnt names."""
    status, answer = server.json("GET", "/99/Leaderboards/" + project)
    assert status == 200, answer
    lines = []
    names = answer["table"]["data"][1]
    for place, name in enumerate(names):
        model = server.json("GET", "/3/Models/" + name)[1]["models"][0]
        metrics = [column[place] for column in answer["table"]["data"][2:]]
        learnt = None if name.startswith("StackedEnsemble") else model["checksum"]
        lines.append((name.split("_AutoML_")[0], learnt, metrics))
    return lines


def models_of(server, project):
    status, answer = server.json("GET", "/99/Leaderboards/" + project)
    return len(answer["models"]) if status == 200 else 0


@pytest.fixture(scope="module")
def undisturbed(table):
    with cluster(1) as (server,):
        parse(server, table)
        key = start(server, "whole")
        wait_until(lambda: is_over(server, key), 60)
        assert job_of(server, key)["status"] == "DONE", job_of(server, key)
        return board(server, "whole")


@pytest.mark.parametrize("victim", ["driver", "other"])
def test_a_run_goes_on_without_a_killed_process_to_the_same_leaderboard(undisturbed, table, victim):
    assert len(undisturbed) > MODELS
    with cluster(3) as (driver, other, asked):
        parse(driver, table)
        key = start(driver, "cut_off")
        wait_until(lambda: models_of(asked, "cut_off") >= 2, 60)
        (driver if victim == "driver" else other).process.kill()
        assert not is_over(asked, key), "it was over before anything was lost"
        wait_until(lambda: is_over(asked, key), 90)
        assert job_of(asked, key)["status"] == "DONE", job_of(asked, key)
        assert board(asked, "cut_off") == undisturbed
