"""What is done to a cluster in each kind of case. A case returns its figures in seconds; what must not be raises."""
import http.client
import json
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from server import wait_until

from . import network
from .fleet import Client, Fleet
from .work import PHASES, Size, Work, check_survivors

WHOLE = Size(rows=100_000, trees=20, depth=5)
LOSSY = Size(rows=30_000, trees=8, depth=4)
SLOW = Size(rows=5_000, trees=2, depth=2)  # every step of a distributed run waits for 400 ms there
HEALS_WITHIN_S = 10
CASE_WITHIN_S = 120
READS_WITHIN_S = 60  # where rows are out of reach, until that is certain


@dataclass
class Case:
    """One cluster that is disturbed; `dice` decides all that is not given."""
    number: int
    dice: object
    net: network.Network
    folder: Path
    size: Size
    pace: dict  # seconds of each phase, undisturbed
    expected: dict
    table: str
    what: str = ""

    def fleet(self, size, **further):
        return Fleet(self.net, size, sealed=self.dice.random() < 0.5, folder=self.folder, **further)

    def work(self, client, on_phase=lambda name: None):
        return Work(client, self.table, self.size, on_phase)

    def moment(self, action):
        """A listener for phases that lets the action happen at a random moment of a random one."""
        phase, part = self.dice.choice(PHASES), self.dice.random()
        delay = part * self.pace[phase]
        self.what = f"{phase} + {delay:.2f} s"

        def begun(name):
            if name == phase:
                self.timer = threading.Timer(delay, action)
                self.timer.start()

        return begun

    def finish(self, work):
        """The session's end, with the results of an undisturbed one."""
        work.finish(CASE_WITHIN_S)
        assert work.results == self.expected, f"{work.results} instead of {self.expected}"


class Death:
    """Watches from the moment of a blow on when all other nodes have agreed that one is gone."""

    def __init__(self, fleet, victim):
        self.others = [node for node in fleet.nodes if node is not victim]
        self.fleet = fleet
        self.struck = self.seen = None
        self.thread = threading.Thread(target=self.watch)

    def begin(self):
        self.struck = time.monotonic()
        self.thread.start()

    def watch(self):
        self.seen = self.fleet.await_size(len(self.others), CASE_WITHIN_S, self.others)

    def seconds(self):
        self.thread.join()
        assert self.seen is not None, "the others have not agreed on the death"
        return self.seen - self.struck


def longest_silence(work, since):
    signs = [since, *(sign for sign in work.signs if sign > since)]
    return max((later - sooner for sooner, later in zip(signs, signs[1:])), default=0.0)


def kill(case):
    """SIGKILL for any node, the asked one too, at a random moment of the session."""
    with case.fleet(3) as fleet:
        asked, victim = case.dice.choice(fleet.nodes), case.dice.choice(fleet.nodes)
        death = Death(fleet, victim)

        def strike():
            victim.kill()
            death.begin()

        work = case.work(Client(fleet.nodes, asked), case.moment(strike))
        case.what += f", asked {asked}, killed {victim}"
        work.start()
        case.finish(work)
        case.timer.join()
        agreed = death.seconds()
        check_survivors(fleet.living, work)
        return {"agreed": agreed, "silence": longest_silence(work, death.struck)}


def join(case):
    """One more node while the session runs."""
    with case.fleet(3) as fleet:
        began = []

        def enter():
            began.append(time.monotonic())
            fleet.add(3).start()

        work = case.work(Client(fleet.nodes[:3], case.dice.choice(fleet.nodes)), case.moment(enter))
        work.start()
        while not began and work.thread.is_alive():
            time.sleep(0.01)  # tidy: allow(sleep) until the random moment
        case.timer.join()
        visible = fleet.await_size(4, 20) - began[0]
        case.finish(work)
        check_survivors(fleet.nodes, work)
        return {"visible": visible}


def outsiders(case, fleet):
    """A minority, and which links the partition cuts."""
    count = case.dice.randint(1, (len(fleet.nodes) - 1) // 2)
    minority = case.dice.sample(range(len(fleet.nodes)), count)
    majority = [place for place in range(len(fleet.nodes)) if place not in minority]
    out, into = case.net.links(minority, majority), case.net.links(majority, minority)
    form, cut = case.dice.choice([("split", out + into), ("cannot speak", out), ("cannot hear", into)])
    return minority, majority, form, cut


def writes(node):
    try:
        return node.json("POST", "/4/sessions")[0] == 200
    except (OSError, http.client.HTTPException, ValueError):
        return False


def try_to_write(node, healed, tried):
    """Asks for a session at a node of the minority, again and again until the partition is over."""
    while not healed.is_set():
        try:
            status, answer = node.json("POST", "/4/sessions", timeout=40)
        except ConnectionError:
            continue  # it has heard that it was given up, and starts anew
        except (OSError, http.client.HTTPException, ValueError):
            status, answer = 0, {}
        if healed.is_set():
            return
        tried.append((status, answer.get("msg", "")))
        time.sleep(0.1)  # tidy: allow(sleep) between attempts


REFUSALS = ("No quorum", "gone on without this node", "has removed this node", "no longer takes part")


def check_refused(tried):
    """No write of a minority is acknowledged; the refusal is typed."""
    for status, message in tried:
        is_typed = status == 503 and any(refusal in message for refusal in REFUSALS)
        assert is_typed, f"a minority's write got {status} {message!r}"


def read_at(node, paths, healed, answers):
    """Asks a node of the minority for what was acknowledged before; models are everywhere, rows perhaps not."""
    for path in paths:
        try:
            answers.append((path, *node.ask("GET", path, timeout=READS_WITHIN_S)))
        except (OSError, http.client.HTTPException) as error:
            if healed.is_set():
                return  # it starts anew
            answers.append((path, 0, repr(error)))


def check_read(answers, checksums):
    """What is told is right; what cannot be told is refused with a typed error, and no model is."""
    for path, status, text in answers:
        assert status == 200 or (status == 503 and path.startswith("/3/Frames")), f"{path}: {status} {text[:300]}"
        assert status == 503 or str(checksums[path]).encode() in text, f"{path} is another one in the minority"


def partition(case):
    """Some nodes can not hear the others, or not be heard, or both; most of them go on."""
    size = case.dice.randint(3, 5)
    # Two nodes may go at once, so rows need a third.
    with case.fleet(size, options=["--replication", "3"] if size == 5 else []) as fleet:
        minority, majority, form, cut = outsiders(case, fleet)
        lasts = case.dice.uniform(1, 12)
        client = Client([fleet.nodes[place] for place in majority], fleet.nodes[case.dice.choice(majority)])
        begun, healed, tried, answers = threading.Event(), threading.Event(), [], []

        def part():
            case.net.set_weather(cut, {"cut": True})
            begun.set()

        work = case.work(client, case.moment(part))
        case.what = f"{form}, {minority} of {len(fleet.nodes)}, {lasts:.1f} s, {case.what}"
        work.start()
        begun.wait(CASE_WITHIN_S)
        lonely = fleet.nodes[minority[0]]
        writer = threading.Thread(target=try_to_write, args=(lonely, healed, tried))
        until = time.monotonic() + lasts
        case.timer.join()
        known = list(work.acknowledged) if form == "split" else []
        reader = threading.Thread(target=read_at, args=(lonely, known, healed, answers))
        writer.start()
        reader.start()
        while time.monotonic() < until:
            time.sleep(0.01)  # tidy: allow(sleep) the partition lasts
        healed.set()
        case.net.set_weather(cut, None)
        mended = time.monotonic()
        check_refused(tried)
        fleet.await_size(len(fleet.nodes), HEALS_WITHIN_S + 20)
        for place in minority:
            wait_until(lambda: writes(fleet.nodes[place]), HEALS_WITHIN_S + 20)
        whole = time.monotonic() - mended
        writer.join()
        reader.join()
        case.finish(work)
        check_read(answers, work.acknowledged)
        check_survivors(fleet.nodes, work)
        assert whole <= HEALS_WITHIN_S, f"healed after {whole:.1f} s"
        return {"heal": whole, "silence": longest_silence(work, until - lasts), "refused": len(tried)}


def bad_weather(case, weather):
    """A session over links that are bad, but not so bad that anybody may be taken for dead."""
    with case.fleet(case.dice.randint(3, 5)) as fleet:
        case.net.set_weather(case.net.links(), weather)
        case.what = f"{len(fleet.nodes)} nodes"
        began = time.monotonic()
        work = case.work(Client(fleet.nodes, case.dice.choice(fleet.nodes)))
        work.start()
        case.finish(work)
        taken = time.monotonic() - began
        case.what += "".join(f", {phase} {seconds:.1f} s" for phase, seconds in work.seconds.items())
        while time.monotonic() < began + 10:
            assert all(node.size() == len(fleet.nodes) for node in fleet.nodes), "a node is missing"
            time.sleep(0.1)  # tidy: allow(sleep) time for a false death
        case.net.set_weather(case.net.links(), None)
        check_survivors(fleet.nodes, work)
        for node in fleet.nodes:
            assert "Gone:" not in node.log(), f"{node} took another for dead"
        return {"session": taken}


def loss(case):
    """A tenth of all packets is lost, some come twice or late by up to 1 ms."""
    return bad_weather(case, {"loss": 0.1, "jitter_ms": 0.3, "duplicate": 0.01, "reorder": 0.02, "reorder_ms": 0.7})


def delay(case):
    """Every packet takes 200 ms."""
    return bad_weather(case, {"delay_ms": 200})


def stop(case):
    """SIGSTOP for 20 s: the others go on without the node, and it comes back."""
    with case.fleet(3) as fleet:
        asked, victim = case.dice.sample(fleet.nodes, 2)
        death = Death(fleet, victim)

        def strike():
            victim.signal(signal.SIGSTOP)
            death.begin()

        work = case.work(Client(fleet.nodes, asked), case.moment(strike))
        work.start()
        case.finish(work)
        case.timer.join()
        agreed = death.seconds()
        check_survivors(death.others, work)
        stopped = max(20, time.monotonic() - death.struck)
        while time.monotonic() < death.struck + stopped:
            time.sleep(0.05)  # tidy: allow(sleep) the node stands still for 20 s
        victim.signal(signal.SIGCONT)
        back = fleet.await_size(3, HEALS_WITHIN_S + 20) - (death.struck + stopped)
        check_survivors(fleet.nodes, work)
        assert back <= HEALS_WITHIN_S, f"back after {back:.1f} s"
        return {"agreed": agreed, "silence": longest_silence(work, death.struck), "back": back}


def disk(case):
    """The disk of one node's logs is full from a random moment on."""
    with case.fleet(3, options=["--log-level", "DEBUG"]) as fleet:
        asked, victim = case.dice.choice(fleet.nodes), case.dice.choice(fleet.nodes)
        work = case.work(Client(fleet.nodes, asked), case.moment(lambda: fill(victim.folder / "logs")))
        work.start()
        case.finish(work)
        case.timer.join()
        check_survivors(fleet.nodes, work)
        fleet.await_size(3, 5)
        return {}


def before_disk(folder):
    """Gives each node a small disk for its logs."""
    for place in range(3):
        logs = folder / f"node{place}" / "logs"
        logs.mkdir(parents=True)
        network.run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(logs))


def fill(folder):
    with open(folder / "ballast", "wb", buffering=0) as out:
        try:
            while True:
                out.write(bytes(4096))
        except OSError:
            pass


def memory(case):
    """Requests for more than fits are refused, and the rest goes on."""
    with case.fleet(3, options=["--memory", "64M"]) as fleet:
        asked = case.dice.choice(fleet.nodes)
        client = Client(fleet.nodes, asked)
        work = case.work(client)
        refused = []
        work.on_phase = lambda name: refused.append(ask_too_much(asked, case.dice))
        work.start()
        case.finish(work)
        assert len(fleet.living) == 3 and client.moves == 0, "a node has died"
        check_survivors(fleet.nodes, work)
        assert all(refused), "a frame larger than the memory was made"
        return {}


def ask_too_much(node, dice):
    """Whether a frame of 1 to 4 GB of random numbers is refused, with how much is missing."""
    rows = dice.randint(1_000_000, 4_000_000)
    status, answer = node.json(
        "POST", "/3/CreateFrame", f"dest=large&rows={rows}&cols=128&seed=1&categorical_fraction=0&integer_fraction=0"
        "&binary_fraction=0")
    if status != 200:
        return tells_what_is_missing(answer.get("msg", ""))
    key = answer["key"]["name"]
    job = {}

    def ended():
        job.update(node.json("GET", f"/3/Jobs/{key}")[1]["jobs"][0])
        return job["status"] not in ("CREATED", "RUNNING")

    wait_until(ended, 60)
    return job["status"] == "FAILED" and tells_what_is_missing(json.dumps(job))


def tells_what_is_missing(message):
    assert "emory" in message and "needs" in message, message
    return True


@dataclass(frozen=True)
class Kind:
    """How cases of a kind run, what their session does, and what the machine must be given before."""
    run: object
    size: Size = WHOLE
    prepare: object = lambda folder: None


KINDS = {"kill": Kind(kill), "partition": Kind(partition), "loss": Kind(loss, LOSSY), "delay": Kind(delay, SLOW),
         "stop": Kind(stop), "join": Kind(join), "disk": Kind(disk, prepare=before_disk), "memory": Kind(memory, SLOW)}
