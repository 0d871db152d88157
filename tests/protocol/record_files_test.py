"""Avro, XLS and XLSX through the published client: the same rows give the frame of CSV, what is damaged is refused."""

import bz2
import gzip
import lzma
import zlib

import pyarrow
import pytest
import record_files
from record_files import Date

ENUM = {"type": "enum", "name": "kind", "symbols": ["tram", "bus", "never"]}
FIELDS = [
    ("id", "long"), ("price", ["null", "double"]), ("kind", [ENUM, "null"]), ("note", "string"),
    ("day", {"type": "int", "logicalType": "date"}), ("moment", {"type": "long", "logicalType": "timestamp-micros"}),
    ("tax", {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}), ("good", "boolean"),
    ("light", "float"), ("key", {"type": "string", "logicalType": "uuid"})]
TYPES = {"id": "int", "price": "real", "kind": "enum", "note": "string", "day": "time", "moment": "time", "tax": "real",
         "good": "int", "light": "real", "key": "uuid"}


def avro_row(i):
    return [i - 2**40, None if i % 7 == 0 else i % 97 + 0.25, None if i % 5 == 0 else ["bus", "tram"][i % 2],
            f'note "{i}",\n', 18000 + i % 400 - 20000, 1_600_000_000_000_123 + i * 1000,
            (i - 100).to_bytes(3, "big", signed=True), i % 3 == 0, i / 8, f"00000000-0000-0000-0000-{i:012x}"]


def csv_row(row):
    i, price, kind, note, day, moment, tax, good, light, key = row
    quoted = note.replace('"', '""')
    number = int.from_bytes(tax, "big", signed=True)
    return (f'{i},{"" if price is None else price},{kind or ""},"{quoted}",{day * 86400000},{moment // 1000},'
            f'{number / 100},{int(good)},{light},{key}\n')


def checksum(client, frame):
    return client.api(f"GET /3/Frames/{frame.frame_id}?row_count=1")["frames"][0]["checksum"]


def frames(client):
    return [frame["frame_id"]["name"] for frame in client.api("GET /3/Frames")["frames"]]


@pytest.fixture(scope="module")
def rows():
    return [avro_row(i) for i in range(5000)]


@pytest.fixture
def csv_frame(client, tmp_path, rows):
    path = tmp_path / "rows.csv"
    path.write_text(",".join(name for name, _ in FIELDS) + "\n" + "".join(map(csv_row, rows)))
    frame = client.upload_file(str(path), col_types=TYPES)
    yield frame
    client.remove(frame)


def packed_snappy(block):
    return pyarrow.compress(block, "snappy", asbytes=True) + zlib.crc32(block).to_bytes(4, "big")


CODECS = {"null": lambda block: block, "deflate": record_files.deflate, "snappy": packed_snappy, "bzip2": bz2.compress,
          "xz": lzma.compress, "zstandard": lambda block: pyarrow.compress(block, "zstd", asbytes=True)}


@pytest.mark.parametrize("codec, pack", CODECS.items(), ids=CODECS)
def test_avro_gives_the_frame_of_csv(client, tmp_path, rows, csv_frame, codec, pack):
    path = tmp_path / "rows.avro"
    path.write_bytes(record_files.avro(FIELDS, rows, codec, pack))
    raw = client.api("POST /3/PostFile", filename=str(path))["destination_frame"]
    setup = client.api("POST /3/ParseSetup", data={"source_frames": [raw]})
    assert setup["parse_type"] == "AVRO" and setup["number_columns"] == len(FIELDS)
    assert setup["column_types"] == ["Numeric", "Numeric", "Enum", "String", "Time", "Time", "Numeric", "Numeric",
                                     "Numeric", "UUID"]
    frame = client.upload_file(str(path))
    assert frame.names == [name for name, _ in FIELDS] and frame.types == TYPES
    assert checksum(client, frame) == checksum(client, csv_frame)
    client.remove(frame)


def test_avro_may_be_packed_once_more(client, tmp_path, rows, csv_frame):
    path = tmp_path / "rows.avro.gz"
    path.write_bytes(gzip.compress(record_files.avro(FIELDS, rows)))
    frame = client.upload_file(str(path))
    assert checksum(client, frame) == checksum(client, csv_frame)
    client.remove(frame)


@pytest.mark.parametrize("kind, words", [
    ({"type": "array", "items": "int"}, "is of type array"),
    ({"type": "record", "name": "inner", "fields": []}, "is of type record"),
    (["int", "string"], "a union of several types"),
    ("unheard", "of type unheard"),
])
def test_avro_that_columns_cannot_hold_is_refused_with_the_field(client, tmp_path, kind, words):
    path = tmp_path / "nested.avro"
    path.write_bytes(record_files.avro([("id", "int"), ("inner", kind)], []))
    with pytest.raises(Exception, match=f"field 'inner' is .*{words.removeprefix('is ')}"):
        client.upload_file(str(path))


def refused_places(client, tmp_path, whole, name, every=1):
    """Uploads the file cut at every byte; all but the cut at a whole block must be refused with the place."""
    taken = []
    for size in range(8, len(whole), every):
        path = tmp_path / name
        path.write_bytes(whole[:size])
        raw = client.api("POST /3/PostFile", filename=str(path))["destination_frame"]
        try:
            client.api("POST /3/ParseSetup", data={"source_frames": [raw]})
            taken.append(size)
        except Exception as refusal:
            assert "byte" in str(refusal), str(refusal)[:500]
        client.api(f"DELETE /3/DKV/{raw}")
    return taken


def test_avro_that_is_cut_is_refused_wherever_it_is(client, tmp_path):
    fields = [("id", "int"), ("note", "string")]
    whole = record_files.avro(fields, [[i, "x" * i] for i in range(12)], block_rows=4)
    first = record_files.avro(fields, [])
    blocks = [len(first)] + [len(record_files.avro(fields, [[i, "x" * i] for i in range(n)], block_rows=4))
                             for n in (4, 8)]
    taken = refused_places(client, tmp_path, whole, "cut.avro")
    assert set(taken) <= set(blocks)  # where a block ends, nothing says that another follows


def test_avro_whose_bytes_are_wrong_leaves_nothing(client, tmp_path):
    fields = [("id", "int"), ("kind", ENUM)]
    path = tmp_path / "wrong.avro"
    good = record_files.avro(fields, [[1, "tram"]])
    path.write_bytes(good[:-17] + bytes([8]) + good[-16:])
    with pytest.raises(Exception, match="record 1 of the block: field 'kind' has no symbol 4"):
        client.upload_file(str(path), destination_frame="wrong")
    path.write_bytes(good[:-1] + b"?")
    with pytest.raises(Exception, match="a block does not end where it should"):
        client.upload_file(str(path), destination_frame="wrong")
    assert "wrong" not in frames(client)


SHEET = [["id", "price", "kind", "when", "fine", "näme & <co>"]] + [
    [i, None if i % 7 == 0 else i / 8, ["bus", "tram"][i % 2], Date(44000 + i + (0.5 if i % 2 else 0)), i % 3 == 0,
     f'"{i}", ü€' if i % 4 else None] for i in range(1, 3000)]


def sheet_text(value):
    if value is None:
        return ""
    if isinstance(value, Date):
        return str(int((value.days - 25569) * 86400000))
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return str(value).upper()


@pytest.fixture
def sheet_frame(client, tmp_path):
    path = tmp_path / "sheet.csv"
    path.write_text("".join(",".join(map(sheet_text, row)) + "\n" for row in SHEET))
    frame = client.upload_file(str(path), col_types={"when": "time"})
    yield frame
    client.remove(frame)


@pytest.mark.parametrize("name", ["sheet.xlsx", "sheet.xls"])
def test_a_sheet_gives_the_frame_of_csv(client, tmp_path, sheet_frame, name):
    path = tmp_path / name
    if name == "sheet.xlsx":
        record_files.xlsx(path, SHEET)
    else:
        path.write_bytes(record_files.xls(SHEET))
    raw = client.api("POST /3/PostFile", filename=str(path))["destination_frame"]
    setup = client.api("POST /3/ParseSetup", data={"source_frames": [raw]})
    assert setup["parse_type"] == "XLS" and setup["check_header"] == 1
    assert setup["column_names"] == SHEET[0]
    assert setup["column_types"] == ["Numeric", "Numeric", "Enum", "Time", "Enum", "String"]
    frame = client.upload_file(str(path))
    assert frame.types == sheet_frame.types and frame.shape == (2999, 6)
    assert checksum(client, frame) == checksum(client, sheet_frame)
    client.remove(frame)


@pytest.mark.parametrize("name", ["sheet.xlsx", "sheet.xls"])
def test_days_may_count_from_1904(client, tmp_path, sheet_frame, name):
    later = [[Date(value.days - 1462) if isinstance(value, Date) else value for value in row] for row in SHEET]
    path = tmp_path / name
    if name == "sheet.xlsx":
        record_files.xlsx(path, later, from_1904=True)
    else:
        path.write_bytes(record_files.xls(later, from_1904=True))
    frame = client.upload_file(str(path))
    assert checksum(client, frame) == checksum(client, sheet_frame)
    client.remove(frame)


@pytest.mark.parametrize("name", ["sheet.xlsx", "sheet.xls"])
def test_a_sheet_without_names_of_which_some_rows_are_blank(client, tmp_path, name):
    path = tmp_path / name
    cells = [[None, None], [1, "a"], [None, None], [2.5, "b"], [None, "b"]]
    if name == "sheet.xlsx":
        record_files.xlsx(path, cells)
    else:
        path.write_bytes(record_files.xls(cells))
    frame = client.upload_file(str(path), col_types=["numeric", "enum"])
    assert frame.names == ["C1", "C2"]
    rows = frame.as_data_frame(use_multi_thread=False)
    assert rows["C1"].fillna(-1).tolist() == [1, -1, 2.5, -1] and rows["C2"].fillna("-").tolist() == ["a", "-", "b", "b"]
    client.remove(frame)


def test_xls_that_is_cut_is_refused_wherever_it_is(client, tmp_path):
    whole = record_files.xls([[i, f"text {i}"] for i in range(300)])
    used = len(whole.rstrip(b"\0"))
    taken = refused_places(client, tmp_path, whole, "cut.xls", every=61)
    assert all(size >= used for size in taken)


def test_a_workbook_that_is_cut_or_wrong_is_refused(client, tmp_path):
    path = tmp_path / "wrong.xlsx"
    record_files.xlsx(path, SHEET[:50])
    whole = path.read_bytes()
    for size in range(8, len(whole), 97):
        path.write_bytes(whole[:size])
        with pytest.raises(Exception, match="wrong.xlsx|upload"):
            client.upload_file(str(path), destination_frame="wrong")
    assert "wrong" not in frames(client)
