"""Routes about nodes, documents that clients keep, and sources of data that are not there."""
import h2o
import pytest

from cluster_test import cluster
from server import Server

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def storage(server, path, method="GET", body=None):
    status, answer = server.json(method, "/3/NodePersistentStorage" + path, body, FORM if body else None)
    return answer if status == 200 else status


def test_documents_are_kept(server):
    assert storage(server, "/configured")["configured"]
    assert not storage(server, "/categories/notebook/exists")["exists"]
    assert storage(server, "/notebook/my%20first%20(1)", "POST", "value=one+%26+two")["name"] == "my first (1)"
    assert storage(server, "/categories/notebook/names/my%20first%20(1)/exists")["exists"]
    assert storage(server, "/notebook/my%20first%20(1)")["value"] == "one & two"
    drawn = storage(server, "/notebook", "POST", "value=other")["name"]
    entries = storage(server, "/notebook")["entries"]
    assert {entry["name"]: entry["size"] for entry in entries} == {"my first (1)": 9, drawn: 5}
    assert all(entry["timestamp_millis"] > 1.6e12 and entry["category"] == "notebook" for entry in entries)
    status, _, text = server.ask("POST", "/3/NodePersistentStorage.bin/notebook/raw", b"\x00\xff bytes")
    assert status == 200 and b'"total_bytes":8' in text
    status, headers, text = server.ask("GET", "/3/NodePersistentStorage.bin/notebook/raw")
    assert text == b"\x00\xff bytes" and headers["Content-Disposition"] == "attachment; filename=raw.flow"
    for name in ("my%20first%20(1)", drawn, "raw"):
        storage(server, "/notebook/" + name, "DELETE")
    assert storage(server, "/notebook")["entries"] == []
    assert storage(server, "/notebook/raw") == 404


@pytest.mark.parametrize("path", ["/notebook/..%2Fx", "/..%2Fnotebook/x", "/notebook/.hidden", "/note%00book/x",
                                  "/notebook/" + "x" * 201, "/a%2Fb/x"])
def test_documents_elsewhere_are_refused(server, path):
    assert storage(server, path, "POST", "value=1") == 400
    assert storage(server, path) == 400
    assert storage(server, path, "DELETE") == 400


def test_documents_have_a_folder(tmp_path):
    with Server("-flow_dir", str(tmp_path / "kept")) as server:
        storage(server, "/notebook/one", "POST", "value=text")
        assert (tmp_path / "kept/notebook/one").read_text() == "text"
        # Nobody else writes there.
        assert [path.name for path in (tmp_path / "kept/notebook").iterdir()] == ["one"]


def test_put_key(server):
    status, answer = server.json("POST", "/3/PutKey?destination_key=bytes", b"some bytes")
    assert status == 200 and answer == {"destination_key": "bytes", "total_bytes": 10}
    assert server.json("POST", "/3/PutKey?destination_key=bytes&overwrite=false", b"others")[1]["total_bytes"] == -1
    assert server.json("POST", "/3/PutKey.bin", b"x")[1]["destination_key"].startswith("func_")


def test_nodes_tell_of_themselves(server):
    status, _, body = server.ask("HEAD", "/3/Cloud")
    assert status == 200 and body == b""
    assert server.json("GET", "/99/Sample")[1]["cloud_size"] == 1
    io = server.json("GET", "/3/WaterMeterIo/0")[1]["persist_stats"]
    assert io[0]["backend"] == "local" and io[0]["load_bytes"] > 0 and io[0]["store_count"] > 0
    assert server.json("GET", "/3/WaterMeterIo/1")[0] == 412
    nodes = server.json("GET", "/3/Profiler?depth=5")[1]["nodes"]
    counts = [entry["count"] for entry in nodes[0]["entries"]]
    assert counts == sorted(counts, reverse=True) and sum(counts) > 3
    assert server.json("GET", "/3/Profiler?depth=0")[0] == 400
    assert server.json("GET", "/3/KillMinus3")[0] == 200
    assert "Threads of node" in server.json("GET", "/3/Logs/nodes/-1/files/info")[1]["log"]
    assert server.json("POST", "/3/UnlockKeys")[0] == 200
    server.json("GET", "/3/Frames")
    metrics = server.json("GET", "/3/SteamMetrics")[1]
    assert metrics["version"] == 0 and 0 <= metrics["idle_millis"] < 60_000


def test_nodes_tell_of_each_other():
    with cluster(2) as servers:
        one, two = (servers[0].json("GET", f"/3/WaterMeterIo/{node}")[1]["persist_stats"][0]["load_bytes"]
                    for node in (0, 1))
        both = servers[1].json("GET", "/3/WaterMeterIo")[1]["persist_stats"][0]["load_bytes"]
        assert both >= one + two
        assert len(servers[0].json("GET", "/3/Profiler")[1]["nodes"]) == 2


def test_routes_of_version_4(server):
    endpoints = {entry["url"]: entry for entry in server.json("GET", "/4/endpoints")[1]["endpoints"]}
    assert endpoints["GET /4/jobs/{job_id}"]["output_schema"] == "JobV4"
    listed = server.json("GET", "/3/Metadata/endpoints")[1]["routes"]
    assert {route["http_method"] + " " + route["url_pattern"] for route in listed} <= endpoints.keys()


@pytest.mark.parametrize("method, path, form, says", [
    ("POST", "/99/ImportSQLTable", "connection_url=jdbc:x&table=t&username=u&password=p", "connection_url"),
    ("POST", "/3/ImportHiveTable", "table=t", "Hive"),
    ("POST", "/3/SaveToHiveTable", "frame_id=f&jdbc_url=j&table_name=t&format=parquet", "jdbc_url"),
    ("POST", "/3/PersistS3", "secret_key_id=a&secret_access_key=b", "S3"),
    ("DELETE", "/3/PersistS3", None, "S3"),
    ("POST", "/3/DecryptionSetup", "keystore_id=k&password=p", "decrypt"),
    ("POST", "/3/CloudLock", "reason=why", "--expect"),
])
def test_what_is_not_there_says_so(server, method, path, form, says):
    status, error = server.json(method, path, form, FORM if form else None)
    assert status == 412 and says in error["msg"] and error["values"]
    assert "password" not in str(error["values"])


@pytest.mark.parametrize("path, form, field", [
    ("/99/ImportSQLTable", "table=t&username=u&password=p", "connection_url"),
    ("/3/SaveToHiveTable", "frame_id=f&jdbc_url=j&table_name=t&format=orc", "format"),
    ("/3/ImportHiveTable", "table=t&wrong=1", "wrong"),
])
def test_their_parameters_are_checked_first(server, path, form, field):
    status, error = server.json("POST", path, form, FORM)
    assert status in (400, 412) and field in error["msg"]


def test_the_client_is_told(client):
    with pytest.raises(h2o.exceptions.H2OResponseError, match="SQL"):
        client.import_sql_table("jdbc:mysql://host/db", "table", "user", "password")
