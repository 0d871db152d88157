"""Searches of series on several processes: the same bits as on one, also where one is killed meanwhile."""
import urllib.parse

import pytest

from cluster_test import await_job, cluster, frame_checksum, job_of
from server import wait_until

SEARCHES = {"near": ("neighbors", "queries=walks&k=3"), "pairs": ("motifs", "k=20"), "lonely": ("discords", "k=20")}


def ask(server, path, form):
    status, answer = server.json("POST", path, form)
    assert status == 200, answer
    return answer


def job(server, path, form):
    return urllib.parse.quote(ask(server, "/99/SeriesIndexes" + path, form)["key"]["name"])


def make_walks(server, rows=12_000):
    form = f"dest=steps&rows={rows}&cols=64&seed=5&categorical_fraction=0&integer_fraction=0&binary_fraction=0&missing_fraction=0"
    await_job(server, urllib.parse.quote(ask(server, "/3/CreateFrame", form)["key"]["name"]))
    ask(server, "/99/Rapids", urllib.parse.urlencode({"ast": "(assign walks (cumsum steps 1))"}))


def index_checksum(server):
    return server.json("GET", "/99/SeriesIndexes/of_walks")[1]["checksum"]


def start_search(server, name):
    verb, form = SEARCHES[name]
    return job(server, f"/of_walks/{verb}", f"{form}&destination_frame={name}")


@pytest.fixture(scope="module")
def alone():
    with cluster(1) as (server,):
        make_walks(server)
        await_job(server, job(server, "", "frame=walks&index_id=of_walks"))
        made = {"index": index_checksum(server)}
        for name in SEARCHES:
            await_job(server, start_search(server, name))
            made[name] = frame_checksum(server, name)
        return made


@pytest.mark.parametrize("victim", ["driver", "other"])
def test_searches_go_on_without_a_killed_process_to_the_same_bits(alone, victim):
    with cluster(3) as servers:
        driver, other, asked = servers
        make_walks(driver)
        await_job(driver, job(driver, "", "frame=walks&index_id=of_walks"))
        assert index_checksum(asked) == alone["index"]
        await_job(asked, start_search(asked, "near"))
        assert frame_checksum(asked, "near") == alone["near"]
        assert asked.json("DELETE", "/3/DKV/near")[0] == 200
        keys = {name: start_search(driver, name) for name in SEARCHES}
        wait_until(lambda: job_of(asked, keys["near"])["progress"] > 0.05, 60)
        (driver if victim == "driver" else other).process.kill()
        assert job_of(asked, keys["near"])["status"] == "RUNNING", "it was over before anything was lost"
        for name, key in keys.items():
            await_job(asked, key)
            assert frame_checksum(asked, name) == alone[name], name


def test_an_index_that_is_being_made_outlives_its_driver(alone):
    with cluster(3) as servers:
        make_walks(servers[0])
        key = job(servers[0], "", "frame=walks&index_id=of_walks")
        servers[0].process.kill()
        await_job(servers[1], key)
        assert index_checksum(servers[2]) == alone["index"]
