"""Style as a test: python3 tests/tidy/run.py [--junit FILE]. Needs nothing but Python and git, and takes seconds.

A line waives a rule with `tidy: allow(<rule>) <reason>`, where the rule's message or its source names <rule>.
"""
import sys

import floors
import limits
import quotes
import report
import self_test
import words

RULES = [(f"{module.__name__}.{name.removeprefix('check_')}", getattr(module, name))
         for module in (self_test, floors, limits, quotes, words) for name in dir(module) if name.startswith("check_")]

if __name__ == "__main__":
    junit = sys.argv[sys.argv.index("--junit") + 1] if "--junit" in sys.argv else None
    sys.exit(report.run(RULES, "tidy", junit))
