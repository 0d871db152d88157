"""What operators see of a cluster, and what they do with it: figures of every node, draining, evening out, a witness."""
import contextlib
import subprocess
from urllib.parse import quote

import pytest
from prometheus_client.parser import text_string_to_metric_families

from cluster_test import cluster, frame_checksum, session, size_of
from server import BINARY, Server, free_ports, wait_until


def cloud_of(server):
    status, cloud = server.json("GET", "/3/Cloud")
    assert status == 200
    return cloud


def neve_cluster(server):
    status, answer = server.json("GET", "/3/Neve/Cluster")
    assert status == 200, answer
    return answer


def member_of(server, of):
    address = of.url.removeprefix("http://")
    return next(member for member in neve_cluster(server)["members"] if member["address"] == address)


def metrics_of(server):
    """{name: {labels: value}}, read by Prometheus's own parser."""
    status, headers, text = server.ask("GET", "/metrics")
    assert status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4")
    samples = {}
    for family in text_string_to_metric_families(text.decode()):
        assert family.documentation and family.type in ("counter", "gauge", "histogram")
        for sample in family.samples:
            key = tuple(sorted(sample.labels.items()))
            assert key not in samples.setdefault(sample.name, {}), f"{sample.name} twice"
            samples[sample.name][key] = sample.value
    return samples


def create_frame(server, name, rows=200_000):
    form = f"dest={name}&rows={rows}&cols=4&seed=5&categorical_fraction=0.25&randomize=true&has_response=false"
    status, job = server.json("POST", "/3/CreateFrame", form, {"Content-Type": "application/x-www-form-urlencoded"})
    assert status == 200, job
    key = quote(job["key"]["name"], safe="")

    def done():
        found = server.json("GET", f"/3/Jobs/{key}")[1]["jobs"][0]
        assert found["status"] in ("CREATED", "RUNNING", "DONE"), found
        return found["status"] == "DONE"

    wait_until(done, 30)
    return frame_checksum(server, name)


def command(*arguments):
    return subprocess.run([BINARY, "cluster", *arguments], capture_output=True, text=True, timeout=120)


def test_every_node_tells_how_all_are():
    with cluster(3) as servers:
        create_frame(servers[0], "table")
        wait_until(lambda: all(cloud_of(server)["fully_replicated"] for server in servers), 20)
        # Only other nodes' figures may be a second old.
        wait_until(lambda: all(node["mem_value_size"] > 100_000
                               for server in servers for node in cloud_of(server)["nodes"]), 20)
        pids = {server.url.removeprefix("http://"): server.process.pid for server in servers}
        leaders = set()
        for place, server in enumerate(servers):
            cloud = cloud_of(server)
            assert cloud["cloud_size"] == 3 and cloud["bad_nodes"] == 0 and cloud["missing_votes"] == 0
            assert cloud["cloud_healthy"] and cloud["consensus"] and not cloud["is_client"]
            assert {node["ip_port"]: node["pid"] for node in cloud["nodes"]} == pids
            assert cloud["nodes"][cloud["node_idx"]]["pid"] == server.process.pid
            leaders.add(cloud["leader_idx"])
            for node in cloud["nodes"]:
                assert node["healthy"] and node["max_mem"] == 512 << 20 and node["num_keys"] >= 1
                assert 0 < node["free_mem"] < node["max_mem"] and node["open_fds"] > 3
                assert node["tcps_active"] == 2 and node["pojo_mem"] > 0 and node["nthreads"] == 1
            ping = server.json("GET", "/3/Ping")[1]
            assert len(ping["nodes"]) == 3 and all(node["free_mem"] > 0 for node in ping["nodes"])
        assert len(leaders) == 1 and leaders < {0, 1, 2}


def test_a_node_that_does_not_answer_is_shown_so_until_the_others_go_on_without_it():
    with cluster(3) as servers:
        wait_until(lambda: all(node["pid"] for node in cloud_of(servers[0])["nodes"]), 20)
        lost = servers[2].url.removeprefix("http://")
        servers[2].process.kill()
        seen_unhealthy = False

        def gone():
            nonlocal seen_unhealthy
            cloud = cloud_of(servers[0])
            sick = [node["ip_port"] for node in cloud["nodes"] if not node["healthy"]]
            seen_unhealthy = seen_unhealthy or sick == [lost]
            assert cloud["cloud_healthy"], "clients go on with two of three nodes"
            return cloud["cloud_size"] == 2

        # As R's client asks before each request: it hears of two nodes that are well, not of a sick one.
        nodes = servers[1].json("GET", "/3/Cloud?skip_ticks=true")[1]["nodes"]
        assert all(node["healthy"] for node in nodes)
        wait_until(gone, 20)
        wait_until(lambda: cloud_of(servers[0])["fully_replicated"], 20)


def test_metrics_are_what_prometheus_reads_and_move():
    with cluster(2) as servers:
        create_frame(servers[0], "table")
        servers[0].ask("GET", "/3/NoSuchThing")
        before = metrics_of(servers[0])
        assert before["process_cpu_seconds_total"][()] > 0 and before["process_open_fds"][()] > 3
        assert before["neve_memory_budget_bytes"][()] == 512 << 20
        assert 0 < before["neve_chunk_bytes"][()] <= before["neve_memory_budget_used_bytes"][()]
        assert before["neve_catalog_names"][()] >= 1
        assert before["neve_jobs"][(("status", "done"),)] == 1
        assert before["neve_http_requests_total"][(("code", "404"),)] == 1
        counts = before["neve_http_request_duration_seconds_bucket"]
        assert counts[(("le", "+Inf"),)] == before["neve_http_request_duration_seconds_count"][()]
        assert sorted(counts.values()) == list(counts.values())
        assert sum(before["neve_http_requests_total"].values()) == counts[(("le", "+Inf"),)]
        assert before["neve_members"][(("kind", "data"),)] == 2 and before["neve_voters"][()] == 2
        assert before["neve_raft_term"][()] >= 1
        assert before["neve_raft_applied_index"][()] <= before["neve_raft_commit_index"][()]
        assert (("reason", "other cluster"),) in before["neve_rpc_refused_total"]
        assert (("reason", "replayed"),) in before["neve_gossip_rejected_packets_total"]
        create_frame(servers[0], "more")
        after = metrics_of(servers[0])
        for name in ("neve_rpc_calls_total", "neve_rpc_sent_bytes_total", "neve_raft_commit_index",
                     "neve_gossip_sent_packets_total"):
            assert after[name][()] > before[name][()], name
        leads = [metrics_of(server)["neve_raft_is_leader"][()] for server in servers]
        assert sorted(leads) == [0, 1]


def test_metrics_ask_for_the_password_as_everything_else_does(tmp_path):
    users = tmp_path / "users"
    users.write_text("ann:$2y$04$Tj7BPCM0AbQn8M4zq3Jm6eyJ6m2fXr3Zzj5p1Vw2hOE4p2w7Sx6lW\n")
    with Server("--auth", str(users)) as server:
        assert server.ask("GET", "/metrics")[0] == server.ask("GET", "/3/Cloud")[0] == 401


def test_threads_ticks_and_events_come_from_every_node():
    with cluster(2) as servers:
        create_frame(servers[0], "table")
        for server in servers:
            traces = server.json("GET", "/3/JStack")[1]["traces"]
            assert {trace["node"] for trace in traces} == {"/" + one.url.removeprefix("http://") for one in servers}
            for trace in traces:
                named = {line.split('"')[1] for line in trace["thread_traces"]}
                assert {"gossip", "raft", "http", "steward"} <= named
                assert all("s user" in line for line in trace["thread_traces"])
            for place in (0, 1):
                ticks = server.json("GET", f"/3/WaterMeterCpuTicks/{place}")[1]["cpu_ticks"]
                assert ticks and all(len(cpu) == 4 and sum(cpu) > 0 for cpu in ticks)
            for place in (2, -1):
                status, refused = server.json("GET", f"/3/WaterMeterCpuTicks/{place}")
                assert status == 412 and "0 to 1" in refused["msg"]
            timeline = server.json("GET", "/3/Timeline")[1]
            events = timeline["events"]
            assert timeline["self"] == server.url.removeprefix("http://")
            assert {event["type"] for event in events} == {"heartbeat", "network_msg"}
            calls = [event for event in events if event["__meta"]["schema_name"] == "NetworkEvent"]
            puts = [event for event in calls if event["msg_type"] == "mr.run"]
            assert any(event["is_send"] for event in puts) and any(not event["is_send"] for event in puts)
            assert all(event["from"] != event["to"] for event in puts)
            dates = [event["date"] for event in events]
            assert dates == sorted(dates) or dates[0] > dates[-1]  # midnight came between


def test_the_network_between_all_pairs_is_measured():
    with cluster(3) as servers:
        test = servers[1].json("GET", "/3/NetworkTest")[1]
        assert len(test["nodes"]) == 3 and test["table"]["rowcount"] == 7  # all to all, and six pairs
        own = test["nodes"].index("/" + servers[1].url.removeprefix("http://"))
        for size in range(3):
            for place in range(3):
                took = test["microseconds"][size][place]
                assert took == "NaN" if place == own else took > 0
            assert test["microseconds_collective"][size] > 0 and test["bandwidths_collective"][size] > 0
        assert max(rate for rate in test["bandwidths"][2] if rate != "NaN") > 1e6
    with cluster(1) as (alone,):
        assert alone.json("GET", "/3/NetworkTest")[1]["table"]["rowcount"] == 0


@pytest.mark.parametrize("copies", [1, 2])
def test_a_drained_node_leaves_without_a_loss_while_jobs_run(copies):
    with cluster(3, "--replication", str(copies)) as servers:
        expected = create_frame(servers[0], "table")
        drained = servers[2]

        def drain(line):
            if line != "gbm":
                return
            done = command("drain", "--url", servers[1].url, "--node", drained.url.removeprefix("http://"),
                           "--wait", "60")
            assert done.returncode == 0, done.stderr
            assert "can be stopped" in done.stdout

        with_drain = session(servers[0], 20, drain)
        assert member_of(servers[0], drained)["role"] == "drained"
        assert drained.json("GET", "/3/Neve/Cluster")[0] == 200
        placed = create_frame(servers[0], "later")
        wait_until(lambda: member_of(servers[0], drained)["row_groups"] == 0, 20)
        wait_until(lambda: cloud_of(servers[0])["fully_replicated"], 20)
        assert drained.stop() == 0
        for server in servers[:2]:
            wait_until(lambda: size_of(server) == 2, 20)
            assert frame_checksum(server, "table") == expected
            assert frame_checksum(server, "later") == placed
            assert frame_checksum(server, "numbers") == with_drain["rows"]
    with cluster(1) as (alone,):
        assert session(alone, 20) == with_drain


def test_the_last_node_cannot_be_drained():
    with cluster(1) as (alone,):
        status, refused = alone.json("POST", "/3/Neve/Cluster/drain", "")
        assert status == 412 and "last" in refused["msg"]
        status, refused = alone.json("POST", "/3/Neve/Cluster/drain?node=1.2.3.4:5", "")
        assert status == 412 and "1.2.3.4:5" in refused["msg"]
        told = command("drain", "--url", alone.url)
        assert told.returncode == 1 and "last" in told.stderr


def test_a_node_that_joins_gets_its_share_of_what_is_there_and_nothing_changes():
    ports = free_ports(3)
    join = f"127.0.0.1:{ports[0]}"
    with contextlib.ExitStack() as stack:
        def start(number):
            return stack.enter_context(Server("-name", "grows", "-port", str(ports[number]), "--replication", "1",
                                              *(["--join", join] if number else [])))

        first = start(0)
        expected = create_frame(first, "table", 500_000)
        held = cloud_of(first)["nodes"][0]["mem_value_size"]
        others = [start(1), start(2)]
        wait_until(lambda: size_of(first) == 3, 20)

        def even():
            groups = [member["row_groups"] for member in neve_cluster(first)["members"]]
            sizes = [member["chunk_bytes"] for member in neve_cluster(first)["members"]]
            return len(groups) == 3 and max(groups) - min(groups) <= 2 and max(sizes) < 0.6 * held

        wait_until(even, 30)
        for server in (first, *others):
            assert frame_checksum(server, "table") == expected
        shown = command("rebalance", "--url", others[0].url)
        assert shown.returncode == 0 and shown.stdout.count(" data      healthy") == 3, shown.stdout + shown.stderr
        wait_until(lambda: neve_cluster(first)["fully_replicated"], 20)
        groups = [member["row_groups"] for member in neve_cluster(first)["members"]]
        assert max(groups) - min(groups) <= 1
        assert frame_checksum(others[1], "table") == expected


@pytest.mark.parametrize("copies", [1, 2])
def test_nodes_that_join_in_the_middle_of_a_training_change_nothing(copies):
    ports = free_ports(3)
    options = ["-name", "grows", "--replication", str(copies), "--nthreads", "1"]
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(Server(*options, "-port", str(ports[0])))
        later = []

        def join(line):
            if line == "gbm":
                later.extend(stack.enter_context(Server(*options, "-port", str(port), "--join",
                                                        f"127.0.0.1:{ports[0]}", wait=False)) for port in ports[1:])

        grown = session(first, 60, join)
        for server in later:
            server.await_start()
        wait_until(lambda: size_of(first) == 3, 20)
        wait_until(lambda: neve_cluster(first)["fully_replicated"], 20)
        for server in (first, *later):
            assert frame_checksum(server, "numbers") == grown["rows"]
            assert frame_checksum(server, "predicted") == grown["predicted"]
    with cluster(1) as (alone,):
        assert session(alone, 60) == grown


def test_with_a_witness_two_nodes_bear_the_loss_of_one():
    ports = free_ports(3)
    data = ",".join(f"127.0.0.1:{port}" for port in ports[:2])
    with contextlib.ExitStack() as stack:
        def start(port, *options):
            return stack.enter_context(Server("-name", "witnessed", "-port", str(port), "--join", data, *options,
                                              wait=False))

        servers = [start(port) for port in ports[:2]]
        witness = start(ports[2], "--witness")
        for server in (*servers, witness):
            server.await_start()
        wait_until(lambda: len(neve_cluster(servers[0])["members"]) == 3, 20)
        wait_until(lambda: cloud_of(servers[0])["missing_votes"] == 0, 20)
        expected = create_frame(servers[0], "table")
        cloud = cloud_of(witness)
        assert cloud["is_client"] and cloud["cloud_size"] == 2 and cloud["node_idx"] == -1
        assert member_of(servers[0], witness)["role"] == "witness"
        assert member_of(servers[0], witness)["row_groups"] == 0
        status, refused = witness.json("GET", "/3/Frames/table")
        assert status == 421 and servers[0].url in refused["msg"], refused
        assert metrics_of(witness)["neve_members"][(("kind", "witness"),)] == 1
        assert metrics_of(witness)["neve_chunk_bytes"][()] == 0
        servers[1].process.kill()
        wait_until(lambda: size_of(servers[0]) == 1, 20)
        assert servers[0].json("POST", "/4/sessions", "")[0] == 200, "writes go on"
        assert frame_checksum(servers[0], "table") == expected
        assert create_frame(servers[0], "table_again") == expected


def test_a_witness_needs_somebody_to_join():
    told = subprocess.run([BINARY, "--witness"], capture_output=True, text=True)
    assert told.returncode == 2 and "--join" in told.stderr


def test_the_command_says_what_is_wrong():
    with cluster(1) as (alone,):
        shown = command("status", "--url", alone.url)
        assert shown.returncode == 0 and alone.url.removeprefix("http://") in shown.stdout
        assert "All copies and votes are there." in shown.stdout
    assert command("status", "--url", alone.url).returncode == 1
    wrong = command("status", "--url", "nowhere")
    assert wrong.returncode == 2 and "http://127.0.0.1:54321" in wrong.stderr
