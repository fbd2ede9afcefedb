# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
"""The party that is measured: its network of namespaces, and what can join the players to the LAN.

    player c1 .. c7     relay           gateway gw             the hall
    +-----------+    +---------+    +---------------+
    | party0    |    |         |    | wan0     lan0 |---- switch ---- pc (192.168.77.1)
    | wan0      |    | wan0    |    +---|-----------+
    +--|--------+    +--|------+        |
       +-------- internet (10.9.0.0/24) +
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

RELAY, GATEWAY, PLAYER = "10.9.0.1", "10.9.0.2", "10.9.0.1%d"
PC, PLAYER_LAN = "192.168.77.1", "192.168.77.1%d"
PORT = 4433
PLAYERS_MAX = 7
WAIT_S = 15

# What is measured is the cost of a frame, not that some are refused.
NO_LIMITS = ("limits: { client_broadcast_per_s = 0; client_unknown_per_s = 0; "
             "room_broadcast_per_s = 0; room_unknown_per_s = 0; gateway_broadcast_per_s = 0; };")


class Failed(Exception):
    """Something of the benchmark itself did not work; the text says what."""


def run(*words, check=True):
    """Runs a command; its output, or Failed with what it said."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if check and done.returncode != 0:
        raise Failed(f"{' '.join(words)}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def wait_for(what, condition):
    """Waits until condition() is true."""
    end = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > end:
            raise Failed(f"waited {WAIT_S} s for {what}")
        time.sleep(0.02)


class Network:
    """All namespaces with their wires; everything goes with close()."""

    def __init__(self, cpus):
        self.prefix = f"lpbench{os.getpid()}-"
        self.cpus = cpus  # (of the relay, of all others), or None: not pinned
        self.anchors = {}
        self.folder = tempfile.mkdtemp(prefix="lanparty-bench.")
        try:
            self._build()
        except BaseException:
            self.close()
            raise

    def _build(self):
        for name in ["net", "hall", "pc", "relay", "gw"] + self.players():
            run("ip", "netns", "add", self.prefix + name)
            # A process that lives there: the way to the namespace's counters.
            self.anchors[name] = self.start(name, "sleep", "infinity")
            self.ip(name, "link", "set", "lo", "up")
        for name, bridge in (("net", "wan"), ("hall", "switch")):
            self.ip(name, "link", "add", bridge, "type", "bridge", "mcast_snooping", "0")
            self.ip(name, "link", "set", bridge, "up")
        self._wire("net", "wan", "relay", "wan0", RELAY)
        self._wire("net", "wan", "gw", "wan0", GATEWAY)
        self._wire("hall", "switch", "gw", "lan0", None)
        self._wire("hall", "switch", "pc", "lan0", PC)
        for i, name in enumerate(self.players(), 1):
            self._wire("net", "wan", name, "wan0", PLAYER % i)
        # One player can be plugged into the switch itself, for the plain bridge. Else he must not
        # be: Linux answers there for the address of his tunnel too, and the PC goes that way.
        self._wire("hall", "switch", "c1", "direct0", None)
        self.ip("c1", "link", "set", "direct0", "down")

    def _wire(self, switch, bridge, name, interface, address):
        port = f"{name}-{interface}"
        self.ip(switch, "link", "add", port, "type", "veth", "peer", "name", interface,
                "netns", self.prefix + name)
        self.ip(switch, "link", "set", port, "master", bridge, "up")
        if address:
            self.ip(name, "address", "add", address + "/24", "dev", interface)
        self.ip(name, "link", "set", interface, "up")
        wait_for(f"the carrier of {name}'s {interface}", lambda: "LOWER_UP" in
                 self.ip(name, "link", "show", "dev", interface))

    def players(self):
        return [f"c{i}" for i in range(1, PLAYERS_MAX + 1)]

    def ip(self, name, *words):
        return run("ip", "-n", self.prefix + name, *words)

    def start(self, name, *words, cpu=1, **options):
        """Starts a program in a namespace; cpu 0 is the relay's, 1 that of all others."""
        pin = ["taskset", "-c", str(self.cpus[cpu])] if self.cpus else []
        return subprocess.Popen(["ip", "netns", "exec", self.prefix + name, *pin, *words],
                                **options)

    def set_wan_mtu(self, mtu):
        for name in ["relay", "gw"] + self.players():
            self.ip("net", "link", "set", f"{name}-wan0", "mtu", str(mtu))
            self.ip(name, "link", "set", "wan0", "mtu", str(mtu))

    def set_offloads(self, is_on):
        """Segmentation by the PC's NIC: GSO frames of 64 kB on the LAN, or none."""
        for name, interface in (("pc", "lan0"), ("hall", "pc-lan0")):
            run("ip", "netns", "exec", self.prefix + name, "ethtool", "-K", interface,
                *(word for what in ("tso", "gso", "gro", "tx") for word in
                  (what, "on" if is_on else "off")))

    def read_rx(self, name, interface):
        """Frames that came to an interface so far."""
        with open(f"/proc/{self.anchors[name].pid}/net/dev", encoding="ascii") as file:
            for line in file:
                if line.strip().startswith(interface + ":"):
                    return int(line.split(":")[1].split()[1])
        raise Failed(f"{name} has no {interface}")

    def read_mac(self, name, interface):
        text = self.ip(name, "link", "show", "dev", interface)
        return re.search(r"link/ether (\S+)", text).group(1)

    def can_ping(self, name, target):
        return subprocess.run(["ip", "netns", "exec", self.prefix + name, "ping", "-c", "1", "-W",
                               "0.3", target], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              check=False).returncode == 0

    def close(self):
        for anchor in self.anchors.values():
            anchor.kill()
            anchor.wait()
        for name in ["net", "hall", "pc", "relay", "gw"] + self.players():
            run("ip", "netns", "delete", self.prefix + name, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


class System:
    """What joins the players to the LAN; the classes below say how."""

    interface = "party0"  # of a player on the LAN
    has_relay = True

    def __init__(self, network, player_count):
        self.network = network
        self.players = network.players()[:player_count]
        self.processes = {}
        try:
            self.open()
            wait_for("the ping from c1 to the PC", lambda: network.can_ping("c1", PC))
        except BaseException:
            self.show_logs()
            self.close()
            raise

    def show_logs(self):
        """What the processes said, for whoever looks why a start failed."""
        for name in self.processes:
            with open(os.path.join(self.network.folder, name + ".log"), encoding="utf-8") as log:
                for line in log.readlines()[-10:]:
                    print(f"{name}: {line.rstrip()}", file=sys.stderr)

    def open(self):
        raise NotImplementedError

    def start(self, name, *words):
        log_path = os.path.join(self.network.folder, name + ".log")
        with open(log_path, "w", encoding="utf-8") as log:
            self.processes[name] = self.network.start(
                name, *words, cpu=0 if name == "relay" else 1, stdout=log, stderr=log)
        return log_path

    def set_address(self, name):
        address = PLAYER_LAN % int(name[1:])
        self.network.ip(name, "address", "add", address + "/24", "dev", self.interface)

    def read_cpu_ns(self, name):
        """Time that the process has run, all its threads together."""
        total = 0
        folder = f"/proc/{self.processes[name].pid}/task"
        for task in os.listdir(folder):
            with open(f"{folder}/{task}/schedstat", encoding="ascii") as file:
                total += int(file.read().split()[0])
        return total

    def close(self):
        stuck = []
        # The relay comes last, so that the others can say goodbye.
        for name in sorted(self.processes, key=lambda name: name == "relay"):
            process = self.processes[name]
            process.terminate()
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                stuck.append(name)
                process.kill()
                process.wait()
        self.processes = {}
        if stuck:
            raise Failed(f"did not stop within 5 s: {', '.join(stuck)}")


class Ours(System):
    """lanpartyd in all three roles."""

    daemon = "lanpartyd"
    offloads = False
    overrides = ()
    limits = NO_LIMITS

    def open(self):
        self.network.set_wan_mtu(1500)
        self.network.set_offloads(self.offloads)
        log = self._start_role("relay", f'relay: {{ listen = "{RELAY}:{PORT}"; '
                                        f'open_rooms = true; {self.limits} }};')
        pins = []

        def has_pin():
            with open(log, encoding="utf-8") as file:
                pins[:] = re.findall(r"pin (sha256:\S+)", file.read())
            return pins
        wait_for("the relay's pin", has_pin)
        session = f'relay = "{RELAY}:{PORT}"; room = "BENCH"; trust: {{ pin = "{pins[0]}"; }};'
        self._start_role("gw", f'gateway: {{ {session} interface = "lan0"; }};')
        for name in self.players:
            self._start_role(name, f'client: {{ {session} tap = "{self.interface}"; }};')
            wait_for(f"the TAP of {name}", lambda name=name:
                     self.interface in self.network.ip(name, "link", "show", "up"))
            self.set_address(name)

    def _start_role(self, name, section):
        role = section.split(":")[0]
        state = os.path.join(self.network.folder, name)
        shutil.rmtree(state, ignore_errors=True)
        os.mkdir(state)
        path = state + ".conf"
        with open(path, "w", encoding="utf-8") as file:
            file.write(f'role = "{role}"; state_dir = "{state}";\n'
                       f'control: {{ socket = "{state}/control.sock"; }};\n{section}\n')
        return self.start(name, self.daemon, "-c", path,
                          *(word for one in self.overrides for word in ("-o", one)))


class Limited(Ours):
    """The same with the relay's limits as they come."""

    limits = ""


class Before(Ours):
    """lanpartyd of another build; one that does not know our limits has none, or its own."""

    def open(self):
        knows = subprocess.run(
            [self.daemon, "-t", "-c", "/dev/null", "-o", "role=relay", "-o", "relay.open_rooms=true",
             "-o", "relay.limits.gateway_broadcast_per_s=0"], check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
        self.limits = NO_LIMITS if knows else ""
        super().open()


class Floor(System):
    """tests/bench/floor, with a TAP of that MTU."""

    program = "floor"
    mtu = 1400

    def open(self):
        self.network.set_wan_mtu(self.mtu + 100)
        self.network.set_offloads(False)
        self.start("relay", self.program, "relay", RELAY, str(PORT))
        self.start("gw", self.program, "gateway", RELAY, str(PORT), "lan0")
        for name in self.players:
            self.network.ip(name, "tuntap", "add", self.interface, "mode", "tap")
            self.network.ip(name, "link", "set", self.interface, "mtu", str(self.mtu), "up")
            self.set_address(name)
            self.start(name, self.program, "client", RELAY, str(PORT), self.interface)

    def close(self):
        super().close()
        for name in self.players:
            run("ip", "-n", self.network.prefix + name, "link", "delete", self.interface,
                check=False)


class Floor1500(Floor):
    mtu = 1500


class Bridge(System):
    """The player's cable in the switch of the hall: no relay, no tunnel."""

    interface = "direct0"
    has_relay = False

    def open(self):
        self.network.set_offloads(False)
        self.network.ip("c1", "link", "set", self.interface, "up")
        run("ip", "netns", "exec", self.network.prefix + "c1", "ethtool", "-K", self.interface,
            "tso", "off", "gso", "off", "gro", "off", "tx", "off")
        self.set_address("c1")

    def close(self):
        super().close()
        for words in ("address flush dev", "link set down dev"):
            run("ip", "-n", self.network.prefix + "c1", *words.split(), self.interface,
                check=False)
