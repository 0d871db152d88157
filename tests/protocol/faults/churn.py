"""Joins and deaths in a cluster of five idle nodes, one after the other, and what gossip costs meanwhile."""
import time

from .fleet import Fleet

SIZE = 5
QUIET_S = 5


def gossip_bytes(net):
    """UDP bytes that a node sends in a second while nothing happens."""
    before, began = net.sent(), time.monotonic()
    time.sleep(QUIET_S)  # tidy: allow(sleep) what is measured is a rate
    after, ended = net.sent(), time.monotonic()
    return max(late[0] - early[0] for early, late in zip(before, after)) / (ended - began)


def churn(net, folder, dice, count, report):
    """Kills and starts nodes by turns; `report` gets each event's figures."""
    with Fleet(net, SIZE, folder=folder) as fleet:
        report(0, {"gossip_bytes_per_s": gossip_bytes(net)})
        for event in range(1, count + 1):
            victim = dice.choice(fleet.nodes)
            victim.kill()
            killed = time.monotonic()
            agreed = fleet.await_size(SIZE - 1, 30) - killed
            began = time.monotonic()
            victim.start()
            first = None
            while first is None:
                if any(node.size() == SIZE for node in fleet.living):
                    first = time.monotonic()
            visible = fleet.await_size(SIZE, 30)
            report(event, {"agreed": agreed, "start_to_visible": visible - began, "first_to_all": visible - first})
