"""Files of other formats than CSV, through the published client: the same rows give the same frame."""

import pytest

HEADER = """% made by hand
@relation 'trips'
@attribute id integer
@attribute 'the price' real
@attribute kind {bus, 'night train', never}
@attribute day date
@attribute note string
@data
"""


def rows(missing, quote):
    for i in range(3000):
        kind = missing if i % 11 == 0 else ["bus", f"{quote}night train{quote}", "tram"][i % 3]
        price = missing if i % 7 == 0 else f"{i % 97}.{i % 89}"
        yield f"{i},{price},{kind},2021-0{1 + i % 9}-0{1 + i % 7},{quote}note, {i}{quote}\n"


def checksum(client, frame):
    return client.api(f"GET /3/Frames/{frame.frame_id}?row_count=1")["frames"][0]["checksum"]


@pytest.fixture
def csv_frame(client, tmp_path):
    path = tmp_path / "trips.csv"
    path.write_text("id,the price,kind,day,note\n" + "".join(rows("", '"')))
    frame = client.upload_file(str(path), col_types={"kind": "enum", "note": "string"})
    yield frame
    client.remove(frame)


@pytest.mark.parametrize("quote", ["'", '"'])
def test_arff_gives_the_frame_of_csv(client, csv_frame, tmp_path, quote):
    path = tmp_path / "trips.arff"
    path.write_text(HEADER + "".join(rows("?", quote)))
    frame = client.upload_file(str(path))
    assert frame.names == ["id", "the price", "kind", "day", "note"]
    assert frame.types == {"id": "int", "the price": "real", "kind": "enum", "day": "time", "note": "string"}
    assert frame["kind"].levels() == [["bus", "night train", "tram"]]  # those of the cells, sorted
    assert checksum(client, frame) == checksum(client, csv_frame)
    client.remove(frame)


def test_the_set_up_of_arff_is_that_of_the_reference(client, tmp_path):
    path = tmp_path / "trips.arff"
    path.write_text(HEADER + "".join(rows("?", '"')))
    raw = client.api("POST /3/PostFile", filename=str(path))["destination_frame"]
    setup = client.api("POST /3/ParseSetup", data={"source_frames": [raw]})
    assert (setup["parse_type"], setup["separator"], setup["check_header"], setup["number_columns"]) == ("ARFF", 44, -1, 5)
    assert setup["column_names"] == ["id", "the price", "kind", "day", "note"]
    assert setup["column_types"] == ["Numeric", "Numeric", "Enum", "Time", "String"]
    assert setup["na_strings"] == [["?"]] * 5 and len(setup["data"]) == 10
    assert setup["data"][1] == ["1", "1.1", "night train", "2021-02-02", "note, 1"]
    frame = client.parse_raw(client.parse_setup(raw, column_types={"id": "enum"}, skipped_columns=[1, 4]))
    assert frame.types == {"id": "enum", "kind": "enum", "day": "time"}
    client.remove(frame)


@pytest.mark.parametrize("text, place", [
    (HEADER.replace("real", "blob") + "1,2,bus,?,x\n", "line 4, column 24"),
    (HEADER[:-len("@data\n")], "line 8, column 1"),
    (HEADER + "1,2,bus,?,x\n{0 1}\n", "line 10, column 1"),
])
def test_arff_that_cannot_be_read_is_refused_with_the_place(client, tmp_path, text, place):
    path = tmp_path / "wrong.arff"
    path.write_text(text)
    with pytest.raises(OSError) as refusal:
        client.upload_file(str(path))
    assert place in str(refusal.value)


def test_a_row_that_is_cut_off_fails_and_leaves_no_frame(client, tmp_path):
    path = tmp_path / "cut.arff"
    path.write_text(HEADER + "1,2,bus,?,x\n2,3,bus,")
    with pytest.raises(OSError, match="line 10, column 9"):
        client.upload_file(str(path), destination_frame="cut")
    assert "cut" not in [frame["frame_id"]["name"] for frame in client.api("GET /3/Frames")["frames"]]


def test_svmlight_gives_the_frame_of_csv(client, tmp_path):
    svm, csv = tmp_path / "pairs.svm", tmp_path / "pairs.csv"
    cells = [[i % 2] + [f"{i % 41}.{c * i % 7}" if (i + c) % 5 == 0 else "0" for c in range(1, 9)] for i in range(2000)]
    svm.write_text("# pairs\n" + "".join(
        f"{row[0]} " + " ".join(f"{c}:{row[c]}" for c in range(1, 9) if row[c] != "0") + " # row\n" for row in cells))
    csv.write_text("".join(",".join(map(str, row)) + "\n" for row in cells))
    raw = client.api("POST /3/PostFile", filename=str(svm))["destination_frame"]
    setup = client.api("POST /3/ParseSetup", data={"source_frames": [raw]})
    assert (setup["parse_type"], setup["separator"], setup["check_header"], setup["number_columns"]) == (
        "SVMLight", -1, -1, 9)
    assert setup["column_names"] is None and setup["column_types"] == ["Numeric"] * 9 and len(setup["data"]) == 10
    pairs, dense = client.upload_file(str(svm)), client.upload_file(str(csv), header=-1)
    assert pairs.names == dense.names == [f"C{c}" for c in range(1, 10)]
    assert checksum(client, pairs) == checksum(client, dense)
    for frame in (pairs, dense):
        client.remove(frame)


def test_svmlight_that_cannot_be_read_is_refused_with_the_place(client, tmp_path):
    path = tmp_path / "wrong.svm"
    path.write_text("1 1:2\n0 3:1 2:1\n")
    with pytest.raises(OSError, match="line 2, column 7"):
        client.upload_file(str(path))
    path.write_text("1 1:2\n0 3:1\n")
    with pytest.raises(OSError, match="skipped_columns are not supported"):
        client.upload_file(str(path), skipped_columns=[1])
