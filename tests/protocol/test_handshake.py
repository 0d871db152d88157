"""How the published client connects, attaches, starts a server of its own, looks at the cluster and leaves."""
import io
import json
import os
import subprocess
import sys
import zipfile

import h2o
import pytest

from server import BINARY, ROOT, Server, free_port, wait_until_gone

SHIM = ROOT / "clients/java"


def run_client(script, **environment):
    """Runs a script in a Python of its own: the client keeps one connection per process."""
    return subprocess.run([sys.executable, "-c", script], text=True, capture_output=True, timeout=120,
                          env={**os.environ, "NEVE_BINARY": str(BINARY), **environment})


def test_connect_reads_the_cluster(client):
    cluster = h2o.cluster()
    assert cluster.version == "3.46.0.12"
    assert cluster.cloud_name == "protocol"
    assert cluster.cloud_size == 1
    assert cluster.cloud_healthy and cluster.consensus
    assert h2o.connection().session_id.startswith("_sid_")


def test_status_in_short_and_in_full(client, capsys):
    h2o.cluster().show_status()
    h2o.cluster().show_status(detailed=True)
    shown = capsys.readouterr().out
    assert "protocol" in shown
    assert "H2O_cluster_version" in shown
    assert "pid" in str(h2o.cluster().get_status_details())


def test_is_running_follows_the_redirect(client, server):
    assert h2o.cluster().is_running()
    status, headers, body = server.ask("GET", "/")
    assert (status, headers["Location"], body) == (301, "/flow/index.html", b"")
    status, headers, body = server.ask("GET", "/flow/index.html")
    assert status == 200 and headers["Content-Type"].startswith("text/html")
    assert b"/3/Cloud" in body


def test_extensions_and_log(client, server):
    assert "Core V3" in h2o.cluster().list_all_extensions()
    h2o.log_and_echo("a line for the log")
    _, logs = server.json("GET", "/3/Logs/nodes/-1/files/info")
    assert "a line for the log" in logs["log"]
    _, logs = server.json("GET", "/3/Logs/nodes/-1/files/error")
    assert "a line for the log" not in logs["log"]


def test_logs_download(client, tmp_path):
    path = h2o.download_all_logs(dirname=str(tmp_path))
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        with zipfile.ZipFile(io.BytesIO(archive.read("node0.zip"))) as node:
            assert b"INFO water.default: Listening on" in node.read(node.namelist()[0])


def test_sessions_open_and_close(server):
    status, opened = server.json("POST", "/4/sessions")
    assert status == 200 and opened["__schema"] == "/4/schemas/SessionIdV4"
    status, closed = server.json("DELETE", "/4/sessions/" + opened["session_key"])
    assert status == 200
    assert closed == {"__meta": {"schema_version": 3, "schema_name": "InitIDV3", "schema_type": "Iced"},
                      "_exclude_fields": "", "session_key": opened["session_key"],
                      "session_properties_allowed": True}


def test_session_properties_as_r_uses_them(server):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    _, session = server.json("GET", "/3/InitID", headers={"Session-Key": "NA"})
    key = session["session_key"]
    status, answer = server.json(
        "POST", "/3/SessionProperties", f"session_key={key}&key=job.fetch_timeout_ms&value=1000", form)
    assert status == 200 and answer["value"] == "1000"
    _, answer = server.json("GET", f"/3/SessionProperties?session_key={key}&key=job.fetch_timeout_ms")
    assert answer["value"] == "1000"
    _, answer = server.json("GET", f"/3/SessionProperties?session_key={key}&key=other")
    assert answer["value"] is None
    status, answer = server.json("DELETE", "/3/InitID", headers={"Session-Key": key})
    assert status == 200 and answer["session_key"] == key
    status, _ = server.json("GET", f"/3/SessionProperties?session_key={key}&key=other")
    assert status == 404


def test_metadata_lists_what_is_served(server):
    _, routes = server.json("GET", "/3/Metadata/endpoints")
    listed = {(r["http_method"], r["url_pattern"]) for r in routes["routes"]}
    assert ("GET", "/3/Cloud") in listed and ("POST", "/4/sessions") in listed
    _, schemas = server.json("GET", "/3/Metadata/schemas")
    names = {s["name"] for s in schemas["schemas"]}
    for route in routes["routes"]:
        for name in (route["input_schema"], route["output_schema"]):
            assert not name or name in names
    status, error = server.json("GET", "/3/Metadata/schemas/NoSuchV3")
    assert status == 404 and error["values"]["name"] == "NoSuchV3"


@pytest.mark.parametrize("name", ["CloudV3", "H2OErrorV3", "H2OModelBuilderErrorV3"])
def test_schemas_of_the_handshake_describe_their_answers(server, name):
    _, metadata = server.json("GET", "/3/Metadata/schemas/" + name)
    fields = [f["name"] for f in metadata["schemas"][0]["fields"]]
    assert fields[-1] == "__meta" and len(fields) == len(set(fields))
    if name == "CloudV3":
        _, cloud = server.json("GET", "/3/Cloud")
        assert set(cloud) == set(fields)


def test_versions_fall_back(server):
    for path in ("/4/Cloud", "/99/Cloud", "/LATEST/Cloud", "/3/Cloud.json"):
        assert server.json("GET", path)[0] == 200, path
    for path in ("/2/Cloud", "/3/cloud", "/3/NoSuch"):
        assert server.json("GET", path)[0] == 404, path


def test_standard_headers(server):
    _, headers, _ = server.ask("GET", "/3/Cloud")
    assert headers["X-h2o-build-project-version"] == "3.46.0.12"
    assert headers["X-h2o-rest-api-version-max"] == "3"
    assert headers["X-h2o-cluster-id"].isdigit()
    assert headers["X-h2o-cluster-good"] == "true"
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Frame-Options"] == "deny"
    status, headers, body = server.ask("HEAD", "/3/Cloud")
    assert status == 200 and body == b"" and int(headers["Content-Length"]) > 0


@pytest.mark.parametrize("as_jar", [True, False], ids=["-jar", "-cp"])
def test_init_starts_and_ends_a_server(as_jar, tmp_path):
    port = free_port()
    extra = "" if as_jar else f", extra_classpath=[{str(tmp_path)!r}]"
    result = run_client(f"""
import h2o
h2o.init(port={port}, name="started", nthreads=2, max_mem_size="1G", ice_root={str(tmp_path)!r}{extra})
node = h2o.cluster().nodes[0]
print("PID", node["pid"], h2o.cluster().cloud_name, node["max_mem"], node["nthreads"])
""", H2O_JAVA_HOME=str(SHIM), H2O_JAR_PATH=str(SHIM / "bin/java"))
    assert result.returncode == 0, result.stdout + result.stderr
    told = [line.split() for line in result.stdout.splitlines() if line.startswith("PID ")][0]
    assert told[2:] == ["started", str(1 << 30), "2"]
    assert not os.path.exists(f"/proc/{told[1]}")


def test_shim_answers_as_java_and_names_a_missing_server():
    java = str(SHIM / "bin/java")
    version = subprocess.run([java, "-version"], capture_output=True, text=True)
    assert version.returncode == 0 and 'version "17' in version.stderr
    missing = subprocess.run([java, "-jar", "x"], capture_output=True, text=True,
                             env={**os.environ, "NEVE_BINARY": "/no/such/neve"})
    assert missing.returncode == 1 and "NEVE_BINARY" in missing.stderr


def test_shutdown_by_the_client_ends_the_process():
    with Server() as own:
        result = run_client(f"""
import h2o
h2o.connect(url={own.url!r}, verbose=False)
h2o.cluster().shutdown()
""")
        assert result.returncode == 0, result.stderr
        assert wait_until_gone(own.process) == 0


def test_another_h2o_version_can_be_reported():
    with Server("--h2o-version", "3.44.0.3") as own:
        _, headers, text = own.ask("GET", "/3/Cloud")
        cloud = json.loads(text)
        assert cloud["version"] == headers["X-h2o-build-project-version"] == "3.44.0.3"
        assert cloud["build_number"] == "3"
