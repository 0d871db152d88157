"""Keeps libm's transcendental functions out of results: they change bits with the CPU. <neve/base/math.hpp> has ours.

Reads the undefined symbols of every module's library: symbols.py BUILD_DIR [--junit FILE]. What is listed in
libm_allowed.txt (module, function, reason) passes; an entry that is no longer needed fails, so that the list shrinks.
"""
import pathlib
import re
import subprocess
import sys

import report

FUNCTIONS = """exp exp2 exp10 expm1 log log2 log10 log1p pow sin cos tan sincos asin acos atan atan2 sinh cosh tanh asinh
acosh atanh cbrt hypot erf erfc tgamma lgamma lgamma_r gamma j0 j1 jn y0 y1 yn""".split()
TRANSCENDENTAL = re.compile(rf"^(?:__)?({'|'.join(FUNCTIONS)})[fl]?(?:_finite)?(?:@.*)?$")
VECTOR_FORM = re.compile(r"^_ZGV[bcde][NM]\d+v")
ALLOWED_FILE = pathlib.Path(__file__).with_name("libm_allowed.txt")


def undefined_symbols(library):
    """Names that the library's objects expect from elsewhere."""
    text = subprocess.run(["nm", "-u", "--format=posix", str(library)], check=True, capture_output=True).stdout.decode()
    return {line.split()[0] for line in text.splitlines() if line and not line.endswith(":")}


def transcendental(symbols):
    """The functions of libm among the symbols, and the vector forms (_ZGVdN4v_exp) that a compiler puts for them."""
    return {m.group(1) for m in map(TRANSCENDENTAL.match, symbols) if m} | set(filter(VECTOR_FORM.match, symbols))


def allowed():
    """(module, function) pairs of the allow-list; every line carries its reason."""
    pairs = set()
    for line in ALLOWED_FILE.read_text().splitlines():
        fields = line.split("#", 1)[0].split()
        if fields:
            assert len(fields) >= 3, f"{ALLOWED_FILE.name}: module, function and reason, not: {line}"
            pairs.add((fields[0], fields[1]))
    return pairs


def shared_definitions(library):
    """Weak symbols that the kernels in a library define: the linker may take these for every other file's."""
    text = subprocess.run(["nm", "--defined-only", str(library)], check=True, capture_output=True).stdout.decode()
    member = ""
    for line in text.splitlines():
        if line.endswith(":"):
            member = line[:-1]
        elif line and member.endswith("_kernels.cpp.o") and line.split()[-2] in ("W", "V", "u"):
            yield member, line.split()[-1]


def check_kernels(build):
    for library in sorted(pathlib.Path(build).glob("libneve_*.a")):
        for member, symbol in shared_definitions(library):
            yield f"{library.name}: {member} defines {symbol} for other files too, which run on CPUs without its " \
                  "instructions; kernels use no inline functions from headers"


def check_symbols(build):
    libraries = sorted(pathlib.Path(build).glob("libneve_*.a"))
    if not libraries:
        yield f"{build}: no libneve_*.a to read; build first"
    used = {(lib.stem.removeprefix("libneve_"), name) for lib in libraries
            for name in transcendental(undefined_symbols(lib))}
    for module, name in sorted(used - allowed()):
        yield f"{module}: uses libm's {name}; take neve::math's, or list it with its reason in {ALLOWED_FILE.name}"
    for module, name in sorted(allowed() - used):
        yield f"{ALLOWED_FILE.name}: {module} no longer uses {name}; remove the line"


if __name__ == "__main__":
    junit = sys.argv[sys.argv.index("--junit") + 1] if "--junit" in sys.argv else None
    sys.exit(report.run([("libm symbols", lambda: check_symbols(sys.argv[1])),
                         ("kernels keep to themselves", lambda: check_kernels(sys.argv[1]))], "symbols", junit))
