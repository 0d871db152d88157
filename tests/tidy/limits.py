"""How large a file, a function, the SDK and a README may be."""
import re

import project

LINES = {".cpp": 500, ".hpp": 250}
FUNCTION_LINES = 70
COLUMNS = 100
SDK_HEADERS = 87
README_LINES = 20


def check_file_sizes():
    for file in project.cpp_files():
        limit = LINES[file.path[-4:]]
        count = len(file.lines) - (file.lines[-1] == "")
        if count > limit:
            yield f"{file.path}:1: {count} lines, at most {limit}: split it by noun"


def check_line_lengths():
    for file in project.cpp_files():
        for number, line in enumerate(file.lines, 1):
            if len(line) > COLUMNS and not line.lstrip().startswith("#include") and not file.allows(number, "columns"):
                yield f"{file.path}:{number}: {len(line)} columns, at most {COLUMNS}"


NOT_A_FUNCTION = re.compile(r"\b(namespace|class|struct|union|enum|extern|concept)\b")


def functions(text):
    """Yields (first line, last line, head) of every function body at namespace or class scope; lambdas belong to the
    function around them."""
    code = re.sub(r"(?m)^\s*#(?:\\\n|.)*$", lambda m: "\n" * m.group().count("\n"),
                  project.blank_comments_and_strings(text))
    line, head, head_line, scopes = 1, "", 1, []
    for character in code:
        if character == "\n":
            line += 1
        if character == "{":
            inside = bool(scopes) and scopes[-1][0] != "scope"
            kind = "inner" if inside else classify(head)
            scopes.append((kind, head_line, " ".join(head.split())))
        elif character == "}" and scopes:
            kind, first, name = scopes.pop()
            if kind == "function":
                yield first, line, name
        if character in "{};" and not (scopes and scopes[-1][0] == "inner"):
            head = ""
        elif character not in "{};":
            if not head.strip():
                head_line = line
            head += character


def classify(head):
    """What a brace opens at namespace or class scope: a scope, a function, or something inner (an initialiser)."""
    plain = re.sub(r"template\s*<[^{;]*?>\s*(?=\w)", "", head)
    if "(" in plain and not re.search(r"=\s*$|\benum\b", plain):
        return "function"
    return "scope" if NOT_A_FUNCTION.search(plain) else "inner"


# A field table is as long as the struct it describes: it is read by the row, not as a function.
FIELD_TABLE = re.compile(r"\bSchema& [\w:]*(?:schema|_parameters)\s*\(|\(Table& table\)")


def check_function_sizes():
    for file in project.cpp_files():
        for first, last, head in functions(file.text):
            if FIELD_TABLE.search(head):
                continue
            if last - first + 1 > FUNCTION_LINES and not file.allows(first, "function"):
                yield f"{file.path}:{first}: {last - first + 1} lines, at most {FUNCTION_LINES}: {head[:60]}"


def check_sdk_size():
    headers = [f for f in project.cpp_files() if f.path.startswith("include/")]
    if len(headers) > SDK_HEADERS:
        yield f"include/: {len(headers)} headers, at most {SDK_HEADERS}"


def check_readmes():
    texts = {f.path: f for f in project.files()}
    folders = {f.path.rsplit("/", 1)[0] for f in project.cpp_files() if re.match(r"(src|algos|rest)/.*/", f.path)}
    # The groups of primitives are described together, in src/rapids/prims.
    folders = {"src/rapids/prims" if f.startswith("src/rapids/prims/") else f for f in folders}
    for folder in sorted(f for f in folders if f.rsplit("/", 1)[1] not in ("api", "detail")):
        readme = texts.get(f"{folder}/README.md")
        if readme is None:
            yield f"{folder}: no README.md (what it is, its floor, its main types, the file to read first)"
        elif len(readme.text.rstrip("\n").split("\n")) > README_LINES:
            yield f"{readme.path}:1: more than {README_LINES} lines"
