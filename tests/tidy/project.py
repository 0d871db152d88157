"""The project's files, as the rules see them."""
import functools
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE_FOLDERS = ("src", "include", "algos", "rest", "tests", "benchmarks")


class File:
    """One text file: path relative to the root, and its text."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.lines = text.split("\n")

    def allows(self, line, rule):
        """Whether the line, counted from 1, waives a rule with `tidy: allow(<rule>) <reason>`."""
        return re.search(rf"tidy: allow\({rule}\) \S", self.lines[line - 1]) is not None


@functools.cache
def files():
    """Every text file that git tracks or would track, sorted by path."""
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            check=True, capture_output=True).stdout.decode().split("\0")
    found = []
    for path in sorted(set(filter(None, listed))):
        if not (ROOT / path).is_file():
            continue
        try:
            found.append(File(path, (ROOT / path).read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def cpp_files():
    """The C++ files of the project, generated ones left out."""
    return [f for f in files() if f.path.endswith((".cpp", ".hpp")) and f.path.startswith(CODE_FOLDERS)
            and "/generated/" not in f.path]


_TOKEN = re.compile(
    r'//(?:\\\n|[^\n])*|/\*.*?\*/|R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL)


def blank_comments_and_strings(text):
    """Replaces comments and literals by blanks and keeps the line structure; include lines stay as they are."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())
    kept = {n: line for n, line in enumerate(text.split("\n")) if re.match(r"\s*#\s*include\b", line)}
    lines = _TOKEN.sub(blank, text).split("\n")
    for number, line in kept.items():
        lines[number] = line
    return "\n".join(lines)
