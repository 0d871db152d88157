"""Adds up the JUnit files that the test suites leave behind.

record DIR SUITE NAME MESSAGE   one case of its own; a message makes it a failure
check  DIR SUITE NAME STATUS    a failure, unless NAME.xml exists and agrees with the exit status of its program
suite  DIR SUITE SECONDS        print the failures and the counts of one suite; one without any case has failed
total  DIR...                   print "N passed, N failed" over suites; exit 1 on any failure
"""
import pathlib
import sys
import xml.etree.ElementTree as ET


def cases(folder, pattern="*.xml"):
    """Yields (name, state, message) of every case in a folder; a file that cannot be read is a failed case."""
    for path in sorted(pathlib.Path(folder).glob(pattern)):
        try:
            tree = ET.parse(path)
        except ET.ParseError as error:
            yield path.name, "failed", f"unreadable report: {error}"
            continue
        for case in tree.iter("testcase"):
            name = f"{case.get('classname', '')}.{case.get('name', '')}"
            bad = case.find("failure") if case.find("failure") is not None else case.find("error")
            if bad is not None:
                yield name, "failed", bad.get("message") or (bad.text or "")
            elif case.find("skipped") is not None or case.get("status") == "notrun":
                yield name, "skipped", ""
            else:
                yield name, "passed", ""


def counts(folder):
    states = [state for _, state, _ in cases(folder)]
    return states.count("passed"), states.count("failed"), states.count("skipped")


def record(folder, suite, name, message):
    root = ET.Element("testsuite", name=suite)
    case = ET.SubElement(root, "testcase", classname=suite, name=name)
    if message:
        ET.SubElement(case, "failure", message=message)
    ET.ElementTree(root).write(pathlib.Path(folder) / f"case-{name}.xml")


def check(folder, suite, name, status):
    report = pathlib.Path(folder) / f"{name}.xml"
    if not report.exists():
        record(folder, suite, name, f"{name} ended with status {status} and without a report")
    elif status != "0" and not any(state == "failed" for _, state, _ in cases(folder, report.name)):
        record(folder, suite, f"{name}-exit", f"{name} passed its cases but ended with status {status}")


def suite(folder, name, seconds):
    if sum(counts(folder)) == 0:
        record(folder, name, "suite", "no test ran")
    for case, state, message in cases(folder):
        if state == "failed":
            first = message.strip().splitlines()[0] if message.strip() else "failed"
            print(f"  FAILED {case}: {first}")
    passed, failed, skipped = counts(folder)
    print(f"{name}: {passed} passed, {failed} failed, {skipped} skipped in {seconds} s", flush=True)


def total(*folders):
    sums = [counts(folder) for folder in folders]
    passed, failed = sum(s[0] for s in sums), sum(s[1] for s in sums)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    commands = {"record": record, "check": check, "suite": suite, "total": total}
    sys.exit(commands[sys.argv[1]](*sys.argv[2:]))
