"""Who may include whom. The floors are read from the add_module calls, so they are declared once."""
import functools
import re

import project

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)

# SDK folders that an algorithm does not see: it reaches the cluster through TrainContext only.
HIDDEN_FROM_ALGORITHMS = {"cluster", "store", "rapids"}

# Third-party headers: prefix → path patterns of the files that may include them. First match counts.
JSON = (r"src/schema/.*\.cpp", r"src/ingest/formats/.*\.cpp", r"rest/.*\.cpp", r"clients/.*")
WALLS = [
    ("boost/asio", (r"src/cluster/", r"rest/http/")),
    ("boost/beast", (r"rest/http/",)),
    ("boost/", (r"src/", r"rest/.*\.cpp", r"rest/http/")),
    ("grpc", (r"src/cluster/",)),
    ("google/protobuf", (r"src/cluster/",)),
    ("raft", (r"src/cluster/",)),
    ("nlohmann/json_fwd.hpp", (r"src/schema/", r"rest/")),
    ("nlohmann/", JSON),
    ("spdlog/", (r"src/base/log\.cpp",)),
    ("Eigen/", (r"src/", r"algos/")),
    ("unsupported/Eigen/", (r"src/", r"algos/")),
    ("cblas", (r"src/linalg/",)),
    ("lapack", (r"src/linalg/",)),
    ("tbb/", (r"src/base/", r"src/mr/")),
    ("oneapi/", (r"src/base/", r"src/mr/")),
    ("arrow/", (r"src/ingest/formats/",)),
    ("parquet/", (r"src/ingest/formats/",)),
    ("curl/", (r"src/ingest/sources/",)),
    ("zip.h", (r"src/ingest/",)),
    ("libdeflate.h", (r"src/ingest/", r"rest/http/")),
    ("bzlib.h", (r"src/ingest/",)),
    ("lzma.h", (r"src/ingest/",)),
    ("zstd.h", (r"src/ingest/",)),
    ("lz4", (r"src/ingest/",)),
    ("snappy", (r"src/ingest/",)),
    ("expat.h", (r"src/ingest/",)),
    ("zlib.h", (r"src/ingest/", r"rest/http/")),
    ("re2/", (r"src/ingest/", r"src/munge/", r"src/rapids/")),
    ("absl/", (r"src/base/", r"src/ingest/", r"src/munge/", r"src/rapids/")),
    ("sleef", (r"src/base/",)),
    ("xxhash.h", (r"src/base/", r"src/store/", r"src/frame/")),
    ("openssl/", (r"src/cluster/", r"src/server/", r"rest/")),
    ("crypt.h", (r"src/server/", r"rest/")),
    ("CLI/", (r"src/server/",)),
    ("gtest/", ()),
    ("benchmark/", ()),
]

# Standard headers that nobody needs, and why.
BANNED = {
    "random": "random numbers are counter-based: <neve/base/rng.hpp>",
    "regex": "patterns run in linear time, by RE2",
    "iostream": "it makes static objects; log through <neve/base/log.hpp>",
}


@functools.cache
def floors():
    """Module → all modules below it, from CMakeLists.txt and cmake/Algorithms.cmake."""
    text = re.sub(r"#.*", "", (project.ROOT / "CMakeLists.txt").read_text())
    below = {}
    for name, rest in re.findall(r"add_module\((\w+)([^)]*)\)", text):
        stands_on = re.search(r"STANDS_ON((?:\s+[\w${}]+)+?)(?=\s+(?:LINK|FOLDER|EXCLUDE|GENERATED)\b|\s*$)", rest)
        named = [m for m in stands_on.group(1).split() if "$" not in m] if stands_on else []
        below[name] = set(named).union(*(below[m] for m in named))
    algorithms = (project.ROOT / "cmake/Algorithms.cmake").read_text()
    named = re.search(r"set\(algorithm_floors ([\w ]+)\)", algorithms).group(1).split()
    below["algos"] = set(named).union(*(below[m] for m in named))
    return below


def owner(path):
    """(area, module) of a file: ("src", "frame"), ("include", "frame"), ("algos", "kmeans"), ("algos", "families"),
    ("rest", "rest"), ("unit", "frame"), ("tests", ""), ("benchmarks", "")."""
    parts = path.split("/")
    if parts[0] == "include":
        return "include", parts[2] if len(parts) > 3 else ""
    if parts[0] == "tests":
        return ("unit", parts[2]) if parts[1] == "unit" and len(parts) > 3 else ("tests", "")
    if parts[0] == "rest":
        return "rest", "rest"
    return parts[0], parts[1] if len(parts) > 2 else ""


def sdk_problem(area, module, target):
    """Why a file may not include <neve/target/…>, or None."""
    if target == module or area in ("tests", "benchmarks") or (area, module) == ("src", "server"):
        return None
    if area == "algos":
        if target in HIDDEN_FROM_ALGORITHMS:
            return f"an algorithm does not see {target}/; it reaches the cluster through TrainContext"
        module = "algos"
    if area == "unit" and module in ("server", "rest"):
        return None
    if module in floors() and target not in floors()[module]:
        return f"{target} is not below {module}"
    return None


def private_problem(area, module, target):
    """Why a file may not include a header that is no SDK header, given as a path from the root, or None."""
    to_area, to_module = owner(target)
    if area in ("tests", "benchmarks") or to_area in ("tests", "unit"):
        return None if area in ("tests", "benchmarks", "unit") else "tests are not included from outside"
    if (to_area, to_module) == (area, module) or area == "unit" and to_module == module:
        return None
    if to_area == "src":
        return private_source_problem(area, module, target, to_module)
    if to_area == "algos" and area == "algos" and to_module == "families":
        return None
    if to_area == "rest" and (module == "server" and area in ("src", "unit")):
        return None
    return f"{target} is private to {to_area}/{to_module}"


def private_source_problem(area, module, target, to_module):
    """Headers of src/<m> are private to m, but for src/<m>/api, which floors above in src use, and server."""
    if area in ("algos", "rest"):
        return f"{area}/ sees include/ only"
    if area == "include":
        return "the SDK includes SDK headers only"
    if not target.startswith(f"src/{to_module}/api/"):
        return f"{target} is private to {to_module}; what others need goes to src/{to_module}/api/ or the SDK"
    return sdk_problem(area, module, to_module)


def resolve(path, name):
    """Path from the root of a quoted include, or None where no such file exists."""
    folder = path.rsplit("/", 1)[0]
    for candidate in (f"{folder}/{name}", f"src/{name}", name, f"tests/{name}"):
        normal = re.sub(r"[^/]+/\.\./", "", candidate)
        if (project.ROOT / normal).is_file():
            return normal
    return None


def include_problem(path, bracket, name):
    """Why `#include` of this name does not belong into this file, or None."""
    area, module = owner(path)
    if bracket == '"':
        if name.startswith("neve/"):
            return "SDK headers are included as <neve/…>"
        target = resolve(path, name)
        return private_problem(area, module, target) if target else f'"{name}" is not a file of the project'
    if name.startswith("neve/"):
        parts = name.split("/")
        return sdk_problem(area, module, parts[1]) if len(parts) > 2 else None
    if area in ("unit", "tests", "benchmarks"):
        return None
    if name in BANNED:
        return f"<{name}>: {BANNED[name]}"
    for prefix, allowed in WALLS:
        if name.startswith(prefix):
            return None if any(re.match(p, path) for p in allowed) else f"<{name}> stays behind its wall: {allowed}"
    return None


def check_includes():
    for file in project.cpp_files():
        for match in INCLUDE.finditer(project.blank_comments_and_strings(file.text)):
            line = file.text.count("\n", 0, match.start()) + 1
            problem = include_problem(file.path, match.group(1), match.group(2))
            if problem and not file.allows(line, "include"):
                yield f"{file.path}:{line}: {problem}"
