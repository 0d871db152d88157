"""Shows each kind of rule one thing that it must catch and one that it must let pass."""
import floors
import limits
import quotes
import symbols
import words

INCLUDES = [  # (file, bracket, name, allowed)
    ("src/frame/frame.cpp", "<", "neve/base/error.hpp", True),
    ("src/base/pool.cpp", "<", "neve/frame/frame.hpp", False),
    ("include/neve/frame/frame.hpp", "<", "neve/mr/map_reduce.hpp", False),
    ("src/mr/plan.cpp", "<", "oneapi/tbb/task_arena.h", True),
    ("src/munge/sort.cpp", "<", "oneapi/tbb/task_arena.h", False),
    ("src/schema/json.cpp", "<", "nlohmann/json.hpp", True),
    ("src/schema/json.hpp", "<", "nlohmann/json.hpp", False),
    ("include/neve/linalg/matrix.hpp", "<", "Eigen/Dense", False),
    ("algos/glm/train.cpp", "<", "neve/model/train_context.hpp", True),
    ("algos/glm/train.cpp", "<", "neve/store/catalog.hpp", False),
    ("algos/glm/train.cpp", "<", "neve/rapids/evaluator.hpp", False),
    ("rest/endpoints/jobs.cpp", "<", "neve/rapids/session.hpp", True),
    ("src/model/training.cpp", "<", "random", False),
    ("src/server/wiring.cpp", "<", "neve/rapids/session.hpp", True),
]
PRIVATE = [  # (area, module, target, allowed)
    ("src", "frame", "src/frame/codecs/layout.hpp", True),
    ("src", "mr", "src/frame/codecs/layout.hpp", False),
    ("src", "mr", "src/frame/api/chunk.hpp", True),
    ("src", "base", "src/frame/api/chunk.hpp", False),
    ("unit", "frame", "src/frame/codecs/layout.hpp", True),
    ("unit", "mr", "src/frame/codecs/layout.hpp", False),
    ("algos", "glm", "algos/families/linear/gram.hpp", True),
    ("algos", "glm", "algos/gbm/tree.hpp", False),
    ("algos", "families", "algos/gbm/tree.hpp", False),
    ("rest", "rest", "src/frame/api/chunk.hpp", False),
    ("src", "server", "rest/http/listener.hpp", True),
    ("src", "model", "rest/http/listener.hpp", False),
]
LONG = "namespace n {\nclass A {\n  int f() const {\n" + "    g([] { return 1; });\n" * 80 + "  }\n  int x = 0;\n};\n}\n"
TABLE = "const Row kRows[] = {\n" + "    {1, \"}\"},\n" * 80 + "};\nint f() { return 1; }\n"


def check_self():
    for path, bracket, name, allowed in INCLUDES:
        if (floors.include_problem(path, bracket, name) is None) != allowed:
            yield f"include of {name} in {path}: expected allowed = {allowed}"
    for area, module, target, allowed in PRIVATE:
        if (floors.private_problem(area, module, target) is None) != allowed:
            yield f"include of {target} in {area}/{module}: expected allowed = {allowed}"
    if [(a, b) for a, b, _ in limits.functions(LONG)] != [(3, 84)]:
        yield f"function lengths: {list(limits.functions(LONG))}"
    if [(a, b) for a, b, _ in limits.functions(TABLE)] != [(83, 83)]:
        yield f"function lengths behind a table: {list(limits.functions(TABLE))}"
    for stem, banned in [("string_utils", True), ("common", True), ("manager", True), ("common_parameters", False)]:
        if bool(words.BANNED_STEM.match(stem)) != banned:
            yield f"file name {stem}: expected banned = {banned}"
    if symbols.transcendental({"exp", "powf", "sqrt", "log@GLIBC_2.29", "expand", "_ZGVdN4v_sin", "_ZGVZN1aE"}) != {
            "exp", "pow", "log", "_ZGVdN4v_sin"}:
        yield "libm symbols are not recognised"
    code = quotes.stripped("int a;\n  int b;\n\n  int c;\n")
    for text, lost in [("int a;\nint b;", None), ("int a;\n…\nint c;", None), ("int a;\nint c;", "int a;"),
                       ("int c;\n…\nint a;", "int a;")]:
        if quotes.missing_line(code, text) != lost:
            yield f"quote {text!r}: expected {lost!r} to be missing"
