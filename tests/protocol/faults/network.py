"""Network namespaces without names: they end with the processes in them, so that nothing is left behind."""
import contextlib
import ctypes
import fcntl
import json
import os
import struct
import subprocess
import sys
import threading
from pathlib import Path

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x00020000, 0x10000000, 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
SKIPPED = 77  # the exit status where there can be no namespaces
LIBC = ctypes.CDLL(None, use_errno=True)


class NotAllowed(Exception):
    """This user or this kernel cannot make namespaces."""


def check(status, what):
    if status != 0:
        raise NotAllowed(f"{what}: {os.strerror(ctypes.get_errno())}; fault tests need root, or a user who may make "
                         "namespaces and open /dev/net/tun")


def leave_the_machine():
    """Puts this process, which has one thread yet, into namespaces of its own for network and mounts."""
    user, group = os.getuid(), os.getgid()
    if user != 0:
        check(LIBC.unshare(CLONE_NEWUSER), "a namespace for users")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    check(LIBC.unshare(CLONE_NEWNET | CLONE_NEWNS), "namespaces for network and mounts")
    run("mount", "--make-rprivate", "/")
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        raise NotAllowed("/dev/net/tun cannot be opened, which fault tests need")


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise NotAllowed(f"{' '.join(command)}: {done.stderr.strip()}")


def address(place):
    return f"10.77.0.{place + 1}"


def open_device(place):
    """Makes the only network device of the calling thread's namespace; its file."""
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", b"wire", IFF_TUN | IFF_NO_PI))
    run("ip", "link", "set", "lo", "up")
    run("ip", "address", "add", f"{address(place)}/24", "dev", "wire")
    # A long queue, as only the relay is to lose packets.
    run("ip", "link", "set", "dev", "wire", "mtu", "1500", "txqueuelen", "20000", "up")
    return device


class Network:
    """Places 0 to `size` - 1 for nodes, each in its namespace; the place after them is that of the calling process. A context
    manager."""

    def __init__(self, size, seed):
        self.size = size
        self.namespaces = []
        devices = []
        for place in range(size):
            devices.append(self.make(place))
        devices.append(open_device(size))
        self.relay = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("relay.py"), str(seed), *map(str, devices)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, pass_fds=devices)
        for device in devices:
            os.close(device)
        self.lock = threading.Lock()

    def make(self, place):
        """The device of a new namespace, which a thread makes, as a process would have to be kept alive for it."""
        made = []

        def work():
            try:
                check(LIBC.unshare(CLONE_NEWNET), "a namespace for the network")
                self.namespaces.append(os.open("/proc/thread-self/ns/net", os.O_RDONLY))
                made.append(open_device(place))
            except Exception as error:
                made.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        if isinstance(made[0], Exception):
            raise made[0]
        return made[0]

    @contextlib.contextmanager
    def inside(self, place):
        """The calling thread, and what it starts, is in that place."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        check(LIBC.setns(self.namespaces[place], CLONE_NEWNET), "entering a namespace")
        try:
            yield
        finally:
            check(LIBC.setns(home, CLONE_NEWNET), "leaving a namespace")
            os.close(home)

    def order(self, order):
        with self.lock:
            self.relay.stdin.write(json.dumps(order) + "\n")
            self.relay.stdin.flush()
            return json.loads(self.relay.stdout.readline())

    def set_weather(self, links, weather):
        """Of directed links [from, to]; None: fair."""
        self.order({"links": list(links), "weather": weather})

    def links(self, sources=None, targets=None):
        """Those between nodes; the caller's own stay fair always."""
        every = range(self.size)
        return [(source, target) for source in (every if sources is None else sources)
                for target in (every if targets is None else targets) if source != target]

    def sent(self):
        """Bytes that each node has sent since the start: [UDP, all]."""
        return self.order({"count": True})[:self.size]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.relay.stdin.close()
        self.relay.wait(10)
        self.relay.stdout.close()
        for namespace in self.namespaces:
            os.close(namespace)
