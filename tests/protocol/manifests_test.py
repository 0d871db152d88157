"""The files in docker/: valid for Kubernetes, and with options that the program has."""
import re
import subprocess

import kubernetes_validate
import pytest
import yaml

from server import BINARY, ROOT

DOCKER = ROOT / "docker"
MANIFESTS = list(yaml.safe_load_all((DOCKER / "kubernetes.yaml").read_text()))


def manifest(kind, name="neve"):
    return next(one for one in MANIFESTS if one["kind"] == kind and one["metadata"]["name"] == name)


def options_of(words):
    return {word.split("=")[0] for word in words if word.startswith("--")}


@pytest.fixture(scope="module")
def known_options():
    return set(re.findall(r"--[a-z0-9-]+", subprocess.run([BINARY, "--help"], capture_output=True, text=True).stdout))


@pytest.mark.parametrize("number", range(len(MANIFESTS)))
def test_manifests_are_valid(number):
    kubernetes_validate.validate(MANIFESTS[number], "1.30", strict=True)


def test_an_invalid_manifest_is_found():
    broken = {**manifest("StatefulSet"), "spec": {"replicas": "three"}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, "1.30", strict=True)


def test_the_stateful_set_starts_as_many_nodes_as_it_expects_at_a_name_that_is_served(known_options):
    stateful = manifest("StatefulSet")["spec"]
    container = stateful["template"]["spec"]["containers"][0]
    assert options_of(container["args"]) <= known_options
    assert f"--expect={stateful['replicas']}" in container["args"]
    headless = manifest("Service", stateful["serviceName"])
    assert headless["spec"]["clusterIP"] == "None" and headless["spec"]["publishNotReadyAddresses"]
    assert f"--join={stateful['serviceName']}.$(NAMESPACE).svc:54321" in container["args"]
    ports = {(port["containerPort"], port.get("protocol", "TCP")) for port in container["ports"]}
    assert {(port["port"], port.get("protocol", "TCP")) for port in headless["spec"]["ports"]} == ports
    labels = stateful["template"]["metadata"]["labels"]
    for service in (headless, manifest("Service")):
        assert service["spec"]["selector"].items() <= labels.items()
    mounted = {volume["name"] for volume in stateful["template"]["spec"]["volumes"]}
    for part in (container, *stateful["template"]["spec"]["initContainers"]):
        assert {mount["name"] for mount in part["volumeMounts"]} <= mounted


def test_a_pod_drains_before_it_stops_and_has_the_time_to():
    pod = manifest("StatefulSet")["spec"]["template"]["spec"]
    command = pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][-1]
    words = command.split()
    known = subprocess.run([BINARY, "cluster", "--help"], capture_output=True, text=True).stdout
    assert words[:3] == ["neve", "cluster", "drain"] and "drain" in known
    assert options_of(words) <= set(re.findall(r"--[a-z-]+", known))
    assert int(words[words.index("--wait") + 1]) < pod["terminationGracePeriodSeconds"]


def test_the_compose_file_starts_three_nodes_that_list_each_other(known_options):
    services = yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"]
    nodes = {name: service for name, service in services.items() if name != "secrets"}
    assert len(nodes) == 3
    for name, node in nodes.items():
        words = node["command"].split()
        assert options_of(words) <= known_options
        assert words[words.index("--ip") + 1] == name
        assert words[words.index("--join") + 1].split(",") == sorted(nodes)
        assert all(port.startswith("127.0.0.1:") for port in node["ports"])


def test_the_image_is_made_by_the_dev_script():
    text = (DOCKER / "Dockerfile").read_text()
    runs = "".join(line for line in text.splitlines() if line.startswith("RUN"))
    steps = re.findall(r"(?:\./|/opt/neve/)dev ([a-z]+)", runs)
    assert steps == ["build", "install", "setup"]
    commands = re.search(r"^  setup \|.*$", (ROOT / "dev").read_text(), re.MULTILINE).group(0)
    assert all(f" {step} " in commands for step in steps)
