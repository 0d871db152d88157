"""Names and words that do not belong into the project."""
import re

import project

BANNED_PARTS = ("util", "utils", "helper", "helpers", "misc", "manager")
BANNED_STEM = re.compile(rf"^(common|base_.*|(.*_)?({'|'.join(BANNED_PARTS)}))$")
BANNED_TYPE = re.compile(r"\b(?:class|struct|enum(?:\s+class)?)\s+(\w*(?:Utils?|Helpers?|Misc|Manager)|Common)\b(?!\s*::)")

# (pattern, what is wrong) of every text file. Written so that this file does not match itself.
WORDS = [
    (r"(?<![\w.-])/" r"work/|(?<![\w-])(?:\.\./)*shared" r"/(?!ptr)|/root" r"/", "a path of the building machine"),
    (r"pypi\." r"org|pythonhosted\." r"org|deb\.debian\." r"org|security\.debian\." r"org|registry\.npmjs\." r"org"
     r"|conda\.anaconda\." r"org|static\.crates\." r"io|cran\.r-project\." r"org", "the host of a package registry"),
    (r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b(?!\(#\d+\))", "a to-do without an issue: write it with (#number)"),
]

# (rule, pattern, what is wrong) of C++ and Python tests.
IN_TESTS = [
    ("sleep", r"\bsleep_(?:for|until)\b|\busleep\s*\(|(?<![\w.])sleep\s*\(|\btime\.sleep\b", "a test that sleeps"),
    ("random", r"\brandom_device\b|(?<![\w:.])s?rand\s*\(|std::rand\b|\bdefault_random_engine\b", "an unseeded test"),
    ("clock", r"(?<![\w.])time\s*\(\s*(?:NULL|nullptr|0|&\w+)\s*\)", "a test that reads the clock"),
]

MACROS = re.compile(r"^\s*#\s*define\s+(\w+)", re.MULTILINE)
ALLOWED_MACRO = re.compile(r"^(NEVE_)?(CHECK|DCHECK|TRY)\w*$")


def matches(file, pattern, text=None):
    """Yields the line numbers at which a pattern matches."""
    for match in re.finditer(pattern, file.text if text is None else text):
        yield file.text.count("\n", 0, match.start()) + 1


def check_file_names():
    for file in project.cpp_files():
        parts = file.path.rsplit(".", 1)[0].split("/")
        stem = parts[-1].removesuffix("_test")
        folders = [p for p in parts[1:-1] if BANNED_STEM.match(p) and p != "common"]
        if BANNED_STEM.match(stem) or folders:
            yield f"{file.path}: a name that says nothing; name it by what it holds"
        if not re.fullmatch(r"[a-z0-9_]+", stem):
            yield f"{file.path}: file names are snake_case"


def check_type_names():
    for file in project.cpp_files():
        for line in matches(file, BANNED_TYPE, project.blank_comments_and_strings(file.text)):
            yield f"{file.path}:{line}: a type name that says nothing; name it by what it is"


def check_words():
    for file in project.files():
        if file.path == "LICENSE":
            continue
        for pattern, problem in WORDS:
            for line in matches(file, pattern):
                if not file.allows(line, "word"):
                    yield f"{file.path}:{line}: {problem}"


def check_tests_are_repeatable():
    for file in project.files():
        if not file.path.startswith("tests/") or not file.path.endswith((".cpp", ".hpp", ".py")):
            continue
        if file.path.startswith("tests/tidy/"):
            continue
        for rule, pattern, problem in IN_TESTS:
            for line in matches(file, pattern):
                if not file.allows(line, rule):
                    yield f"{file.path}:{line}: {problem}; inject time and seeds, or waive with tidy: allow({rule})"


def check_headers():
    for file in project.cpp_files():
        code = project.blank_comments_and_strings(file.text)
        if file.path.endswith(".hpp"):
            if "#pragma once" not in file.text:
                yield f"{file.path}:1: #pragma once is missing"
            for line in matches(file, r"\busing\s+namespace\b", code):
                yield f"{file.path}:{line}: using namespace in a header"


def check_macros():
    for file in project.cpp_files():
        for match in MACROS.finditer(file.text):
            line = file.text.count("\n", 0, match.start(1)) + 1
            if not ALLOWED_MACRO.match(match.group(1)) and not file.allows(line, "macro"):
                yield f"{file.path}:{line}: macro {match.group(1)}; only CHECK, DCHECK and TRY are allowed"
