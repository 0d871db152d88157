"""Every primitive called with too few, too many and every kind of wrong argument: refused in words, never a failure."""
import pytest

from calls import CALLS, KINDS, call
from session import Refused

# What these do outlives the call, so that the other tests would see it.
KEEPS = {"setTimeZone", "rename", "rm", "assign", "tmp=", "isax_index"}
# They take a value of any kind, or any number of values.
TAKES_ALL = {",", "none", "is.na"}


@pytest.fixture(scope="module", autouse=True)
def parts(rapids):
    """Frames that calls are made of, copies, as some calls change them."""
    made = {f"my_{name}": name for name in ("mixed", "empty", "one", "constant", "wide")}
    made |= {"mixed_numbers": "(cols mixed ['x' 'n' 'p'])", "wide_rows": "(t wide)", "complete": "(na.omit mixed)",
             "small": "(rows (cols mixed ['city' 'size' 'p']) [0:9])"}
    for name, expression in made.items():
        rapids.value(f"(assign {name} {expression})")
    rapids.train("mixed")
    yield
    for name in [*made, "kept", "kept_for_now", "answered", "spoken"]:
        rapids.value(f"(rm {name})")


def answer(rapids, expression):
    """What comes back: nothing, or the words with which it is refused. All else fails."""
    try:
        if rapids.gives_frame(expression) and "kept" not in expression:
            rapids.value(f"(tmp= kept_for_now {expression})")  # only now are its columns computed
    except Refused as refused:
        assert refused.status in (400, 403, 404, 412), f"{expression}: {refused.status} {refused}"
        return str(refused)
    finally:
        rapids.value("(rm kept_for_now)")
    return None


def names(words, name):
    """Whether the words of a refusal say who refuses: the function, or the one that it was to call."""
    who = (f"'{one}'" in words or f"({one})" in words or f" {one}()" in words for one in (name, "nrow", "abs", "sumNA", "mean"))
    return any(who)


def test_every_primitive_is_here(rapids):
    described = {one["name"] for one in rapids.ask("GET", "/99/Rapids/help")["expressions"]}
    assert described == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_valid_call(rapids, name):
    words = answer(rapids, call(name, CALLS[name]))
    assert words is None or name == "num_valid_substrings", words


ANY_NUMBER = {",", "append", "cbind", "rbind", "GB", "sum", "sumNA", "prod", "prod.na", "min", "minNA", "max", "maxNA"}


@pytest.mark.parametrize("name", CALLS)
def test_too_few_and_too_many(rapids, name):
    """One of too few names the argument that is missing, or how many there must be."""
    if name not in ANY_NUMBER:
        words = answer(rapids, call(name, (CALLS[name] + ["1"] * 20)[:20]))
        assert "Incorrect number of arguments" in words and f"'{name}' expects" in words
    for count in {0, len(CALLS[name]) - 1} - {-1, len(CALLS[name])}:
        words = answer(rapids, call(name, CALLS[name][:count]))
        assert words is None or names(words, name), words
    if CALLS[name] and name not in ANY_NUMBER:
        assert f"'{name}' expects" in answer(rapids, call(name, []))


@pytest.mark.parametrize("name", [name for name in CALLS if name not in KEEPS])
def test_every_kind_of_value_for_every_argument(rapids, name):
    refused = 0
    for i in range(len(CALLS[name])):
        for kind in KINDS:
            arguments = list(CALLS[name])
            arguments[i] = kind
            words = answer(rapids, call(name, arguments))
            refused += words is not None
            assert words is None or names(words, name), f"{call(name, arguments)}: {words}"
    assert refused or not CALLS[name] or name in TAKES_ALL


@pytest.mark.parametrize("numbers", ["0:-1", "0:5e18", "0:4e18 0:4e18", "0:3:-1", "0:4e18"])
def test_lists_of_numbers_that_cannot_be(rapids, numbers):
    with pytest.raises(Refused):
        rapids.value(f"(cols mixed [{numbers}])")
