"""Frames as files: text with all its options, in one file or many, packed; and Neve's own form."""
import bz2
import contextlib
import gzip
import json
import shutil
from urllib.parse import quote, urlencode

import h2o
import pytest

from cluster_test import cluster, frame_checksum
from server import Server, wait_until

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ROWS = 60_000


def post(server, route, **form):
    return server.json("POST", route, urlencode(form), FORM)


def finish(server, answer):
    """The job of an answer, when it has ended."""
    key = quote(answer.get("job", answer)["key"]["name"], safe="")
    found = []

    def ended():
        found[:] = server.json("GET", "/3/Jobs/" + key)[1]["jobs"]
        return found[0]["status"] not in ("CREATED", "RUNNING")

    wait_until(ended, 60)
    return found[0]


def done(server, route, **form):
    status, answer = post(server, route, **form)
    assert status == 200, answer
    job = finish(server, answer)
    assert job["status"] == "DONE", job
    return answer


def make_frame(server, name="table", rows=ROWS):
    done(server, "/3/CreateFrame", dest=name, rows=rows, cols=10, seed=5, categorical_fraction=0.2, factors=20,
         integer_fraction=0.2, string_fraction=0.1, time_fraction=0.1, binary_fraction=0.1, missing_fraction=0.05)
    return frame_checksum(server, name)


@pytest.fixture(scope="module")
def loaded(server):
    make_frame(server)
    yield server
    server.ask("DELETE", "/3/DKV/table")


def text_of(server, name="table", **options):
    status, _, text = server.ask("GET", "/3/DownloadDataset?" + urlencode(dict(frame_id=name, **options)))
    assert status == 200
    return text


def export(server, path, **options):
    return done(server, "/3/Frames/table/export", path=path, **options)


def test_one_file_is_the_download(loaded, tmp_path):
    wanted = text_of(loaded)
    assert wanted.count(b"\n") == ROWS + 1
    for parallel in ("false", "true"):
        export(loaded, tmp_path / "one.csv", force="true", parallel=parallel)
        assert (tmp_path / "one.csv").read_bytes() == wanted
    assert [path.name for path in tmp_path.iterdir()] == ["one.csv"]


def test_text_has_its_options(loaded, tmp_path):
    lines = text_of(loaded).split(b"\n")
    export(loaded, tmp_path / "bare.csv", header="false")
    assert (tmp_path / "bare.csv").read_bytes().split(b"\n") == lines[1:]
    export(loaded, tmp_path / "plain.csv", quote_header="false", separator=ord(";"))
    head, first = (tmp_path / "plain.csv").read_bytes().split(b"\n")[:2]
    assert head == b";".join(b"C%d" % c for c in range(1, 11)) and first.replace(b";", b",") == lines[1]
    made = h2o_free_frame(loaded, 'a "quoted" word')
    assert text_of(loaded, made, escape_quotes="True").split(b"\n")[1] == b'"a ""quoted"" word"'
    assert text_of(loaded, made, escape_quotes="False").split(b"\n")[1] == b'"a "quoted" word"'


def h2o_free_frame(server, word):
    """A frame of one text, parsed from a file."""
    body = 'text\n"%s"\n' % word.replace('"', '""')
    server.ask("POST", "/3/PostFile?destination_frame=word.csv", body)
    form = dict(source_frames='["word.csv"]', destination_frame="word", column_names='["text"]', column_types='["String"]',
                separator=44, number_columns=1, check_header=1, delete_on_done="true", blocking="true")
    assert finish(server, post(server, "/3/Parse", **form)[1])["status"] == "DONE"
    return "word"


def test_hexadecimal_doubles_are_exact(loaded):
    plain = [line.split(b",") for line in text_of(loaded).split(b"\n")[1:200]]
    exact = [line.split(b",") for line in text_of(loaded, hex_string="true").split(b"\n")[1:200]]
    pairs = [(a, b) for p, e in zip(plain, exact) for a, b in zip(p, e) if b.startswith((b"0x", b"-0x"))]
    assert len(pairs) > 100
    assert all(float(a) == float.fromhex(b.decode()) for a, b in pairs)


def unpacked(path, packing):
    data = path.read_bytes()
    if packing == "gzip":
        return gzip.decompress(data)
    if packing == "bzip2":
        return bz2.decompress(data)
    zstandard = pytest.importorskip("zstandard")
    return zstandard.ZstdDecompressor().stream_reader(data).read()


@pytest.mark.parametrize("packing", ["gzip", "bzip2", "zstd", "GZIP"])
def test_files_are_packed(loaded, tmp_path, packing):
    export(loaded, tmp_path / "packed", compression=packing)
    assert unpacked(tmp_path / "packed", packing.lower()) == text_of(loaded)


def test_snappy_frames_are_those_of_its_format(loaded, tmp_path):
    export(loaded, tmp_path / "packed", compression="snappy")
    data, plain, at = (tmp_path / "packed").read_bytes(), text_of(loaded), 10
    assert data[:at] == b"\xff\x06\x00\x00sNaPpY"
    sizes = []
    while at < len(data):
        kind, length = data[at], int.from_bytes(data[at + 1:at + 4], "little")
        assert kind in (0, 1) and at + 4 + length <= len(data)
        body = data[at + 8:at + 4 + length]
        size, shift, byte = 0, 0, 0
        while kind == 0:  # the length before the packed bytes, 7 bits a byte
            size |= (body[byte] & 127) << shift
            shift, byte, more = shift + 7, byte + 1, body[byte] & 128
            if not more:
                break
        sizes.append(size if kind == 0 else len(body))
        at += 4 + length
    assert at == len(data) and sum(sizes) == len(plain) and max(sizes) == 65536


@pytest.mark.parametrize("parts, files", [(2, 2), (3, 3), (1000, 8), (-1, 2)])
def test_parts_are_whole_files(loaded, tmp_path, parts, files):
    if parts == -1:
        (tmp_path / "parts").mkdir()
    export(loaded, tmp_path / "parts", num_parts=parts)
    head, body = text_of(loaded).split(b"\n", 1)
    names = sorted(path.name for path in (tmp_path / "parts").iterdir())
    assert names == ["part-m-%05d" % part for part in range(files)]
    texts = [(tmp_path / "parts" / name).read_bytes().split(b"\n", 1) for name in names]
    assert all(text[0] == head for text in texts)
    assert b"".join(text[1] for text in texts) == body
    assert [path.name for path in tmp_path.iterdir()] == ["parts"]


def test_exports_are_refused(loaded, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").write_text("x")
    route = "/3/Frames/table/export"
    for says, form in [
            ("path", {}), ("num_parts", dict(path=tmp_path / "x", num_parts=0)),
            ("num_parts", dict(path=tmp_path / "x", num_parts=-2)),
            ("compression", dict(path=tmp_path / "x", compression="rar")),
            ("existing empty directory", dict(path=tmp_path / "full", num_parts=2, force="true")),
            ("already exists", dict(path=tmp_path / "full/file")), ("folder", dict(path=tmp_path / "full", force="true"))]:
        status, error = post(loaded, route, **form)
        assert status == 412 and says in error["msg"], error
    assert post(loaded, "/3/Frames/none/export", path=tmp_path / "x")[0] == 404
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "full"]


def test_the_old_address_exports_too(loaded, tmp_path):
    path = quote(str(tmp_path / "old.csv"), safe="")
    status, answer = loaded.json("GET", f"/3/Frames/table/export/{path}/overwrite/false")
    assert status == 200, answer
    assert finish(loaded, answer)["status"] == "DONE"
    assert (tmp_path / "old.csv").read_bytes() == text_of(loaded)
    assert loaded.json("GET", f"/3/Frames/table/export/{path}/overwrite/false")[0] == 412


def test_frames_are_saved_and_loaded(loaded, tmp_path):
    folder = tmp_path / "new" / "folder"
    before = frame_checksum(loaded, "table")
    chunks = loaded.json("GET", "/3/FrameChunks/table")[1]["chunks"]
    answer = done(loaded, "/3/Frames/table/save", dir=folder)
    assert answer["__meta"]["schema_name"] == "FrameSaveV3"
    assert [path.name for path in folder.iterdir()] == ["table.neve"]
    status, error = post(loaded, "/3/Frames/table/save", dir=folder, force="false")
    assert status == 412 and error["exception_msg"].strip().split("\n")[-1].startswith("File already exists")
    status, error = post(loaded, "/3/Frames/load", frame_id="table", dir=folder, force="false")
    assert status == 400 and "Frame Key<Frame> table already exists." in error["exception_msg"]
    loaded.ask("DELETE", "/3/DKV/table")
    done(loaded, "/3/Frames/load", frame_id="table", dir=folder, force="false")
    assert frame_checksum(loaded, "table") == before
    assert loaded.json("GET", "/3/FrameChunks/table")[1]["chunks"] == chunks
    done(loaded, "/3/Frames/load", frame_id="table", dir=folder)
    assert frame_checksum(loaded, "table") == before
    assert post(loaded, "/3/Frames/load", frame_id="other", dir=folder)[0] == 404
    assert post(loaded, "/3/Frames/none/save", dir=folder)[0] == 404
    assert post(loaded, "/3/Frames/load", dir=folder)[0] == 412
    assert post(loaded, "/3/Frames/table/save")[0] == 412


def keys(server):
    return {frame["frame_id"]["name"] for frame in server.json("GET", "/3/Frames")[1]["frames"]}


@pytest.mark.parametrize("cut", [0, 7, 15, 16, 100, 1000, -1, -10, -25])
def test_a_file_that_is_cut_off_leaves_nothing(loaded, tmp_path, cut):
    done(loaded, "/3/Frames/table/save", dir=tmp_path)
    data = (tmp_path / "table.neve").read_bytes()
    (tmp_path / "broken.neve").write_bytes(data[:cut])
    before = keys(loaded)
    job = finish(loaded, post(loaded, "/3/Frames/load", frame_id="broken", dir=tmp_path)[1])
    assert job["status"] == "FAILED" and "broken.neve, byte" in job["exception"], job
    assert keys(loaded) == before


def test_a_file_that_is_damaged_leaves_what_was_there(loaded, tmp_path):
    before = frame_checksum(loaded, "table")
    done(loaded, "/3/Frames/table/save", dir=tmp_path)
    data = bytearray((tmp_path / "table.neve").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "table.neve").write_bytes(data)
    job = finish(loaded, post(loaded, "/3/Frames/load", frame_id="table", dir=tmp_path)[1])
    assert job["status"] == "FAILED" and "damaged" in job["exception"]
    assert frame_checksum(loaded, "table") == before


def test_names_stay_inside_their_folder(loaded, tmp_path):
    name = "../odd name/é"
    done(loaded, "/3/CreateFrame", dest=name, rows=10, cols=2)
    done(loaded, "/3/Frames/%s/save" % quote(name, safe=""), dir=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["%2E.%2Fodd%20name%2F%C3%A9.neve"]
    before = frame_checksum(loaded, quote(name, safe=""))
    done(loaded, "/3/Frames/load", frame_id=name, dir=tmp_path)
    assert frame_checksum(loaded, quote(name, safe="")) == before
    loaded.ask("DELETE", "/3/DKV/" + quote(name, safe=""))


def test_saving_and_loading_keep_to_the_roots(tmp_path):
    for folder in ("in", "out"):
        (tmp_path / folder).mkdir()
    with Server("--import-root", str(tmp_path / "in"), "--export-root", str(tmp_path / "out")) as server:
        make_frame(server, rows=1000)
        status, error = post(server, "/3/Frames/table/save", dir=tmp_path / "in")
        assert status == 403 and "--export-root" in error["msg"]
        done(server, "/3/Frames/table/save", dir=tmp_path / "out")
        status, error = post(server, "/3/Frames/load", frame_id="table", dir=tmp_path / "out")
        assert status == 403 and "--import-root" in error["msg"]
        shutil.move(tmp_path / "out/table.neve", tmp_path / "in")
        done(server, "/3/Frames/load", frame_id="table", dir=tmp_path / "in")


def test_a_frame_moves_between_clusters_of_any_size(tmp_path):
    with contextlib.ExitStack() as stack:
        three = stack.enter_context(cluster(3, "--replication", "1"))
        before = make_frame(three[0])
        wanted = text_of(three[1])
        done(three[1], "/3/Frames/table/save", dir=tmp_path)
        done(three[2], "/3/Frames/table/export", path=tmp_path / "three.csv")
        assert (tmp_path / "three.csv").read_bytes() == wanted
    with Server() as one:
        done(one, "/3/Frames/load", frame_id="table", dir=tmp_path)
        assert frame_checksum(one, "table") == before
        done(one, "/3/Frames/table/save", dir=tmp_path / "again")
    assert (tmp_path / "again/table.neve").read_bytes() == (tmp_path / "table.neve").read_bytes()
    with cluster(2) as two:
        done(two[1], "/3/Frames/load", frame_id="table", dir=tmp_path)
        assert frame_checksum(two[0], "table") == before
        assert {chunk["node_idx"] for chunk in two[0].json("GET", "/3/FrameChunks/table")[1]["chunks"]} == {0, 1}


def test_assemblies(client, tmp_path):
    from h2o.assembly import H2OAssembly
    from h2o.transforms.preprocessing import H2OBinaryOp, H2OCol, H2OColOp, H2OColSelect
    frame = client.H2OFrame({"a": [1.0, 2, 3], "b": [4.0, 5, 6], "text": ["see", "mess", "ask"]},
                            column_types=["real", "real", "string"])
    steps = [("select", H2OColSelect(["text", "a", "b"])),
             ("square", H2OColOp(op=h2o.H2OFrame.sqrt, col="b", inplace=True)),
             ("count", H2OColOp(op=h2o.H2OFrame.countmatches, col="text", inplace=False, pattern="s")),
             ("sum", H2OBinaryOp(op=H2OAssembly.plus, col="a", inplace=False, right=H2OCol("b"), new_col_name="both"))]
    before = {entry["frame_id"]["name"] for entry in client.api("GET /3/Frames")["frames"]}
    assembly = H2OAssembly(steps)
    made = assembly.fit(frame)
    assert made.names == ["text", "a", "b", "text0", "both"] and frame.names == ["a", "b", "text"]
    rows = made.as_data_frame(use_pandas=False, header=False)
    assert [int(row[3]) for row in rows] == [1, 2, 1]
    assert [float(row[4]) for row in rows] == pytest.approx([1 + 2, 2 + 5 ** 0.5, 3 + 6 ** 0.5])
    after = {entry["frame_id"]["name"] for entry in client.api("GET /3/Frames")["frames"]}
    assert after - before == {made.frame_id}
    with pytest.raises(h2o.exceptions.H2OResponseError, match="Java"):
        assembly.to_pojo(pojo_name="x", path=str(tmp_path), get_jar=False)
    for wrong, says in (["x__H2OScaler__(scale dummy)__False__|"], "H2OScaler"), (["x__y"], "parts"), (
            ["x__H2OColOp__(is.na dummy)__False__|"], "takes no column"), (
            ["x__H2OColOp__(nosuch (cols_py dummy 'a'))__False__|"], "nosuch"):
        with pytest.raises(h2o.exceptions.H2OResponseError, match=says):
            client.api("POST /99/Assembly", data={"steps": json.dumps(wrong), "frame": frame.frame_id})
    client.remove(made)
    client.remove(frame)


def test_rebalance(loaded, client):
    before = frame_checksum(loaded, "table")
    for wanted in (1, 5, 64):
        client.rapids(f"(assign 'even' (rebalance table {wanted}))")
        chunks = loaded.json("GET", "/3/FrameChunks/even")[1]["chunks"]
        assert len(chunks) == wanted
        sizes = [chunk["row_count"] for chunk in chunks]
        assert max(sizes) - min(sizes) <= 1 and sum(sizes) == ROWS
        assert frame_checksum(loaded, "even") == before
    client.remove("even")
    for wrong in ("0", "-1", "'x'"):
        with pytest.raises(h2o.exceptions.H2OResponseError, match="rebalance"):
            client.rapids(f"(rebalance table {wrong})")
