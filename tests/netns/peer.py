#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
"""What games and users do on the party's LAN, for scenarios and the demo.

peer.py hear-udp INTERFACE PORT SECONDS    prints the first broadcast that comes, and from whom
peer.py say-udp INTERFACE PORT TEXT        broadcasts it, as a game announces its server
peer.py hear-frame INTERFACE SECONDS HEX   ends when that frame comes (padding does not count)
peer.py say-frame INTERFACE HEX            sends that frame, whatever is in it
peer.py take PORT                          takes one TCP connection; prints bytes and SHA-256
peer.py give ADDRESS PORT BYTES            sends so many unrepeated bytes; prints the same
peer.py pause PORT                         takes one TCP connection; prints its longest pause in ms
peer.py flow ADDRESS PORT SECONDS          sends what it can for so long

Who listens says "listening" first. Exit status 1: nothing came.
"""
import hashlib
import os
import socket
import sys
import time

ETH_P_ALL = 3
CHUNK = 1 << 20


def udp_socket(interface):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
    return sock


def hear_udp(interface, port, seconds):
    sock = udp_socket(interface)
    sock.bind(("", int(port)))
    sock.settimeout(float(seconds))
    print("listening", flush=True)
    text, sender = sock.recvfrom(2048)
    print(f'"{text.decode()}" from {sender[0]}')


def say_udp(interface, port, text):
    udp_socket(interface).sendto(text.encode(), ("255.255.255.255", int(port)))


def frame_socket(interface, protocol):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol))
    sock.bind((interface, protocol))
    return sock


def hear_frame(interface, seconds, text):
    wanted = bytes.fromhex(text)
    sock = frame_socket(interface, ETH_P_ALL)
    print("listening", flush=True)
    end = time.monotonic() + float(seconds)
    while (left := end - time.monotonic()) > 0:
        sock.settimeout(left)
        frame, sender = sock.recvfrom(CHUNK)
        if sender[2] != socket.PACKET_OUTGOING and frame.rstrip(b"\0") == wanted.rstrip(b"\0"):
            print(f"{len(frame)} bytes, the same ones")
            return
    raise TimeoutError


def say_frame(interface, text):
    frame_socket(interface, 0).send(bytes.fromhex(text))


def take(port):
    server = socket.create_server(("", int(port)))
    server.settimeout(60)
    print("listening", flush=True)
    conn, _ = server.accept()
    conn.settimeout(60)
    digest, count = hashlib.sha256(), 0
    while chunk := conn.recv(CHUNK):
        digest.update(chunk)
        count += len(chunk)
    print(count, digest.hexdigest())


def give(address, port, count):
    conn = socket.create_connection((address, int(port)), 60)
    digest, left, noise = hashlib.sha256(), int(count), os.urandom(CHUNK)
    while left > 0:
        # Another beginning for each chunk: one that came twice or in another place would be seen.
        chunk = (left.to_bytes(8, "big") + noise)[: min(left, CHUNK)]
        conn.sendall(chunk)
        digest.update(chunk)
        left -= len(chunk)
    conn.close()
    print(count, digest.hexdigest())


def pause(port):
    server = socket.create_server(("", int(port)))
    server.settimeout(60)
    print("listening", flush=True)
    conn, _ = server.accept()
    conn.settimeout(60)
    longest, last = 0.0, time.monotonic()
    while conn.recv(CHUNK):
        now = time.monotonic()
        longest, last = max(longest, now - last), now
    print(round(longest * 1000))


def flow(address, port, seconds):
    conn = socket.create_connection((address, int(port)), 60)
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        conn.sendall(bytes(1 << 16))
    conn.close()


COMMANDS = {
    "hear-udp": hear_udp,
    "say-udp": say_udp,
    "hear-frame": hear_frame,
    "say-frame": say_frame,
    "take": take,
    "give": give,
    "pause": pause,
    "flow": flow,
}

try:
    COMMANDS[sys.argv[1]](*sys.argv[2:])
except TimeoutError:
    sys.exit(f"{sys.argv[1]}: nothing came")
