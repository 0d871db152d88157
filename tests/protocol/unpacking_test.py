"""Packed files, files in folders and the rest of what Parse is told, through the published client."""

import bz2
import gzip
import lzma
import zipfile

import pytest

TEXT = "id,price,kind\n" + "".join(f"{i},{i % 97}.{i % 89},{['bus', 'tram'][i % 2]}\n" for i in range(20000))
PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def checksum(client, frame):
    return client.api(f"GET /3/Frames/{frame.frame_id}?row_count=1")["frames"][0]["checksum"]


def frames(client):
    return [frame["frame_id"]["name"] for frame in client.api("GET /3/Frames")["frames"]]


def write_zip(path, text):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows.csv", text)


@pytest.fixture
def plain(client, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(TEXT)
    frame = client.upload_file(str(path))
    yield frame
    client.remove(frame)


@pytest.mark.parametrize("ending", [*PACKERS, "zip"])
def test_a_packed_file_gives_the_frame_of_the_plain_one(client, plain, tmp_path, ending):
    path = tmp_path / f"rows.csv.{ending}"
    if ending == "zip":
        write_zip(path, TEXT)
    else:
        cut = len(TEXT) // 2
        path.write_bytes(PACKERS[ending](TEXT[:cut].encode()) + PACKERS[ending](TEXT[cut:].encode()))
    frame = client.upload_file(str(path))
    assert checksum(client, frame) == checksum(client, plain)
    client.remove(frame)


@pytest.mark.parametrize("ending", PACKERS)
def test_a_file_that_is_cut_or_damaged_is_refused_with_the_byte(client, tmp_path, ending):
    packed = PACKERS[ending](TEXT.encode())
    path = tmp_path / f"rows.csv.{ending}"
    path.write_bytes(packed[:-9])
    with pytest.raises(Exception, match=rf"byte {len(packed) - 9}: the \w+ data is damaged \(it ends early"):
        client.upload_file(str(path), destination_frame="cut")
    middle = len(packed) // 2
    path.write_bytes(packed[:middle] + bytes([packed[middle] ^ 255]) + packed[middle + 1:])
    with pytest.raises(Exception, match=r"byte \d+: the \w+ data is damaged"):
        client.upload_file(str(path), destination_frame="cut")
    assert "cut" not in frames(client)


def test_folders_become_columns(client, tmp_path):
    for year, kind in [(2019, "a b"), (2019, "c"), (2020, "c")]:
        folder = tmp_path / f"year={year}" / f"kind={kind}"
        folder.mkdir(parents=True)
        (folder / "rows.csv").write_text("x,y\n" + "".join(f"{i},{year}\n" for i in range(3)))
    frame = client.import_file(str(tmp_path), partition_by=["kind", "year"])
    assert frame.names == ["x", "y", "kind", "year"]
    assert frame.types == {"x": "int", "y": "int", "kind": "enum", "year": "enum"}
    rows = frame.as_data_frame(use_multi_thread=False)
    assert list(rows["kind"]) == ["a b"] * 3 + ["c"] * 6
    assert list(rows["year"]) == list(rows["y"])
    client.remove(frame)
    with pytest.raises(Exception, match="partition_by: no folder of .* is named month=<value>"):
        client.import_file(str(tmp_path), partition_by=["month"])


def test_parse_svmlight_guesses_the_set_up_itself(client, tmp_path):
    path = tmp_path / "pairs.svm"
    path.write_text("1 1:2.5 3:1\n0 2:7\n")
    raw = client.api("POST /3/PostFile", filename=str(path))["destination_frame"]
    job = client.api("POST /3/ParseSVMLight", data={"destination_frame": "pairs", "source_frames": [raw]})
    client.job.H2OJob(job, "Parse").poll()
    assert client.get_frame("pairs").as_data_frame(use_multi_thread=False).values.tolist() == [
        [1, 2.5, 0, 1], [0, 0, 7, 0]]
    client.remove("pairs")


def test_columns_of_the_preview_are_found_by_name(client, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("alpha,beta,gamma\n1,2,3\n4,5,6\n")
    raw = client.api("POST /3/PostFile", filename=str(path))["destination_frame"]
    setup = client.api("POST /3/ParseSetup", data={"source_frames": [raw], "column_name_filter": "[ag].*"})
    assert setup["data"] == [["1", "3"], ["4", "6"]] and setup["total_filtered_column_count"] == 2
    with pytest.raises(Exception, match="column_name_filter"):
        client.api("POST /3/ParseSetup", data={"source_frames": [raw], "column_name_filter": "["})


def test_an_import_that_imports_is_refused(client, server, tmp_path):
    with pytest.raises(Exception, match="Recursive path reference"):
        client.api("POST /3/ImportFiles", data={"path": f"{server.url}/3/ImportFiles?path={tmp_path}"})


def test_files_are_not_decrypted(client, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("1,2\n")
    raw = client.api("POST /3/PostFile", filename=str(path))["destination_frame"]
    with pytest.raises(Exception, match="decrypt_tool"):
        client.api("POST /3/ParseSetup", data={"source_frames": [raw], "decrypt_tool": "tool"})
