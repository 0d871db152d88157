"""Parquet, ORC and Arrow files through the published client, in and out: types survive, the frame is that of the CSV."""

import datetime
import decimal
import io
import json
import urllib.parse
import uuid

import pyarrow as pa
import pytest
from pyarrow import feather, ipc, orc, parquet

from server import Server, wait_until

ROWS = 40_000


def checksum(client, frame):
    return client.api(f"GET /3/Frames/{frame.frame_id}?row_count=1")["frames"][0]["checksum"]


def plain_table(rows=ROWS, start=0):
    """Columns that CSV knows, too."""
    numbers = range(start, start + rows)
    return pa.table({
        "whole": pa.array([None if i % 13 == 0 else i * 7 - 100 for i in numbers], pa.int32()),
        "large": pa.array([None if i % 17 == 0 else i * 10**12 for i in numbers], pa.int64()),
        "real": pa.array([None if i % 11 == 0 else i / 8 for i in numbers], pa.float64()),
        "kind": pa.array([None if i % 7 == 0 else f"kind {i % 5}" for i in numbers], pa.string()),
        "day": pa.array([datetime.datetime(2020, 1 + i % 12, 1 + i % 28, i % 24) for i in numbers],
                        pa.timestamp("ms")),
        "note": pa.array([f"note {i}" for i in numbers], pa.string()),
    })


def write_csv(table, path):
    def text(value):
        if value is None:
            return ""
        return value.isoformat(" ") if isinstance(value, datetime.datetime) else str(value)
    columns = [[text(value) for value in column.to_pylist()] for column in table.columns]
    path.write_text("\n".join(",".join(row) for row in [table.column_names, *zip(*columns)]) + "\n")


def write_parquet(table, path):
    parquet.write_table(table, path, row_group_size=9000)


def write_orc(table, path):
    orc.write_table(table, path, stripe_size=100_000, batch_size=1000)


def write_feather(table, path):
    feather.write_feather(table, path, chunksize=7000)


def write_stream(table, path):
    with ipc.new_stream(path, table.schema) as stream:
        stream.write_table(table, 6000)


WRITERS = {"parquet": write_parquet, "orc": write_orc, "feather": write_feather, "arrows": write_stream}


@pytest.fixture(scope="module")
def csv_frame(client, tmp_path_factory):
    path = tmp_path_factory.mktemp("csv") / "plain.csv"
    write_csv(plain_table(), path)
    frame = client.upload_file(str(path))
    yield frame
    client.remove(frame)


@pytest.mark.parametrize("kind", WRITERS)
def test_the_frame_is_that_of_the_csv(client, csv_frame, tmp_path, kind):
    path = tmp_path / f"plain.{kind}"
    WRITERS[kind](plain_table(), path)
    frame = client.upload_file(str(path))
    assert frame.types == csv_frame.types == {
        "whole": "int", "large": "int", "real": "real", "kind": "enum", "day": "time", "note": "string"}
    assert frame.nrow == ROWS
    assert checksum(client, frame) == checksum(client, csv_frame)
    client.remove(frame)


# What each type of the files becomes, and how it comes back from the server.
UUIDS = [uuid.UUID(int=(i * 0x9E3779B97F4A7C15F39CC0605CEDC834) % 2**128) for i in range(4)]
MOMENT = datetime.datetime(1969, 12, 31, 23, 59, 59, 999000)
TYPES = {
    # name: (array, the frame's type, values as pyarrow has them of the download)
    "i8": (pa.array([-128, None, 127, 0], pa.int8()), "int", [-128, None, 127, 0]),
    "u16": (pa.array([0, None, 65535, 1], pa.uint16()), "int", [0, None, 65535, 1]),
    "u32": (pa.array([0, None, 2**32 - 1, 1], pa.uint32()), "int", [0, None, 2**32 - 1, 1]),
    "i64": (pa.array([-2**63 + 1, None, 2**63 - 1, 2**53 + 1], pa.int64()), "int",
            [-2**63 + 1, None, 2**63 - 1, 2**53 + 1]),
    "u64": (pa.array([0, None, 2**63 - 1, 1], pa.uint64()), "int", [0, None, 2**63 - 1, 1]),
    "u64_large": (pa.array([0, None, 2**64 - 1, 1], pa.uint64()), "real", [0.0, None, 2.0**64, 1.0]),
    "f32": (pa.array([0.5, None, -1.25, float("inf")], pa.float32()), "real", [0.5, None, -1.25, float("inf")]),
    "f64": (pa.array([0.1, None, -1e300, 5e-324], pa.float64()), "real", [0.1, None, -1e300, 5e-324]),
    "money": (pa.array([decimal.Decimal(t) if t else None for t in ("12.34", None, "-0.01", "0.10")],
                       pa.decimal128(10, 2)), "real", [12.34, None, -0.01, 0.1]),
    "much": (pa.array([decimal.Decimal(t) if t else None for t in ("1234567890123456789012.5", None, "0.1", "-2")],
                      pa.decimal128(30, 1)), "real", [1234567890123456789012.5, None, 0.1, -2.0]),
    "flag": (pa.array([True, None, False, True]), "enum", ["True", None, "False", "True"]),
    "date": (pa.array([-1, None, 0, 18262], pa.date32()), "time",
             [datetime.datetime(1969, 12, 31), None, datetime.datetime(1970, 1, 1), datetime.datetime(2020, 1, 1)]),
    "seconds": (pa.array([-1, None, 0, 1], pa.timestamp("s")), "time",
                [datetime.datetime(1969, 12, 31, 23, 59, 59), None, datetime.datetime(1970, 1, 1),
                 datetime.datetime(1970, 1, 1, 0, 0, 1)]),
    "micros": (pa.array([-1, None, 0, 1999], pa.timestamp("us")), "time",
               [MOMENT, None, datetime.datetime(1970, 1, 1), datetime.datetime(1970, 1, 1, 0, 0, 0, 1000)]),
    "zoned": (pa.array([-1, None, 0, 1999], pa.timestamp("us", "Europe/Berlin")), "time",
              [MOMENT, None, datetime.datetime(1970, 1, 1), datetime.datetime(1970, 1, 1, 0, 0, 0, 1000)]),
    "nanos": (pa.array([-1, None, 0, 1999999], pa.timestamp("ns")), "time",
              [MOMENT, None, datetime.datetime(1970, 1, 1), datetime.datetime(1970, 1, 1, 0, 0, 0, 1000)]),
    "clock": (pa.array([0, None, 86399999, 1], pa.time32("ms")), "int", [0, None, 86399999, 1]),
    "fine_clock": (pa.array([0, None, 86399999999, 1], pa.time64("us")), "real", [0.0, None, 86399999.999, 0.001]),
    "text": (pa.array(["a", None, "", "ü \U0001f600"]), "string", ["a", None, "", "ü \U0001f600"]),
    "large_text": (pa.array(["a", None, "b", "c" * 300], pa.large_string()), "string", ["a", None, "b", "c" * 300]),
    "bytes": (pa.array([b"a", None, b"\xff\xfe", b"b"], pa.binary()), "string", ["a", None, "<0xFFFE>", "b"]),
    "levels": (pa.array(["b", None, "a", "b"]).dictionary_encode(), "enum", ["b", None, "a", "b"]),
    "coded": (pa.DictionaryArray.from_arrays(pa.array([1, None, 0, 1], pa.int8()), pa.array([7, 9])), "int",
              [9, None, 7, 9]),
    "nothing": (pa.nulls(4), "int", [None] * 4),
    "id": (pa.array([UUIDS[0].bytes, None, UUIDS[2].bytes, UUIDS[3].bytes], pa.uuid()), "uuid",
           [UUIDS[0], None, UUIDS[2], UUIDS[3]]),
}
# What a container does not hold, or not as that.
LACKS = {"parquet": {"coded"}, "orc": {"u16", "u32", "u64", "u64_large", "flag", "clock", "fine_clock", "levels", "coded", "nothing",
                                       "id", "large_text"}}


def download(client, frame):
    """The frame as a table."""
    url = f"{client.connection().base_url}/99/Arrow/{urllib.parse.quote(frame.frame_id)}"
    import requests
    answer = requests.get(url, timeout=60)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/vnd.apache.arrow.stream"
    return ipc.open_stream(answer.content).read_all()


@pytest.mark.parametrize("kind", WRITERS)
def test_types_survive(client, tmp_path, kind):
    kept = {name: column for name, column in TYPES.items() if name not in LACKS.get(kind, ())}
    path = tmp_path / f"types.{kind}"
    WRITERS[kind](pa.table({name: column[0] for name, column in kept.items()}), path)
    strings = {name: "string" for name in ("text", "large_text", "bytes") if name in kept}
    frame = client.upload_file(str(path), col_types=strings)
    assert frame.types == {name: column[1] for name, column in kept.items()}
    table = download(client, frame)
    for name, column in kept.items():
        assert table[name].to_pylist() == column[2], name
    client.remove(frame)


def test_the_set_up_is_that_of_the_reference(client, tmp_path):
    path = tmp_path / "few.parquet"
    write_parquet(plain_table(30), path)
    raw = client.api("POST /3/PostFile", filename=str(path))["destination_frame"]
    setup = client.api("POST /3/ParseSetup", data={"source_frames": [raw]})
    assert (setup["parse_type"], setup["separator"], setup["check_header"], setup["number_columns"]) == (
        "PARQUET", 124, 1, 6)
    assert setup["column_names"] == ["whole", "large", "real", "kind", "day", "note"]
    assert setup["column_types"] == ["Numeric", "Numeric", "Numeric", "Enum", "Time", "String"]
    assert len(setup["data"]) == 10 and setup["data"][1][:4] == ["-93.0", "1.0E12", "0.125", "kind 1"]


def test_names_types_and_skipped_columns(client, tmp_path):
    path = tmp_path / "few.parquet"
    write_parquet(plain_table(300), path)
    frame = client.import_file(str(path), col_types={"kind": "string", "note": "enum"}, skipped_columns=[0, 4])
    assert frame.types == {"large": "int", "real": "real", "kind": "string", "note": "enum"}
    client.remove(frame)
    # As with the reference, numbers stay numbers, and texts become none.
    frame = client.import_file(str(path), col_types={"whole": "enum", "kind": "numeric"})
    assert frame.types["whole"] == "int" and frame.types["kind"] == "string"
    client.remove(frame)
    frame = client.import_file(str(path), col_names=list("abcdef"), na_strings=["kind 1"])
    assert frame.names == list("abcdef") and frame["d"].levels() == [["kind 0", "kind 2", "kind 3", "kind 4"]]
    client.remove(frame)


@pytest.mark.parametrize("kind", ["parquet", "feather", "arrows"])
def test_nested_columns_are_refused_by_name(client, tmp_path, kind):
    path = tmp_path / f"nested.{kind}"
    table = pa.table({"a": [1, 2], "deep": [[1], [2, 3]], "pair": [{"x": 1}, {"x": 2}], "b": ["x", "y"]})
    WRITERS[kind](table, path)
    with pytest.raises(OSError, match=f"nested.{kind}, column 'deep': columns of nested structures"):
        client.import_file(str(path))
    frame = client.import_file(str(path), skipped_columns=[1, 2])
    assert frame.names == ["a", "b"] and frame["a"].sum() == 3
    client.remove(frame)


def test_many_files_are_one_frame(client, csv_frame, tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    table = plain_table()
    for i in range(5):
        piece = table.slice(8000 * i, 8000)
        WRITERS["parquet" if i % 2 == 0 else "feather"](piece, folder / f"part-{i}.bin")
    (folder / "README").write_text("not of them")
    frame = client.import_file(str(folder), pattern="part-.*")
    assert checksum(client, frame) == checksum(client, csv_frame)
    client.remove(frame)
    write_parquet(table.select([0, 1, 2, 3, 5]), folder / "part-5.bin")
    with pytest.raises(OSError, match="part-0.bin and .*part-5.bin have 6 and 5 columns"):
        client.import_file(str(folder), pattern="part-.*")
    write_parquet(table.set_column(3, "kind", table["real"]), folder / "part-5.bin")
    with pytest.raises(OSError, match="types string and double in column 'kind'"):
        client.import_file(str(folder), pattern="part-.*")


def test_folders_are_columns(client, tmp_path):
    for season in ("dry", "wet"):
        (tmp_path / f"season={season}").mkdir()
        parquet.write_table(plain_table(50).select(["whole", "kind"]), tmp_path / f"season={season}" / "a.parquet")
    frame = client.import_file(str(tmp_path), partition_by=["season"])
    assert frame.columns == ["whole", "kind", "season"]
    assert frame.types["season"] == "enum"
    rows = frame.as_data_frame(use_pandas=False)[1:]
    assert [row[2] for row in rows] == ["dry"] * 50 + ["wet"] * 50
    assert [row[:2] for row in rows[:50]] == [row[:2] for row in rows[50:]]


def test_a_packed_file_is_unpacked_first(client, csv_frame, tmp_path):
    import gzip
    write_parquet(plain_table(), tmp_path / "plain.parquet")
    (tmp_path / "plain.parquet.gz").write_bytes(gzip.compress((tmp_path / "plain.parquet").read_bytes()))
    frame = client.upload_file(str(tmp_path / "plain.parquet.gz"))
    assert checksum(client, frame) == checksum(client, csv_frame)
    client.remove(frame)


def post(server, path, form):
    return server.json("POST", path, urllib.parse.urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})


def import_quickly(server, path):
    """What became of an import: the error's text, or None where it made the frame "made"."""
    server.json("GET", f"/3/ImportFiles?path={urllib.parse.quote(str(path))}")
    raw = json.dumps([f"nfs:/{path}"])
    status, setup = post(server, "/3/ParseSetup", {"source_frames": raw})
    if status != 200:
        return setup["msg"]
    status, answer = post(server, "/3/Parse", {
        "source_frames": raw, "parse_type": setup["parse_type"], "destination_frame": "made",
        "number_columns": setup["number_columns"], "column_names": json.dumps(setup["column_names"]),
        "column_types": json.dumps(setup["column_types"]), "blocking": True})
    if status != 200:
        return answer["msg"]
    _, jobs = server.json("GET", "/3/Jobs/" + urllib.parse.quote(answer["job"]["key"]["name"], safe=""))
    job = jobs["jobs"][0]
    return None if job["status"] == "DONE" else job["exception"]


@pytest.mark.parametrize("kind", WRITERS)
def test_a_file_that_is_cut_off_is_refused_and_leaves_nothing(client, server, tmp_path, kind):
    path = tmp_path / f"cut.{kind}"
    WRITERS[kind](plain_table(300), path)
    whole = path.read_bytes()
    assert import_quickly(server, path) is None
    post(server, "/99/Rapids", {"ast": "(rm made)"})
    for size in sorted({*range(len(whole) - 12, len(whole)), *range(9, len(whole), len(whole) // 60)}):
        path.write_bytes(whole[:size])
        problem = import_quickly(server, path)
        assert problem and f"cut.{kind}" in problem and "damaged or cut off" in problem, (size, problem)
        assert server.ask("GET", "/3/Frames/made")[0] == 404


@pytest.mark.parametrize("kind", WRITERS)
def test_a_file_with_wrong_bytes_does_no_harm(client, server, tmp_path, kind):
    path = tmp_path / f"wrong.{kind}"
    WRITERS[kind](plain_table(200), path)
    whole = path.read_bytes()
    for i in range(120):
        wrong = bytearray(whole)
        for k in range(1 + i % 3):
            wrong[(i * 7919 + k * 104729) % len(whole)] ^= 1 << (i + k) % 8
        path.write_bytes(wrong)
        problem = import_quickly(server, path)
        assert problem is None or f"wrong.{kind}" in problem or "made" in problem, problem
        if problem is None:
            post(server, "/99/Rapids", {"ast": "(rm made)"})
    assert server.ask("GET", "/3/Ping")[0] == 200


@pytest.mark.parametrize("options", [["-nthreads", "1"], ["-nthreads", "8"], ["--local-nodes", "3"]], ids=" ".join)
def test_threads_and_nodes_make_no_difference(client, csv_frame, tmp_path, options):
    expected = checksum(client, csv_frame)
    with Server(*options) as server:
        for kind in WRITERS:
            WRITERS[kind](plain_table(), tmp_path / f"plain.{kind}")
            assert import_quickly(server, tmp_path / f"plain.{kind}") is None
            _, answer = server.json("GET", "/3/Frames/made?row_count=1")
            assert answer["frames"][0]["checksum"] == expected, kind
            status, _, stream = server.ask("GET", "/99/Arrow/made")
            assert status == 200 and ipc.open_stream(stream).read_all().num_rows == ROWS
            post(server, "/99/Rapids", {"ast": "(rm made)"})


def test_what_does_not_fit_is_refused_beforehand(tmp_path):
    path = tmp_path / "small.parquet"
    rows = 30_000_000
    parquet.write_table(pa.table({"a": pa.chunked_array([pa.nulls(10**6, pa.int64())] * (rows // 10**6))}), path)
    assert path.stat().st_size < 100_000
    with Server("--memory", "64M") as server:
        problem = import_quickly(server, path)
        assert "made" in problem and "MB" in problem
        write_parquet(plain_table(100), path)
        assert import_quickly(server, path) is None


@pytest.mark.parametrize("compression", ["", "snappy", "gzip", "zstd"])
@pytest.mark.parametrize("parts", [1, 3])
def test_parquet_goes_out_and_comes_in(client, csv_frame, tmp_path, compression, parts):
    folder = tmp_path / "out"
    client.export_file(csv_frame, str(folder), format="parquet", compression=compression or None, parts=parts)
    names = sorted(path.name for path in folder.glob("part-m-*"))
    assert names == [f"part-m-0000{i}" for i in range(parts)]
    assert len(list(folder.glob(".part-m-*.crc"))) == parts and len(list(folder.iterdir())) == 2 * parts
    table = pa.concat_tables([parquet.read_table(folder / name) for name in names])
    assert table.num_rows == ROWS and [str(field.type) for field in table.schema] == [
        "int64", "int64", "double", "dictionary<values=string, indices=int32, ordered=0>", "timestamp[ms]", "string"]
    codec = parquet.ParquetFile(folder / names[0]).metadata.row_group(0).column(0).compression
    assert codec == (compression.upper() or "UNCOMPRESSED")
    frame = client.import_file(str(folder), pattern="part-m-")
    assert frame.types == csv_frame.types and checksum(client, frame) == checksum(client, csv_frame)
    with pytest.raises(Exception, match="already exists"):
        client.export_file(csv_frame, str(folder), format="parquet")
    client.export_file(csv_frame, str(folder), format="parquet", force=True, write_checksum=False)
    assert [path.name for path in folder.glob("part-m-*")] == ["part-m-00000"]
    client.remove(frame)


def test_exports_that_cannot_be_made_say_why(client, tmp_path):
    frame = client.H2OFrame([["a", "b"], [1, 2]])
    with pytest.raises(Exception, match="Compression lzo is not supported"):
        client.export_file(frame, str(tmp_path / "out"), format="parquet", compression="lzo")
    (tmp_path / "file").write_text("x")
    with pytest.raises(Exception, match="name a folder"):
        client.export_file(frame, str(tmp_path / "file"), format="parquet")
    with pytest.raises(Exception, match="--export-root"):
        client.export_file(frame, "/proc/out", format="parquet")
    client.remove(frame)


def test_arrow_goes_out_as_a_file(client, csv_frame, tmp_path):
    path = tmp_path / "out.arrow"
    answer = client.api(f"POST /3/Frames/{csv_frame.frame_id}/export", data={"path": str(path), "format": "arrow"})
    key = answer["job"]["key"]["name"]
    wait_until(lambda: client.api(f"GET /3/Jobs/{key}")["jobs"][0]["status"] == "DONE", 30)
    assert ipc.open_file(path).read_all().equals(download(client, csv_frame))
    frame = client.import_file(str(path))
    assert checksum(client, frame) == checksum(client, csv_frame)
    client.remove(frame)


def send(server, body, destination="sent"):
    return server.json("POST", f"/99/Arrow?destination_frame={destination}", body)


def names_of(server):
    return {frame["frame_id"]["name"] for frame in server.json("GET", "/3/Frames")[1]["frames"]}


def test_a_stream_is_sent_and_fetched(client, server, csv_frame):
    out = io.BytesIO()
    table = plain_table()
    with ipc.new_stream(out, table.schema) as stream:
        stream.write_table(table, 5000)
    status, answer = send(server, out.getvalue())
    assert status == 200 and answer["destination_frame"]["name"] == "sent"
    key = urllib.parse.quote(answer["job"]["key"]["name"], safe="")
    wait_until(lambda: server.json("GET", f"/3/Jobs/{key}")[1]["jobs"][0]["status"] == "DONE", 30)
    frame = client.get_frame("sent")
    assert checksum(client, frame) == checksum(client, csv_frame)
    back = download(client, frame)
    for name in table.column_names:
        assert back[name].cast(table[name].type).equals(table[name]), name
    client.remove(frame)


def test_a_stream_that_is_wrong_is_refused_and_leaves_nothing(client, server):
    before = names_of(server)
    out = io.BytesIO()
    with ipc.new_stream(out, plain_table(100).schema) as stream:
        stream.write_table(plain_table(100))
    for body in (b"", b"a,b\n1,2\n", out.getvalue()[:-9], out.getvalue()[:200]):
        status, answer = send(server, body)
        assert status in (400, 412) and answer["msg"], body[:20]
    assert names_of(server) == before
    status, answer = server.json("GET", "/99/Arrow/nowhere")
    assert status == 404 and "nowhere" in answer["msg"]


def test_times_are_adjusted_where_asked_for(client, tmp_path):
    path = tmp_path / "times.parquet"
    moments = [datetime.datetime(2024, 8, 2, 12), datetime.datetime(2024, 1, 2, 12), None]
    parquet.write_table(pa.table({"t": pa.array(moments, pa.timestamp("ms")), "d": pa.array([1, 2, None], pa.date32())}), path)
    zone = client.cluster().timezone
    client.cluster().timezone = "America/Chicago"
    try:
        frame = client.import_file(str(path), tz_adjust_to_local=True)
        table = download(client, frame)
        assert table["t"].to_pylist() == [datetime.datetime(2024, 8, 2, 7), datetime.datetime(2024, 1, 2, 6), None]
        assert table["d"].to_pylist()[0] == datetime.datetime(1970, 1, 2)
        client.export_file(frame, str(tmp_path / "out"), format="parquet", tz_adjust_from_local=True)
        assert parquet.read_table(tmp_path / "out" / "part-m-00000")["t"].to_pylist() == moments
        client.remove(frame)
    finally:
        client.cluster().timezone = zone
