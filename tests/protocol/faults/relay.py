"""Carries IP packets between the nodes' namespaces, each link as its weather says.

Runs as a process of its own: `relay.py <seed> <device's file>...`, device i being that of address 10.77.0.(i + 1). Lines of
JSON come in, and each is answered by one: {"links": [[from, to], ...], "weather": {...} or null} or {"count": true}.
"""
import heapq
import json
import os
import random
import select
import sys
import time

MOST_BYTES = 65_535
UDP = 17
PACKETS_AT_ONCE = 64  # of one device, before the others have their turn


class Link:
    """One direction between two nodes; its dice are its own, so that they do not depend on other links' packets."""

    def __init__(self, seed, name):
        self.dice = random.Random(f"{seed} {name}")
        self.weather = None
        self.free_at = 0.0  # so that packets stay in their order

    def arrivals(self, now):
        """When a packet that is sent now arrives: never, once, or twice."""
        weather = self.weather
        if weather is None:
            return (0.0,)
        if weather.get("cut") or self.dice.random() < weather.get("loss", 0):
            return ()
        at = now + (weather.get("delay_ms", 0) + self.dice.random() * weather.get("jitter_ms", 0)) / 1000
        if self.dice.random() < weather.get("reorder", 0):
            at += self.dice.random() * weather["reorder_ms"] / 1000
        else:
            self.free_at = at = max(at, self.free_at)
        return (at, at) if self.dice.random() < weather.get("duplicate", 0) else (at,)


class Relay:
    def __init__(self, seed, devices):
        self.devices = devices
        self.links = {(source, target): Link(seed, f"{source}>{target}")
                      for source in range(len(devices)) for target in range(len(devices)) if source != target}
        self.waiting = []  # (when, number, device, packet)
        self.number = 0
        self.sent = [[0, 0] for _ in devices]  # bytes by node: UDP, all

    def take(self, source, packet):
        """Of a version 4 header: protocol in byte 9, the target's address up to byte 19."""
        target = packet[19] - 1 if packet[0] >> 4 == 4 else None
        link = self.links.get((source, target))
        if link is None:
            return
        counts = self.sent[source]
        counts[1] += len(packet)
        if packet[9] == UDP:
            counts[0] += len(packet)
        now = time.monotonic()
        for arrival in link.arrivals(now):
            if arrival <= now:
                os.write(self.devices[target], packet)
            else:
                self.number += 1
                heapq.heappush(self.waiting, (arrival, self.number, self.devices[target], packet))

    def deliver(self):
        """Hands over what is due; seconds until the next."""
        while self.waiting:
            left = self.waiting[0][0] - time.monotonic()
            if left > 0:
                return left
            _, _, device, packet = heapq.heappop(self.waiting)
            os.write(device, packet)
        return None

    def obey(self, order):
        if "count" in order:
            return self.sent
        for source, target in order["links"]:
            self.links[source, target].weather = order["weather"]
        return None

    def run(self):
        source_of = {device: source for source, device in enumerate(self.devices)}
        poll = select.epoll()
        for device in self.devices:
            os.set_blocking(device, False)
            poll.register(device, select.EPOLLIN)
        poll.register(sys.stdin, select.EPOLLIN)
        while True:
            for file, _ in poll.poll(self.deliver()):
                if file not in source_of:
                    line = sys.stdin.readline()
                    if not line:
                        return
                    print(json.dumps(self.obey(json.loads(line))), flush=True)
                    continue
                try:
                    for _ in range(PACKETS_AT_ONCE):
                        self.take(source_of[file], os.read(file, MOST_BYTES))
                except BlockingIOError:
                    pass


if __name__ == "__main__":
    Relay(int(sys.argv[1]), [int(text) for text in sys.argv[2:]]).run()
