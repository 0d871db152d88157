"""What the kernel knows of a process: CPU seconds, resident and peak memory; and of the machine: who else computes."""
import os
import time

TICKS = os.sysconf("SC_CLK_TCK")
CORES = os.cpu_count()
IDLE_SHARE = 0.05  # of all cores, that others may use while we measure


def cpu_seconds(pid, with_ended_children=False):
    """User and system time of all threads that the process has or had."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return sum(map(int, fields[11:15 if with_ended_children else 13])) / TICKS


def memory_mb(pid, field):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
    return 0.0


def resident_mb(pid):
    return memory_mb(pid, "VmRSS")


def peak_mb(pid):
    """The most that was resident since reset_peak, or since the start where that is not allowed."""
    return memory_mb(pid, "VmHWM")


def reset_peak(pid):
    try:
        with open(f"/proc/{pid}/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


def descendants(root):
    """The process and all that it started, directly or not."""
    parent_of = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat") as stat:
                parent_of[int(name)] = int(stat.read().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has ended meanwhile
    family, grown = {root}, True
    while grown:
        grown = False
        for pid, parent in parent_of.items():
            if parent in family and pid not in family:
                family.add(pid)
                grown = True
    return family


def machine_busy_seconds():
    """Core seconds that the whole machine has computed since it started."""
    with open("/proc/stat") as stat:
        user, nice, system, _, _, irq, softirq, steal = map(int, stat.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS


def family_seconds(root):
    """Of the process and all that it ever started: one that ended counts at the parent that waited for it."""
    total = 0.0
    for pid in descendants(root):
        try:
            total += cpu_seconds(pid, with_ended_children=True)
        except OSError:
            continue
    return total


class OthersWatch:
    """Measures what share of all cores was used by processes that are not ours, from its making on."""

    def __init__(self):
        self._started = time.monotonic()
        self._busy = machine_busy_seconds()
        self._own = family_seconds(os.getpid())

    def share(self):
        elapsed = time.monotonic() - self._started
        own = family_seconds(os.getpid()) - self._own
        others = machine_busy_seconds() - self._busy - own
        return max(0.0, others) / (elapsed * CORES)


def wait_until_quiet(limit_seconds=10, window_seconds=0.3, share=0.05):
    """Waits, for so long at most, until our own processes use at most `share` of a core over a window: what a server
    still does behind its answer, as Java does with memory and compiling, is not to slow down whoever is measured next."""
    deadline = time.monotonic() + limit_seconds
    while time.monotonic() < deadline:
        before = family_seconds(os.getpid())
        time.sleep(window_seconds)
        if family_seconds(os.getpid()) - before <= share * window_seconds:
            return


def wait_until_idle(limit_seconds=300, window_seconds=10, share=0.05, say=print):
    """True as soon as others use at most `share` of all cores over a window; False if that does not come in time."""
    deadline = time.monotonic() + limit_seconds
    while True:
        watch = OthersWatch()
        time.sleep(window_seconds)
        used = watch.share()
        if used <= share:
            return True
        if time.monotonic() >= deadline:
            return False
        say(f"others use {used:.0%} of the cores; waiting")
