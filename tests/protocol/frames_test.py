"""Frames that the published client makes, changes and reads: CreateFrame, MissingInserter, views."""

import math
import urllib.parse
import urllib.request

import h2o
import pytest
from h2o.exceptions import H2OResponseError


def test_a_random_frame_is_as_described_and_repeatable(client):
    asked = dict(rows=2000, cols=10, categorical_fraction=0.2, factors=5, integer_fraction=0.3,
                 integer_range=4, binary_fraction=0.1, time_fraction=0.1, string_fraction=0.1,
                 real_fraction=0.2, missing_fraction=0.05, has_response=True, response_factors=3,
                 seed=7)
    made = client.create_frame(**asked)
    assert made.dim == [2000, 11] and made.names[0] == "response"
    kinds = sorted(made.types[name] for name in made.names[1:])
    assert kinds == sorted(["enum"] * 2 + ["int"] * 4 + ["time", "string"] + ["real"] * 2)
    assert made["response"].levels() == [["0", "1", "2"]]
    again = client.create_frame(**asked)
    assert made.as_data_frame(use_pandas=False) == again.as_data_frame(use_pandas=False)
    other = client.create_frame(**{**asked, "seed": 8})
    assert made.as_data_frame(use_pandas=False) != other.as_data_frame(use_pandas=False)
    for frame in (made, again, other):
        client.remove(frame)


@pytest.mark.parametrize("wrong, part", [
    ({"integer_fraction": 0.9, "categorical_fraction": 0.9}, "must add up to <= 1"),
    ({"rows": 0}, "number of rows > 0"),
    ({"factors": 1}, "factors must be between 2"),
    ({"value": 3}, "randomize=true"),
])
def test_a_random_frame_that_cannot_be_is_refused(client, wrong, part):
    with pytest.raises(H2OResponseError) as refusal:
        client.api("POST /3/CreateFrame", data={"dest": "never", **wrong})
    assert part in refusal.value.args[0].msg


def test_missing_values_are_inserted_in_place(client):
    frame = client.H2OFrame([[1, "a", 0.5], [2, "b", 1.5], [3, "a", 2.5]] * 50)
    changed = frame * 1  # a temporary of the session
    changed.insert_missing_values(fraction=0.4, seed=3)
    lost = [column.isna().sum() for column in changed]
    assert 20 < lost[0] < 100 and sum(lost) < 450 and frame.isna().sum() == 0
    frame.insert_missing_values(fraction=1.0)
    assert [column.isna().sum() for column in frame] == [150] * 3
    assert frame.types["C2"] == "enum"
    with pytest.raises(H2OResponseError):
        client.api("POST /3/MissingInserter", data={"dataset": frame.frame_id, "fraction": 2})
    with pytest.raises(H2OResponseError):
        client.api("POST /3/MissingInserter", data={"dataset": "nosuch", "fraction": 0.1})


def test_a_column_without_values_is_one_of_whole_numbers(client):
    frame = client.H2OFrame([["D", "NA"], ["1", "NA"]], column_types=["factor"] * 2,
                            na_strings=["NA"])
    assert frame.types == {"C1": "enum", "C2": "int"}
    frame["C2"] = frame["C2"].asfactor()
    assert frame.types["C2"] == "enum"


def test_functions_of_cells_name_their_columns(client):
    frame = client.H2OFrame({"A": [1, 0, 1], "B": [5, 6, -6]})
    made = frame.asin()
    made.refresh()
    assert made.names == ["asin(A)", "asin(B)"]
    assert made.types == {"asin(A)": "real", "asin(B)": "int"}


def test_a_row_beyond_the_end_is_missing_and_binds(client):
    frame = client.H2OFrame([[1, "x"], [2, "y"]], column_types=["numeric", "enum"])
    beyond = frame[2, :]
    assert beyond.dim == [1, 2]
    bound = beyond.rbind(frame)
    assert bound.nrow == 3 and math.isnan(bound[0, 0]) and bound[1, 0] == 1


def test_a_download_ignores_what_it_does_not_know(client, server):
    frame = client.H2OFrame([[1, 2], [3, 4]], destination_frame="padded")
    query = urllib.parse.urlencode({"frame_id": frame.frame_id, "padding": "x" * 600})
    url = server.url + "/3/DownloadDataset?" + query
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b'"C1","C2"\n1,2\n3,4\n'
    assert client.import_file(url).as_data_frame(use_pandas=False) == [
        ["C1", "C2"], ["1", "2"], ["3", "4"]]
