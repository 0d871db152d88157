"""Work on texts, cell by cell and level by level, against Python's own."""
import collections
import math
import re

import numpy as np
import pytest

from frames import Column, Frame, categories, numeric, texts
from session import Refused, same, same_numbers, same_texts

SHAPES = ["mixed", "one", "empty", "constant", "missing", "groups"]
LETTERS = ["ÄÖÜß àéîõø", "ŁÓDŹ, Žižek", "ΑΒΓ αβγ ς", "ПРИВЕТ, мир ё", "Ѕ і ѕ", "ÿ Ÿ", "ĳ Ĳ", "日本"]
SPACES = " \t\r\n\f\v"


def upper(text):
    return "".join(c.upper() if len(c.upper()) == 1 else c for c in text)


TO_TEXTS = {
    "toupper": ([], upper), "tolower": ([], lambda t: "".join(c.lower() if len(c.lower()) == 1 else c for c in t)),
    "trim": ([], lambda t: t.strip(SPACES)),
    "lstrip": (["' a'"], lambda t: t.lstrip(" a")), "rstrip": (["' e'"], lambda t: t.rstrip(" e")),
    "replaceall": (["'a+'", "'<>'", "0"], lambda t: re.sub("a+", "<>", t)),
    "replacefirst": (["'[ae]'", "'_'", "0"], lambda t: re.sub("[ae]", "_", t, count=1)),
    "substring": (["1", "4"], lambda t: t[1:4]),
}
TO_NUMBERS = {
    "strlen": ([], len),
    "countmatches": (["['a' 'ap']"], lambda t: t.count("a") + t.count("ap")),
    "entropy": ([], lambda t: entropy(t.encode())),
}


def entropy(values):
    return sum(-n / len(values) * math.log2(n / len(values)) for n in collections.Counter(values).values())


def mapped(cells, function):
    return [None if cell is None else function(cell) for cell in cells]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", TO_TEXTS)
@pytest.mark.parametrize("column", ["word", "city"])
def test_texts_of_texts(rapids, known, name, shape, column):
    arguments, function = TO_TEXTS[name]
    made = rapids.frame(f"({' '.join([name, f'(cols {shape} {column!r})', *arguments])})")
    wanted = mapped(known[shape][column].cells, function)
    head = column if name == "replacefirst" else "C1"
    assert list(made) == [head]
    same_texts(made[head].cells, wanted, name)
    if known[shape].count:
        assert made[head].kind == ("String" if column == "word" else "Enum")
    if column == "city" and known[shape].count:
        assert len(set(made[head].domain)) == len(made[head].domain), "equal levels are one"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", TO_NUMBERS)
@pytest.mark.parametrize("column", ["word", "city"])
def test_numbers_of_texts(rapids, known, name, shape, column):
    arguments, function = TO_NUMBERS[name]
    made = rapids.frame(f"({' '.join([name, f'(cols {shape} {column!r})', *arguments])})")
    wanted = [math.nan if c is None else c for c in mapped(known[shape][column].cells, function)]
    same(made, {"C1": np.array(wanted, dtype=float)})


@pytest.mark.parametrize("kind", ["String", "Enum"])
def test_letters_of_other_alphabets(rapids, kind):
    rapids.load("letters", Frame(t=texts(LETTERS) if kind == "String" else categories(LETTERS)))
    for name in ("toupper", "tolower", "substring"):
        arguments, function = TO_TEXTS[name]
        made = rapids.frame(f"({' '.join([name, 'letters', *arguments])})")
        same_texts(made["C1"].cells, mapped(LETTERS, function), name)
    same(rapids.frame("(strlen letters)"), {"C1": np.array([len(t) for t in LETTERS], dtype=float)})
    rapids.value("(rm letters)")


def test_ends_of_substrings(rapids, known):
    cells = known["mixed"]["word"].cells
    for arguments, function in ((["2"], lambda t: t[2:]), (["2", "[]"], lambda t: t[2:]), (["3", "2"], lambda t: ""),
                                (["-2", "3"], lambda t: t[:3]), (["0", "100"], lambda t: t)):
        made = rapids.frame(f"(substring (cols mixed 'word') {' '.join(arguments)})")
        same_texts(made["C1"].cells, mapped(cells, function), str(arguments))


def test_replacement_by_groups_and_case(rapids, known):
    cells = known["mixed"]["word"].cells
    made = rapids.frame("(replaceall (cols mixed 'word') '([a-z])([a-z])' '$2$1' 0)")
    same_texts(made["C1"].cells, mapped(cells, lambda t: re.sub("([a-z])([a-z])", r"\2\1", t)))
    made = rapids.frame("(replaceall (cols mixed 'word') 'B' 'x' 1)")
    same_texts(made["C1"].cells, mapped(cells, lambda t: re.sub("B", "x", t, flags=re.I)))
    with pytest.raises(Refused, match=r"\(replaceall\).*\[a"):
        rapids.frame("(replaceall (cols mixed 'word') '[a' 'x' 0)")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("column", ["word", "city"])
def test_grep(rapids, known, shape, column):
    cells = known[shape][column].cells
    for pattern, flags in (("a", 0), ("^[AB]", 0), ("BERN|APPLE", re.I)):
        found = np.array([cell is not None and re.search(pattern, cell, flags) is not None for cell in cells])
        for invert in (0, 1):
            chosen = found != bool(invert) if len(found) else found
            ignore = 1 if flags else 0
            made = rapids.frame(f"(grep (cols {shape} '{column}') '{pattern}' {ignore} {invert} 1)")
            same(made, {"C1": chosen.astype(float)})
            made = rapids.frame(f"(grep (cols {shape} '{column}') '{pattern}' {ignore} {invert} 0)")
            same(made, {"C1": np.flatnonzero(chosen).astype(float)})


def split(text):
    """As Java splits: what is empty at the end is dropped."""
    pieces = re.split("[ ,;]", text)
    while len(pieces) > 1 and not pieces[-1]:
        pieces.pop()
    return pieces


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("column", ["word", "city"])
def test_strsplit(rapids, known, shape, column):
    pieces = mapped(known[shape][column].cells, split)
    most = max([len(p) for p in pieces if p is not None], default=1)
    if column == "city":
        most = 1  # none of the levels has more than a piece
    made = rapids.frame(f"(strsplit (cols {shape} '{column}') '[ ,;]')")
    assert list(made) == [f"C{i + 1}" for i in range(most)]
    for i in range(most):
        same_texts(made[f"C{i + 1}"].cells, [p[i] if p is not None and i < len(p) else None for p in pieces])


@pytest.mark.parametrize("shape", ["mixed", "one", "constant", "missing", "groups"])
def test_tokenize(rapids, known, shape):
    wanted = []
    for cell in known[shape]["word"].cells:
        wanted += [*(split(cell) if cell is not None else []), None]
    same_texts(rapids.frame(f"(tokenize (cols {shape} 'word') '[ ,;]')")["C1"].cells, wanted)


def levenshtein(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (x != y))
    return row[-1]


def subsequence(a, b):
    row = [0] * (len(b) + 1)
    for x in a:
        above = 0
        for j, y in enumerate(b, 1):
            above, row[j] = row[j], above + 1 if x == y else max(row[j], row[j - 1])
    return row[-1]


def alike(a, b):
    """1 for equal texts, less the more edits lead from one to the other."""
    longest = max(len(a), len(b))
    return 1 - levenshtein(a, b) / longest if longest else 1


def shared_pairs(a, b):
    """The share of the pairs of neighbours that the text of fewer has in common with the other."""
    a, b = ({text[i:i + 2] for i in range(len(text) - 1)} for text in (a, b))
    return len(a & b) / min(len(a), len(b)) if a and b else 0


def shared_words(a, b):
    """Jaccard's index of the words between blanks."""
    a, b = ([word for word in text.split(" ") if word] for text in (a, b))
    few, many = (a, b) if len(a) <= len(b) else (b, a)
    common = sum(word in many for word in few)
    return common / (len(a) + len(b) - common) if a or b else math.nan


def shared_pieces(a, b):
    """Pieces of two characters and more that are cut out of both, longest first, by the length of the shorter."""
    def one_way(a, b):
        shorter, taken = min(len(a), len(b)), 0
        while True:
            places = [(i, j) for i in range(len(a)) for j in range(len(b))]
            def length(place):
                n, (i, j) = 0, place
                while i + n < len(a) and j + n < len(b) and a[i + n] == b[j + n]:
                    n += 1
                return n
            # Of equally long ones the first that ends, in the first text and then in the second.
            best = max(places, key=lambda p: (length(p), -p[0], -p[1]), default=None)
            if best is None or length(best) < 2:
                return taken / shorter
            n, (i, j) = length(best), best
            a, b, taken = a[:i] + a[i + n:], b[:j] + b[j + n:], taken + n
    return (one_way(a, b) + one_way(b, a)) / 2 if a and b else 0


def nearly_in_order(a, b):
    """Winkler's form of Jaro's similarity, as H2O-3 takes it: transpositions are matches that turn back."""
    short, long = sorted((a, b), key=len)
    reach, free, matches = len(long) // 2, list(long), []
    for i, character in enumerate(short):
        window = [j for j in range(max(0, i - reach), min(len(long), i + reach)) if free[j] == character]
        if window:
            matches.append(window[0])
            free[window[0]] = None
    if not matches:
        return 0
    m, turns = len(matches), sum(later < sooner for sooner, later in zip(matches, matches[1:]))
    jaro = (m / len(a) + m / len(b) + (m - turns) / m) / 3
    prefix = next((i for i, (x, y) in enumerate(zip(a[:4], b[:4])) if x != y), min(4, len(short)))
    return jaro + prefix * (1 - jaro) / 10


def sounds(a, b):
    """Russell and Odell's code of both (US patents 1,261,167 and 1,435,663): alike or not."""
    digits = {c: str(d) for d, letters in enumerate(["aeiouyhw", "bfpv", "cgjkqsxz", "dt", "l", "mn", "r"]) for c in letters}

    def code(text):
        found, last = text[:1], "0"
        for c in text[1:]:
            digit = digits.get(c.lower() if c.isascii() else c)
            if digit is None:
                continue
            if digit not in ("0", last):
                found += digit
            last = digit
        return (found + "000")[:4] if text else ""
    return 0.9 if code(a) == code(b) else 0


MEASURES = {"lv": alike, "qgram": shared_pairs, "jaccard": shared_words, "lcs": shared_pieces, "jw": nearly_in_order, "soundex": sounds}


@pytest.mark.parametrize("shape", ["mixed", "one", "empty", "constant", "missing", "groups"])
@pytest.mark.parametrize("measure", MEASURES)
def test_distances_of_texts(rapids, known, shape, measure):
    left, right = known[shape]["word"].cells, known[shape]["city"].cells
    pairs = {(a, b) for a, b in zip(left, right) if a is not None and b is not None}
    by_pair = {(a, b): 1 if a == b else MEASURES[measure](a, b) for a, b in pairs}
    made = rapids.frame(f"(strDistance (cols {shape} 'word') (cols {shape} 'city') '{measure}' 1)")
    same_numbers(made["C1"].cells, [by_pair.get(pair, math.nan) for pair in zip(left, right)])


@pytest.mark.parametrize("measure", MEASURES)
def test_distances_of_like_texts(rapids, measure):
    """Texts with much in common: shared letters in another order, doubled ones, accents, blanks."""
    words = ["martha", "marhta", "dixon", "dicksonx", "apple pie", "pie apple", "Robert", "Rupert", "Ashcraft", "straße",
             "strasse", "aaa", "aa", "abab", "baba", "one two two", "two three"]
    pairs = [(a, b) for a in words for b in words]
    rapids.load("alike", Frame(a=texts([a for a, _ in pairs]), b=texts([b for _, b in pairs])))
    made = rapids.frame(f"(strDistance (cols alike 'a') (cols alike 'b') '{measure}' 1)")
    same_numbers(made["C1"].cells, [1 if a == b else MEASURES[measure](a, b) for a, b in pairs])
    rapids.value("(rm alike)")


@pytest.mark.parametrize("kind", ["String", "Enum"])
def test_conversions_of_texts(rapids, kind):
    written = ["1", "-2.5", "1e3", " 7 ", "+4", None, "x"]
    rapids.load("written", Frame(row=numeric(range(7)), t=Column(kind, texts(written).cells)))
    made = rapids.frame("(as.numeric (cols written 't'))")
    if kind == "String":
        same(made, {"t": np.array([1, -2.5, 1000, 7, 4, math.nan, math.nan])})
    else:  # not all levels are numbers, so that their codes are meant
        same(made, {"t": categories(written).codes})
    rapids.value("(rm written)")


@pytest.mark.parametrize("shape", SHAPES)
def test_conversions(rapids, known, shape):
    frame = known[shape]
    made = rapids.frame(f"(as.character (as.factor (cols {shape} 'n')))")
    same_texts(made["n"].cells, [None if c != c else str(int(c)) for c in frame["n"].cells])
    made = rapids.frame(f"(as.numeric (as.factor (cols {shape} 'n')))")
    same(made, {"n": frame["n"].cells})
    made = rapids.frame(f"(as.factor (cols {shape} 'word'))")["word"]
    same_texts(made.cells, list(frame["word"].cells))
    if frame.count:
        assert made.kind == "Enum"
        assert made.domain == sorted({c for c in frame["word"].cells if c is not None}, key=lambda c: c.encode())
    made = rapids.frame(f"(as.character (cols {shape} 'city'))")["city"]
    same_texts(made.cells, list(frame["city"].cells))
