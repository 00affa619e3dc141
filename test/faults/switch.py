"""A network switch whose cables are bad on request.

Usage: switch.py SEED

Passes Ethernet frames between machines that are network namespaces, each machine's by its hardware address. Standard
input takes one JSON object a line; standard output answers each with what happened so far:

  {"add": "pc-1", "pid": 4711}                            puts an interface `eth0` into the namespace of a process
  {"set": {FAULTS}, "pairs": [["pc-1", "kms01"], ...]}   what happens from now on to frames from one to the other
  {}                                                      nothing

FAULTS, each optional: loss, duplicate, corrupt, reorder (percent of the frames); delay, jitter (milliseconds; a frame
takes delay +- jitter, one that is reordered none at all); largest (bytes; larger frames are lost without a word).
It ends when standard input does.
"""

import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000
CLONE_NEWNET = 0x40000000
HEADER = 14
LARGEST = 65536


def open_port(pid):
    """A tap named eth0 in the network namespace of a process."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net") as own, open(f"/proc/{pid}/ns/net") as other:
        enter = lambda space: libc.setns(space.fileno(), CLONE_NEWNET) and sys.exit(os.strerror(ctypes.get_errno()))
        enter(other)
        port = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(port, TUNSETIFF, struct.pack("16sH22x", b"eth0", IFF_TAP | IFF_NO_PI))
        enter(own)
    return port


class Switch:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.poller = select.poll()
        self.names = {}
        self.places = {}
        self.faults = {}
        self.due = []
        self.sent = 0
        self.figures = dict.fromkeys(["frames", "lost", "duplicated", "corrupted", "reordered", "delayed"], 0)

    def chance(self, percent):
        return percent > 0 and self.random.uniform(0, 100) < percent

    def take(self, port):
        """Reads what has come from a machine, and puts it on its way."""
        while True:
            try:
                frame = os.read(port, LARGEST)
            except BlockingIOError:
                return
            if len(frame) < HEADER:
                continue
            target, source = frame[:6], frame[6:12]
            self.places[source] = port
            known = None if target[0] & 1 else self.places.get(target)
            for to in [known] if known is not None else self.names:
                if to != port:
                    self.pass_on(frame, port, to)

    def pass_on(self, frame, port, to):
        self.figures["frames"] += 1
        faults = self.faults.get((self.names[port], self.names[to]))
        if faults is None:
            self.give(to, frame)
            return
        if self.chance(faults.get("loss", 0)) or len(frame) > faults.get("largest", LARGEST):
            self.figures["lost"] += 1
            return
        copies = 1
        if self.chance(faults.get("duplicate", 0)):
            self.figures["duplicated"] += 1
            copies = 2
        for _ in range(copies):
            copy = frame
            if self.chance(faults.get("corrupt", 0)):
                self.figures["corrupted"] += 1
                copy = bytearray(frame)
                copy[self.random.randrange(HEADER, len(frame))] ^= 1 << self.random.randrange(8)
            delay = faults.get("delay", 0)
            if delay > 0 and self.chance(faults.get("reorder", 0)):
                self.figures["reordered"] += 1
                delay = 0
            elif delay > 0:
                self.figures["delayed"] += 1
                delay = max(0, delay + self.random.uniform(-1, 1) * faults.get("jitter", 0))
            self.sent += 1
            heapq.heappush(self.due, (time.monotonic() + delay / 1000, self.sent, to, bytes(copy)))

    def give(self, to, frame):
        try:
            os.write(to, frame)
        except (BlockingIOError, OSError):
            self.figures["lost"] += 1  # The interface is down, or its queue is full.

    def give_due(self):
        """Gives what has been on its way long enough, and tells how many seconds the next has to go."""
        while self.due:
            wait = self.due[0][0] - time.monotonic()
            if wait > 0:
                return wait
            _, _, to, frame = heapq.heappop(self.due)
            self.give(to, frame)
        return None

    def obey(self, line):
        order = json.loads(line)
        if "add" in order:
            port = open_port(order["pid"])
            self.names[port] = order["add"]
            self.poller.register(port, select.POLLIN)
        if "set" in order:
            for source, target in order["pairs"]:
                self.faults[(source, target)] = order["set"] or None
        print(json.dumps(self.figures), flush=True)


def main():
    switch = Switch(int(sys.argv[1]))
    switch.poller.register(0, select.POLLIN)
    waiting = b""
    while True:
        wait = switch.give_due()
        for descriptor, _ in switch.poller.poll(None if wait is None else wait * 1000 + 0.5):
            if descriptor != 0:
                switch.take(descriptor)
                continue
            read = os.read(0, LARGEST)
            if read == b"":
                return
            *lines, waiting = (waiting + read).split(b"\n")
            for line in lines:
                switch.obey(line)


main()
