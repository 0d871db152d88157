"""A client's session in named phases, each of which may be disturbed: import, GLM, GBM, sort, prediction, download."""
import hashlib
import json
import random
import threading
import time
import urllib.parse
from dataclasses import dataclass, field

PHASES = ("parse", "glm", "gbm", "sort", "predict", "download")


@dataclass(frozen=True)
class Size:
    """How much there is to do; links that are slow allow of less."""
    rows: int = 30_000
    trees: int = 30
    depth: int = 5


def write_table(path, rows):
    """Numbers, categories, gaps, and a response that hangs on them."""
    dice = random.Random(7)
    with open(path, "w") as out:
        out.write("a,b,c,d,e,kind,response\n")
        for _ in range(rows):
            numbers = [dice.gauss(0, 1) for _ in range(5)]
            kind = dice.choice("pqrstuv")
            yes = numbers[0] + numbers[1] * numbers[2] + (kind in "pq") + dice.gauss(0, 1) > 0.5
            cells = ["" if dice.random() < 0.02 else f"{number:.5f}" for number in numbers]
            out.write(",".join([*cells, kind, "yes" if yes else "no"]) + "\n")


class Refused(Exception):
    """A node answered with an error."""

    def __init__(self, what, status, body):
        super().__init__(f"{what}: {status} {body[:600]!r}")
        self.status = status
        self.body = body


@dataclass
class Work:
    """Does the phases one after the other, on the calling thread."""
    client: object
    table: str
    size: Size
    on_phase: object = lambda name: None
    acknowledged: dict = field(default_factory=dict)  # path -> checksum
    results: dict = field(default_factory=dict)
    seconds: dict = field(default_factory=dict)
    signs: list = field(default_factory=list)  # when it went on, on the monotonic clock
    error: Exception = None

    def run(self):
        for phase in PHASES:
            began = time.monotonic()
            self.on_phase(phase)
            getattr(self, phase)()
            self.seconds[phase] = time.monotonic() - began
            self.signs.append(time.monotonic())

    def start(self):
        def work():
            try:
                self.run()
            except Exception as error:
                self.error = error

        self.thread = threading.Thread(target=work)
        self.thread.start()

    def finish(self, seconds):
        self.thread.join(seconds)
        assert not self.thread.is_alive(), f"the session is not done after {seconds} s: {self.seconds}"
        if self.error:
            raise self.error

    def post(self, path, **form):
        return self.checked("POST", path, urllib.parse.urlencode(form))

    def get(self, path):
        return self.checked("GET", path)

    def checked(self, method, path, body=None):
        status, text = self.client.ask(method, path, body)
        if status != 200:
            raise Refused(f"{method} {path}", status, text)
        return json.loads(text)

    def job(self, path, **form):
        """Starts a job and waits for its end, at whichever node can be asked."""
        answer = self.post(path, **form)
        key = (answer.get("job") or answer)["key"]["name"]
        progress = -1
        while True:
            job = self.get("/3/Jobs/" + urllib.parse.quote(key))["jobs"][0]
            if job["status"] == "DONE":
                return
            assert job["status"] in ("CREATED", "RUNNING"), f"{key}: {job['status']} {job.get('exception')}"
            if job["progress"] != progress:
                progress = job["progress"]
                self.signs.append(time.monotonic())
            time.sleep(0.02)  # tidy: allow(sleep) between looks at a job

    def keep(self, name, path, checksum_of):
        """From now on it must not be lost."""
        self.results[name] = self.acknowledged[path] = checksum_of(self.get(path))

    def keep_frame(self, name):
        self.keep(name, f"/3/Frames/{name}?row_count=1", frame_checksum)

    def parse(self):
        self.get("/3/ImportFiles?path=" + urllib.parse.quote(self.table))
        form = {"source_frames": json.dumps(["nfs:/" + self.table]), "parse_type": "CSV", "separator": 44,
                "check_header": 1, "number_columns": 7, "single_quotes": "false",
                "column_names": json.dumps(["a", "b", "c", "d", "e", "kind", "response"]),
                "column_types": json.dumps(["Numeric"] * 5 + ["Enum"] * 2), "delete_on_done": "false",
                "destination_frame": "rows"}
        self.job("/3/Parse", **form)
        self.keep_frame("rows")

    def glm(self):
        self.job("/3/ModelBuilders/glm", model_id="glm", training_frame="rows", response_column="response",
                 family="binomial", seed=1, **{"lambda": "[0.001]"})
        self.keep("glm", "/3/Models/glm", model_checksum)

    def gbm(self):
        self.job("/3/ModelBuilders/gbm", model_id="gbm", training_frame="rows", response_column="response",
                 ntrees=self.size.trees, max_depth=self.size.depth, seed=1, sample_rate=0.8)
        self.keep("gbm", "/3/Models/gbm", model_checksum)

    def sort(self):
        self.post("/99/Rapids", ast="(assign sorted (sort rows [1 0] [1 1]))")
        self.keep_frame("sorted")

    def predict(self):
        self.job("/4/Predictions/models/gbm/frames/rows", predictions_frame="predicted")
        self.keep_frame("predicted")

    def download(self):
        status, text = self.client.ask("GET", "/3/DownloadDataset?frame_id=sorted")
        if status != 200:
            raise Refused("download", status, text)
        self.results["download"] = hashlib.sha256(text).hexdigest()


def frame_checksum(answer):
    return answer["frames"][0]["checksum"]


def model_checksum(answer):
    return answer["models"][0]["output"]["training_metrics"]["model_checksum"]


def checksum_at(node, path):
    """What a node says of an acknowledged object."""
    status, answer = node.json("GET", path)
    assert status == 200, f"{path} on {node}: {status} {answer.get('msg')}"
    return (frame_checksum if path.startswith("/3/Frames") else model_checksum)(answer)


def names_at(node):
    frames = node.json("GET", "/3/Frames")[1]["frames"]
    models = node.json("GET", "/3/Models")[1]["models"]
    return sorted([frame["frame_id"]["name"] for frame in frames] + [model["model_id"]["name"] for model in models])


def check_survivors(nodes, work):
    """Every acknowledged object is on every node with its checksum, and all list the same names."""
    for node in nodes:
        for path, checksum in work.acknowledged.items():
            told = checksum_at(node, path)
            assert told == checksum, f"{path} on {node}: {told} instead of {checksum}"
    listed = {str(node): names_at(node) for node in nodes}
    assert len(set(map(str, listed.values()))) == 1, f"names differ: {listed}"
