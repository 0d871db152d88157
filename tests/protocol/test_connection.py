"""What a server answers to clients that are slow, wrong, strange or not allowed."""
import base64
import json
import os
import signal
import socket
import subprocess
import sys
from urllib.parse import urlencode

import pytest

from server import ANNOUNCEMENT, BINARY, Server, wait_until_gone

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# Passwords secret and geheim.
USERS = """ann:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW
"""


def check_error(body, status):
    """Every refusal is an H2OErrorV3 with all its fields."""
    error = json.loads(body)
    assert error["__meta"]["schema_name"] == "H2OErrorV3"
    assert error["http_status"] == status
    for field in ("timestamp", "error_url", "msg", "dev_msg", "values", "exception_type",
                  "exception_msg", "stacktrace"):
        assert field in error
    return error["exception_msg"]


def raw_error(server, request, status):
    head, _, body = server.raw(request).partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode()), head
    return check_error(body, status)


@pytest.mark.parametrize("method, path, status", [
    ("GET", "/3/NoSuch", 404), ("POST", "/3/NoSuch", 404), ("GET", "/nothing", 404),
    ("TRACE", "/3/Cloud", 405), ("GET", "/3/Cloud?no_such=1", 412),
    ("GET", "/3/Cloud?skip_ticks=perhaps", 412), ("GET", "/3/%zz", 400), ("GET", "/3/%FF", 400)])
def test_wrong_requests_get_typed_errors(server, method, path, status):
    got, _, body = server.ask(method, path)
    assert got == status
    message = check_error(body, status)
    if status == 412:
        assert path.split("?")[1].split("=")[0] in message


@pytest.mark.parametrize("body", ["{", "[1]", "\"x\"", "{\"message\": }", ""])
def test_bad_json_is_told(server, body):
    status, _, text = server.ask("POST", "/3/LogAndEcho", body, {"Content-Type": "application/json"})
    if body == "":
        assert status == 200
    else:
        assert status == 400
        check_error(text, 400)


def test_json_bodies_work_on_any_route(server):
    status, answer = server.json("POST", "/3/LogAndEcho", json.dumps({"message": "as JSON"}),
                                 {"Content-Type": "application/json; charset=utf-8"})
    assert status == 200 and answer["message"] == "as JSON"


def test_form_text_keeps_its_characters(server):
    text = "(+ 1 2) 'ä' 雪 & = % \t"
    status, answer = server.json("POST", "/3/LogAndEcho", urlencode({"message": text}), FORM)
    assert status == 200 and answer["message"] == text


def test_malformed_http_is_told(server):
    raw_error(server, b"hello\r\n\r\n", 400)
    raw_error(server, b"GET /3/Cloud HTTP/1.1\r\n\r\n", 400)
    raw_error(server, b"GET /3/Cloud HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", 431)


def test_oversize_body_is_refused_before_it_is_read(server):
    message = raw_error(server, b"POST /3/LogAndEcho HTTP/1.1\r\nHost: localhost\r\n"
                                b"Content-Length: 100000000\r\n\r\n", 413)
    assert "64 MB" in message or "64.0 MB" in message


@pytest.mark.parametrize("headers", [
    {"Host": "evil.example.org"}, {"Host": "localhost.evil.example.org:54321"},
    {"Origin": "http://evil.example.org"}, {"Origin": "null"}])
def test_foreign_hosts_and_origins_are_refused(server, headers):
    status, _, body = server.ask("GET", "/3/Cloud", headers=headers)
    assert status == 403
    assert "--allow-host" in check_error(body, 403)


def test_own_hosts_and_origins_are_accepted(server):
    own = f"localhost:{server.port}"
    for headers in ({"Host": own}, {"Host": "127.0.0.1"}, {"Host": own, "Origin": "http://" + own}):
        assert server.ask("GET", "/3/Cloud", headers=headers)[0] == 200


def test_allow_host_adds_a_name():
    with Server("--allow-host", "neve.example.org") as own:
        assert own.ask("GET", "/3/Cloud", headers={"Host": "neve.example.org:54321"})[0] == 200


def test_auth_asks_for_a_password(tmp_path):
    users = tmp_path / "users"
    users.write_text(USERS)
    with Server("--auth", str(users)) as own:
        def ask(credentials):
            token = base64.b64encode(credentials.encode()).decode()
            return own.ask("GET", "/3/Cloud", headers={"Authorization": "Basic " + token})
        status, headers, body = own.ask("GET", "/3/Cloud")
        assert status == 401 and headers["WWW-Authenticate"].startswith("Basic ")
        check_error(body, 401)
        assert ask("ann:wrong")[0] == 401
        assert ask("eve:secret")[0] == 401
        assert [ask("ann:secret")[0] for _ in range(3)] == [200] * 3


def test_published_client_logs_in(tmp_path):
    users = tmp_path / "users"
    users.write_text(USERS)
    with Server("--auth", str(users)) as own:
        script = f"""
import h2o
h2o.connect(url={own.url!r}, auth=("ann", "secret"), verbose=False)
print("SIZE", h2o.cluster().cloud_size)
"""
        result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
        assert "SIZE 1" in result.stdout, result.stderr


@pytest.mark.parametrize("options, part", [
    (["--no-such-option"], "--no-such-option"), (["-ip", "0.0.0.0"], "--insecure-rest"),
    (["--memory", "lots"], "lots"), (["--auth", "/no/such/file", "-ip", "not.an.address.invalid"], "invalid")])
def test_wrong_usage_ends_with_code_2(options, part):
    result = subprocess.run([BINARY, *options], capture_output=True, text=True, timeout=30)
    assert result.returncode == 2 and part in result.stderr


def test_ports_are_taken_in_pairs():
    with Server() as first:
        taken = subprocess.run([BINARY, "-port", str(first.port), "-ice_root", first.folder.name],
                               capture_output=True, text=True, timeout=30)
        assert taken.returncode == 1 and str(first.port) in taken.stderr
        with Server("-baseport", str(first.port)) as second:
            assert second.port >= first.port + 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_gracefully(number):
    with Server() as own:
        idle = socket.create_connection((own.host, own.port))
        own.process.send_signal(number)
        assert wait_until_gone(own.process) == 0
        idle.close()


def test_announcement_and_log_files(tmp_path):
    process = subprocess.Popen([BINARY, "-baseport", "57000", "-ice_root", str(tmp_path), "-log_dir",
                                str(tmp_path / "l"), "-allow_unsupported_java"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert ANNOUNCEMENT in process.stdout.readline()
    finally:
        process.terminate()
        process.wait(30)
    log = "".join((tmp_path / "l" / name).read_text() for name in os.listdir(tmp_path / "l"))
    assert "allow_unsupported_java" in log and "Stopped" in log
