"""Runs rules and reports them to people and as JUnit."""
import traceback
import xml.etree.ElementTree as ET


def run(rules, suite, junit=None):
    """Runs (name, function that yields problems) pairs; returns 1 if any rule found one, or broke."""
    root = ET.Element("testsuite", name=suite)
    failed = False
    for name, rule in rules:
        try:
            problems = list(rule())
        except Exception:  # a broken rule is a failure of that rule, not of the others
            problems = [traceback.format_exc()]
        case = ET.SubElement(root, "testcase", classname=suite, name=name)
        if problems:
            failed = True
            print(f"{name}: {len(problems)} problem(s)")
            print("".join(f"  {problem}\n" for problem in problems), end="")
            summary = problems[0] + (f" (and {len(problems) - 1} more)" if len(problems) > 1 else "")
            ET.SubElement(case, "failure", message=summary).text = "\n".join(problems)
    if junit:
        ET.ElementTree(root).write(junit)
    return 1 if failed else 0
