"""Asks a server for the values of Rapids expressions, without a client, and compares them with what they should be."""
import http.client
import io
import json
from urllib.parse import quote, urlencode

import numpy as np
import pandas

from frames import Column, Frame, csv_of

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Refused(Exception):
    """The server says that an expression is wrong; `status` is of its answer."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Session:
    """A session of a server, over one connection."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection(server.host, server.port, timeout=120)
        self.key = self.ask("POST", "/4/sessions")["session_key"]
        self.made = 0

    def send(self, method, path, body=None, headers=None):
        self.connection.request(method, path, body, headers or {})
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def ask(self, method, path, **fields):
        status, text = self.send(method, path, urlencode(fields) if fields else None, FORM if fields else None)
        answer = json.loads(text)
        if status != 200:
            raise Refused(status, answer["msg"])
        return answer

    def load(self, name, frame):
        """Gives the server the frame under this name, as its file is parsed."""
        source = json.loads(self.send("POST", "/3/PostFile", csv_of(frame).encode())[1])["destination_frame"]
        job = self.ask("POST", "/3/Parse", destination_frame=name, source_frames=json.dumps([source]), parse_type="CSV",
                       separator=44, check_header=1, number_columns=len(frame), single_quotes=False, delete_on_done=True,
                       column_names=json.dumps(list(frame)),
                       column_types=json.dumps([column.kind for column in frame.values()]))["job"]
        self.await_job(job)

    def train(self, frame):
        """Models of a frame like `mixed` for the calls that need some: tree_model and rank_model of `answered`,
        tree_segments, and word_model of `spoken`."""
        self.value(f"(assign answered (cbind (cols {frame} ['x' 'n' 'size']) (as.factor (> (cols {frame} 'p') 1))))")
        for path, own in (("ModelBuilders", {"model_id": "tree_model"}),
                          ("SegmentModelsBuilders", {"segment_models_id": "tree_segments", "segment_columns": '["size"]'})):
            started = self.ask("POST", f"/3/{path}/gbm", training_frame="answered", response_column="p", ntrees=2, min_rows=1,
                               seed=1, **own)
            self.await_job(started.get("job", started))
        self.value(f"(assign spoken (tokenize (as.character (cols {frame} 'city')) ' '))")
        self.await_job(self.ask("POST", "/3/ModelBuilders/word2vec", training_frame="spoken", model_id="word_model",
                                vec_size=3, epochs=1, min_word_freq=1)["job"])
        self.await_job(self.ask("POST", "/3/ModelBuilders/glrm", model_id="rank_model", training_frame="answered", k=1, seed=1,
                                ignored_columns='["size", "p"]', max_iterations=3)["job"])

    def await_job(self, job):
        while job["status"] in ("CREATED", "RUNNING"):  # the server answers late, so that this does not spin
            job = self.ask("GET", f"/3/Jobs/{job['key']['name']}")["jobs"][0]
        assert job["status"] == "DONE", job

    def value(self, expression):
        """A number, a text or a list; None where there is nothing to show."""
        answer = self.ask("POST", "/99/Rapids", ast=expression, session_id=self.key)
        if "scalar" in answer:
            scalar = answer["scalar"]
            return [number_of(one) for one in scalar] if isinstance(scalar, list) else number_of(scalar)
        return answer.get("string")

    def gives_frame(self, expression):
        return "num_rows" in self.ask("POST", "/99/Rapids", ast=expression, session_id=self.key)

    def assign(self, name, expression):
        """Keeps the value under a global name; its checksum."""
        self.ask("POST", "/99/Rapids", ast=f"(assign {name} {expression})", session_id=self.key)
        return self.ask("GET", f"/3/Frames/{name}?row_count=0")["frames"][0]["checksum"]

    def frame(self, expression):
        """The frame that an expression makes, as it is downloaded."""
        self.made += 1
        key = f"parity_{self.made}"
        self.ask("POST", "/99/Rapids", ast=f"(tmp= {key} {expression})", session_id=self.key)
        try:
            return self.download(key)
        finally:
            self.value(f"(rm {key})")

    def download(self, key):
        shown = self.ask("GET", f"/3/Frames/{key}?row_count=0")["frames"][0]
        columns = shown["columns"]
        if not columns:
            return Frame()
        status, text = self.send("GET", "/3/DownloadDataset?frame_id=" + quote(key, safe=""))
        assert status == 200, text
        is_text = [column["type"] in ("enum", "string", "uuid") for column in columns]
        table = pandas.read_csv(io.BytesIO(text), header=0, names=range(len(columns)), keep_default_na=False,
                                na_values={i: [""] for i in range(len(columns))},
                                dtype={i: object if t else float for i, t in enumerate(is_text)}, skip_blank_lines=False)
        return Frame({column["label"]: column_of(column, table[i].to_numpy()) for i, column in enumerate(columns)})


def number_of(value):
    return float(value) if value in ("NaN", "Infinity", "-Infinity") else value


def column_of(shown, cells):
    kind = {"int": "Numeric", "real": "Numeric", "bad": "Numeric", "enum": "Enum", "time": "Time"}.get(shown["type"], "String")
    if kind in ("Numeric", "Time"):
        return Column(kind, cells.astype(float))
    made = np.empty(len(cells), dtype=object)
    made[:] = [None if cell != cell else str(cell) for cell in cells]
    return Column(kind, made, shown["domain"] or [])


def same_numbers(got, wanted, relative=1e-12, absolute=1e-12, what=""):
    """NaN equals NaN, infinities equal themselves."""
    got, wanted = np.asarray(got, dtype=float), np.asarray(wanted, dtype=float)
    assert got.shape == wanted.shape, f"{what}: {got.shape} cells instead of {wanted.shape}"
    np.testing.assert_allclose(got, wanted, rtol=relative, atol=absolute, equal_nan=True, err_msg=what)


def same_texts(got, wanted, what=""):
    """An empty text is downloaded as one that is missing is, so they count as equal."""
    got, wanted = [cell or None for cell in got], [cell or None for cell in wanted]
    assert len(got) == len(wanted), f"{what}: {len(got)} cells instead of {len(wanted)}"
    wrong = [(i, g, w) for i, (g, w) in enumerate(zip(got, wanted)) if g != w]
    assert not wrong, f"{what}: (row, got, wanted) {wrong[:5]}, {len(wrong)} in all"


def same(got, wanted, **tolerances):
    """A frame against columns by name: arrays of floats, or Columns, whose kind must agree, too."""
    assert list(got) == list(wanted), f"columns {list(got)} instead of {list(wanted)}"
    for name, column in wanted.items():
        if not isinstance(column, Column):
            same_numbers(got[name].cells, column, what=name, **tolerances)
            continue
        assert got[name].kind == column.kind, f"{name} is {got[name].kind}, not {column.kind}"
        if column.kind in ("Numeric", "Time"):
            same_numbers(got[name].cells, column.cells, what=name, **tolerances)
        else:
            same_texts(got[name].cells, column.cells, what=name)
        if column.kind == "Enum" and column.domain:
            assert got[name].domain == column.domain, name
