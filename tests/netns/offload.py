#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
"""What a machine's own kernel hands to its network card: GSO frames, and tags that are in no frame.

offload.py tcp INTERFACE DST-MAC BYTES SEGMENT [TAG]   one TCP GSO frame, and how it is to be cut
offload.py tcp-hear INTERFACE SECONDS BYTES            takes its segments: are numbers and checksums right?
offload.py udp ADDRESS PORT BYTES SEGMENT              UDP datagrams, given to the kernel as one (UDP_SEGMENT)
offload.py udp-hear PORT SECONDS COUNT BYTES           takes them: is each one right?
offload.py tagged INTERFACE DST-MAC SRC-MAC            a frame with each kind of VLAN tag
offload.py priority INTERFACE DST-MAC SRC-MAC          a frame with each kind of priority tag (VLAN ID 0)

Who listens says "listening" first. Exit status 1: not all came, or not as they were sent.
"""
import socket
import struct
import sys
import time

SOL_PACKET, PACKET_VNET_HDR = 263, 15
SOL_UDP, UDP_SEGMENT = 17, 103
NEEDS_CSUM, GSO_TCPV4 = 1, 1
SOURCE, TARGET = "10.77.0.10", "10.77.0.51"
PORT = 27070
TAGS = ["81000005", "88a80005", "88a8000581000006", "8100000581000006", "91000005",
        "8100000081000005"]
PRIORITY_TAGS = ["81000000", "8100e000", "88a80000", "8100000081000000"]


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def add(data, total=0):
    data += bytes(len(data) % 2)
    total += sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def pseudo(header, protocol, length):
    return add(header[12:20] + struct.pack(">HH", protocol, length))


def ip_header(length):
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + length, 1, 0, 64, 6, 0,
                         socket.inet_aton(SOURCE), socket.inet_aton(TARGET))
    return header[:10] + struct.pack(">H", add(header) ^ 0xFFFF) + header[12:]


def filler(count):
    return b"".join(struct.pack(">I", i) for i in range(count // 4 + 1))[:count]


def raw_socket(interface, protocol=0):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol))
    sock.bind((interface, protocol))
    return sock


def tcp(interface, dst, count, segment, tag=""):
    tag, payload, sock = bytes.fromhex(tag), filler(int(count)), raw_socket(interface)
    sock.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    ip = ip_header(20 + len(payload))
    head = struct.pack(">HHIIBBHHH", PORT, PORT, 1, 1, 0x50, 0x18, 1000, pseudo(ip, 6, 20 + len(payload)), 0)
    l4 = 14 + len(tag) + 20
    offload = struct.pack("<BBHHHH", NEEDS_CSUM, GSO_TCPV4, l4 + 20, int(segment), l4, 16)
    sock.send(offload + mac(dst) + b"\2\0\0\0\0\x10" + tag + b"\x08\0" + ip + head + payload)


def tcp_hear(interface, seconds, count):
    sock, wanted, have = raw_socket(interface, 0x800), filler(int(count)), {}
    sock.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    print("listening", flush=True)
    end = time.monotonic() + float(seconds)
    while sum(map(len, have.values())) < len(wanted):
        sock.settimeout(max(end - time.monotonic(), 0.001))
        frame, sender = sock.recvfrom(70000)
        is_joined, ip = frame[0] & NEEDS_CSUM, frame[24:]
        if sender[2] == socket.PACKET_OUTGOING or ip[9] != 6 or ip[20:24] != struct.pack(">HH", PORT, PORT):
            continue
        ip = ip[: struct.unpack(">H", ip[2:4])[0]]
        # What a client has joined again for its own kernel has no checksum of TCP yet.
        is_whole = is_joined or add(ip[20:], pseudo(ip, 6, len(ip) - 20)) == 0xFFFF
        if add(ip[:20]) != 0xFFFF or not is_whole:
            sys.exit(f"a checksum in a segment of {len(ip)} bytes is wrong")
        at = struct.unpack(">I", ip[24:28])[0] - 1
        if at in have or wanted[at : at + len(ip) - 40] != ip[40:]:
            sys.exit(f"what is at {at} came twice, or has other bytes")
        have[at] = ip[40:]


def udp(address, port, count, segment):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    if int(segment) > 0:
        sock.setsockopt(SOL_UDP, UDP_SEGMENT, int(segment))
    sock.sendto(filler(int(count)), (address, int(port)))


def udp_hear(port, seconds, count, length):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("", int(port)))
    sock.settimeout(float(seconds))
    print("listening", flush=True)
    data = [sock.recv(65535) for _ in range(int(count))]
    if b"".join(sorted(data)) != filler(int(length)):
        sys.exit("what came is not what was sent")
    print(len(data), "datagrams")


def tagged(interface, dst, src, tags=TAGS):
    sock = raw_socket(interface)
    for tag in tags:
        sock.send(mac(dst) + mac(src) + bytes.fromhex(tag) + b"\x88\xb6" + bytes(60))
    print(len(tags))


def priority(interface, dst, src):
    tagged(interface, dst, src, PRIORITY_TAGS)


COMMANDS = {"tcp": tcp, "tcp-hear": tcp_hear, "udp": udp, "udp-hear": udp_hear, "tagged": tagged,
            "priority": priority}

try:
    COMMANDS[sys.argv[1]](*sys.argv[2:])
except TimeoutError:
    sys.exit(f"{sys.argv[1]}: not all came")
