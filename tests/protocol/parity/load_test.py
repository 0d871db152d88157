"""What all other tests stand on: the frames here and there have the same cells."""
import pytest

from session import same


@pytest.mark.parametrize("name", ["mixed", "one", "empty", "constant", "missing", "groups", "wide"])
def test_frames_are_read_back(rapids, known, name):
    same(rapids.download(name), known[name], relative=0, absolute=0)


def test_only_categories_of_two_levels_have_a_mean(rapids):
    columns = {c["label"]: c for c in rapids.ask("GET", "/3/Frames/mixed/summary")["frames"][0]["columns"]}
    assert columns["city"]["mean"] == columns["size"]["sigma"] == "NaN"
    rapids.value("(assign truths (ifelse (> (cols mixed 'p') 5) 'b' 'a'))")
    assert 0 < rapids.ask("GET", "/3/Frames/truths?row_count=0")["frames"][0]["columns"][0]["mean"] < 1
    rapids.value("(rm truths)")


def test_many_rows_are_cut_into_many_groups(rapids):
    shown = rapids.ask("GET", "/3/Frames/groups/summary")["frames"][0]
    assert shown["distribution_summary"]["data"], shown.keys()
