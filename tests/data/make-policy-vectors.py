#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
"""Writes policy-vectors.txt: what the safety classifier must say to which frame.

The verdicts stand here by hand, one for a frame of a remote peer and one for a frame of the LAN; nothing
in this file knows how the classifier works. Run it after a change: make-policy-vectors.py > policy-vectors.txt
"""

import ipaddress
import re
import struct

HEADER = """\
# What the safety classifier says to which frame. Made by make-policy-vectors.py; do not edit.
#
#   name  direction[+option…]  verdict  bytes…
#
# direction  remote, lan, or both
# option     dhcp-server router-advert vlan-tags lan-transfer infrastructure off: what the organiser allows;
#            source: the announced MAC is 02:00:00:00:00:0a
# bytes      hex; XX*N is XX, N times
"""

PEER = bytes.fromhex("02000000000a")
OTHER = bytes.fromhex("02000000000b")
LAN_PC = bytes.fromhex("525400123456")
BROADCAST = b"\xff" * 6

lines = []
names = set()


def compress(data):
    """Hex, with runs of one byte written short."""
    words = []
    for run in re.finditer(rb"(.)\1{7,}|(?:(?!(.)\2{7}).)+", data, re.S):
        text = run.group(0)
        words.append("%02x*%d" % (text[0], len(text)) if run.group(1) else text.hex())
    return " ".join(words)


def one(name, direction, verdict, frame, *options):
    key = (name, direction)
    assert key not in names, key
    names.add(key)
    lines.append(" ".join([name, "+".join([direction, *options]), verdict, compress(frame)]).rstrip())


def check(name, frame, remote, lan="forward", *options):
    """One frame in both directions."""
    if remote == lan:
        one(name, "both", remote, frame, *options)
    else:
        one(name, "remote", remote, frame, *options)
        one(name, "lan", lan, frame, *options)


# --- frames -----------------------------------------------------------------------------------------


def eth(ethertype, payload=b"", dst=LAN_PC, src=PEER, pad=0):
    return (dst + src + struct.pack("!H", ethertype) + payload).ljust(pad, b"\0")


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip4(protocol, body, ihl=5, fragment=0, src="192.168.1.50", dst="192.168.1.2", version=4, total=None,
        ttl=64):
    options = b"\x01" * (max(ihl, 5) * 4 - 20)
    length = 20 + len(options) + len(body) if total is None else total
    head = struct.pack("!BBHHHBBH4s4s", version << 4 | ihl, 0, length, 0x1234, fragment, ttl, protocol, 0,
                       ipaddress.IPv4Address(src).packed, ipaddress.IPv4Address(dst).packed) + options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


def ip6(next_header, body, src="fe80::a", dst="ff02::1", version=6, length=None, hops=255):
    return struct.pack("!IHBB16s16s", version << 28, len(body) if length is None else length, next_header,
                       hops, ipaddress.IPv6Address(src).packed, ipaddress.IPv6Address(dst).packed) + body


def udp(sport, dport, body=b"", length=None):
    return struct.pack("!HHHH", sport, dport, 8 + len(body) if length is None else length, 0) + body


def tcp(sport, dport, body=b"", flags=0x10):
    return struct.pack("!HHIIBBHHH", sport, dport, 1, 1, 0x50, flags, 8192, 0, 0) + body


def bootp(op, message=None, size=240, chaddr=PEER, ciaddr="0.0.0.0", giaddr="0.0.0.0", hops=0, htype=1, hlen=6,
          options=b""):
    body = struct.pack("!BBBBIHH4s8x4s", op, htype, hlen, hops, 0x3903F326, 0, 0, ipaddress.IPv4Address(ciaddr).packed,
                       ipaddress.IPv4Address(giaddr).packed) + chaddr
    body = body.ljust(236, b"\0") + b"\x63\x82\x53\x63"
    if message is not None:
        body += bytes([53, 1, message]) + options + b"\xff"
    return body.ljust(size, b"\0")[:max(size, len(body))]


def icmp6(kind, body=b"\0" * 4, code=0, src="fe80::a", dst="ff02::1"):
    data = bytes([kind, code, 0, 0]) + body
    pseudo = (ipaddress.IPv6Address(src).packed + ipaddress.IPv6Address(dst).packed +
              struct.pack("!II", len(data), 58))
    return data[:2] + struct.pack("!H", checksum(pseudo + data)) + data[4:]


RA = icmp6(134, bytes.fromhex("40000708") + b"\0" * 8 +
           bytes.fromhex("030440c0000015180000151800000000") + ipaddress.IPv6Address("2001:db8:bad::").packed)
REDIRECT = icmp6(137, b"\0" * 4 + ipaddress.IPv6Address("fe80::a").packed * 2)
ECHO6 = icmp6(128, b"\0\x01\0\x01" + b"ping" * 4)
NA = icmp6(136, bytes.fromhex("60000000") + ipaddress.IPv6Address("fe80::a").packed)
NS = icmp6(135, b"\0" * 4 + ipaddress.IPv6Address("fe80::b").packed)
DNS = udp(40000, 53, b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x07example\0\0\x01\0\x01")
REPLY6 = udp(547, 546, b"\x07\x12\x34\x56\0\x01\0\x04\0\0\0\0")
V6_ALL = mac("33:33:00:00:00:01")

# Extension headers as (number of this header, builder of it given the next header).
PADN4 = b"\x01\x04\0\0\0\0"


def options_header(next_header, units=0):
    return bytes([next_header, units]) + PADN4 + b"\0" * (8 * units)


def routing_header(next_header):
    return bytes([next_header, 0, 0, 0, 0, 0, 0, 0])


def auth_header(next_header):
    return bytes([next_header, 4]) + b"\0" * 22


def fragment_header(next_header, offset=0, more=0):
    return struct.pack("!BBHI", next_header, 0, offset << 3 | more, 0xCAFE)


EXTENSIONS = {
    "hop_by_hop": (0, options_header),
    "routing": (43, routing_header),
    "auth": (51, auth_header),
    "dest_options": (60, options_header),
    "mobility": (135, options_header),
    "hip": (139, options_header),
    "shim6": (140, options_header),
    "experiment1": (253, options_header),
    "experiment2": (254, options_header),
}


def chain(kinds, upper_number, upper):
    """A whole IPv6 packet: the named headers in a row, then the upper layer."""
    number, body = upper_number, upper
    for kind in reversed(kinds):
        own, build = EXTENSIONS[kind]
        body = build(number) + body
        number = own
    return ip6(number, body)


def v6(name, packet, remote, lan="forward", *options, dst=V6_ALL):
    check(name, eth(0x86DD, packet, dst=dst), remote, lan, *options)


def v4(name, packet, remote, lan="forward", *options, dst=LAN_PC):
    check(name, eth(0x0800, packet, dst=dst, pad=60), remote, lan, *options)


# --- lengths, addresses, switches of the policy -----------------------------------------------------


def lengths():
    whole = eth(0x0800, ip4(17, DNS))
    for size in range(14):
        check("runt_%d" % size, whole[:size], "runt", "runt")
    check("runt_off", whole[:13], "runt", "runt", "off")
    for size in (14, 15, 18, 33, 46, 59, 60, 61, 1000, 1513, 1514):
        check("size_%d" % size, eth(0x1234, b"\x55" * (size - 14)), "forward")
    for size in (1515, 1516, 1518, 1522, 1600, 1984):
        check("jumbo_%d" % size, eth(0x1234, b"\x55" * (size - 14)), "jumbo", "jumbo")
    check("jumbo_ip4", eth(0x0800, ip4(17, udp(40000, 27015, b"x" * 1473))), "jumbo", "jumbo")
    check("largest_ip4", eth(0x0800, ip4(17, udp(40000, 27015, b"x" * 1472))), "forward")
    check("jumbo_ip6", eth(0x86DD, ip6(17, udp(40000, 27015, b"x" * 1453))), "jumbo", "jumbo")
    check("largest_ip6", eth(0x86DD, ip6(17, udp(40000, 27015, b"x" * 1452))), "forward")
    check("jumbo_off", eth(0x1234, b"\x55" * 1600), "forward", "forward", "off")
    check("jumbo_tagged", eth(0x8100, b"\0\x05\x12\x34" + b"\x55" * 1501), "jumbo", "jumbo", "vlan-tags")
    check("largest_tagged", eth(0x8100, b"\0\x05\x12\x34" + b"\x55" * 1500), "forward", "forward", "vlan-tags")
    check("largest_tagged_twice", eth(0x88A8, b"\0\x05\x81\0\0\x06\x12\x34" + b"\x55" * 1500), "forward",
          "forward", "vlan-tags")


def sources():
    packet = ip4(17, DNS)
    for text in ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:00:00:00:00", "01:00:5e:00:00:01",
                 "33:33:00:00:00:01", "03:00:00:00:00:0a", "01:80:c2:00:00:00", "01:00:0c:cc:cc:cc",
                 "ff:ff:ff:ff:ff:fe", "81:00:00:00:00:00"):
        name = "source_" + text.replace(":", "")
        want = "source_zero" if text == "00:00:00:00:00:00" else "invalid_source"
        check(name, eth(0x0800, packet, src=mac(text)), want, want)
        check(name + "_off", eth(0x0800, packet, src=mac(text)), want, want, "off")
    wake = b"\xff" * 6 + LAN_PC * 16
    zero = ("source_zero", "source_zero")
    check("wake_on_lan_from_zero", eth(0x0842, wake, dst=BROADCAST, src=b"\0" * 6), *zero)
    check("wake_on_lan_from_zero_announced", eth(0x0842, wake, dst=BROADCAST, src=b"\0" * 6), *zero, "source")
    emulator = mac("00:04:1f:12:34:56") # its own, of a console's maker, on the PC's adapter
    for what, frame in (("arp", eth(0x0806, b"\0" * 46, dst=BROADCAST, src=emulator)),
                        ("ip4", eth(0x0800, packet, src=emulator)), ("wake", eth(0x0842, wake, src=emulator))):
        check("source_emulator_" + what, frame, "source_mac", "source_mac", "source")
    for text in ("00:00:00:00:00:01", "00:00:01:00:00:00", "02:00:00:00:00:00", "fe:ff:ff:ff:ff:ff",
                 "80:00:00:00:00:00", "52:54:00:12:34:56"):
        check("source_" + text.replace(":", ""), eth(0x0800, packet, src=mac(text)), "forward")
    check("source_own", eth(0x0800, packet), "forward", "forward", "source")
    for bit in (1, 4, 7, 8, 20, 28, 39, 40, 47):
        forged = (int.from_bytes(PEER, "big") ^ 1 << (47 - bit)).to_bytes(6, "big")
        want = "invalid_source" if bit == 7 else "source_mac"
        check("source_forged_bit_%d" % bit, eth(0x0800, packet, src=forged), want, want, "source")
    check("source_forged_off", eth(0x0800, packet, src=OTHER), "source_mac", "source_mac", "source", "off")
    check("source_forged_lldp", eth(0x88CC, b"\0" * 46, src=OTHER), "source_mac", "source_mac", "source")
    check("source_group_announced_other", eth(0x0800, packet, src=BROADCAST), "invalid_source",
          "invalid_source", "source")


def switched_off():
    check("off_lldp", eth(0x88CC, b"\0" * 46, dst=mac("01:80:c2:00:00:0e")), "forward", "forward", "off")
    check("off_tag", eth(0x8100, b"\0\x05\x08\0" + ip4(17, DNS)), "forward", "forward", "off")
    check("off_ra", eth(0x86DD, ip6(58, RA), dst=V6_ALL), "forward", "forward", "off")
    check("off_dhcp", eth(0x0800, ip4(17, udp(67, 68, bootp(2, 5)))), "forward", "forward", "off")
    check("off_snap", eth(8, b"\xaa\xaa\x03\0\0\0\x08\0"), "forward", "forward", "off")
    check("off_steam", eth(0x0800, ip4(6, tcp(50000, 27040))), "forward", "forward", "off")


# --- switches among themselves ----------------------------------------------------------------------


def control():
    drop = ("l2_control", "l2_control")
    for last in list(range(0x00, 0x10)) + list(range(0x20, 0x30)):
        check("reserved_group_%02x" % last, eth(0x1234, b"\0" * 46, dst=mac("01:80:c2:00:00:%02x" % last)), *drop)
    for last in (0x10, 0x1F, 0x30, 0xFF):
        check("group_beyond_%02x" % last, eth(0x1234, b"\0" * 46, dst=mac("01:80:c2:00:00:%02x" % last)), "forward")
    check("group_beyond_0100", eth(0x1234, b"\0" * 46, dst=mac("01:80:c2:00:01:00")), "forward")
    for text, octets in (("01:80:c2:00:00:0e", 5), ("01:80:c2:00:00:21", 5), ("01:00:0c:cc:cc:cc", 3),
                         ("01:e0:52:cc:cc:cc", 6), ("01:00:81:00:01:00", 5)):
        for octet in range(octets):
            near = bytearray(mac(text))
            near[octet] ^= 0x01 if octet > 0 else 0x02
            check("group_near_%s_%d" % (text.replace(":", ""), octet), eth(0x1234, b"\0" * 46, dst=bytes(near)), "forward")
    check("unicast_like_reserved", eth(0x1234, b"\0" * 46, dst=mac("00:80:c2:00:00:00")), "forward")
    for text, what in (("01:00:0c:cc:cc:cc", "cdp"), ("01:00:0c:cc:cc:cd", "pvst"), ("01:00:0c:dd:dd:dd", "cgmp"),
                       ("01:00:0c:cd:cd:cd", "uplinkfast"), ("01:00:0c:00:00:00", "isl"),
                       ("01:e0:52:cc:cc:cc", "fdp"), ("01:00:81:00:01:00", "sonmp"), ("01:00:81:00:01:01", "sonmp2")):
        check("group_" + what, eth(0x1234, b"\0" * 46, dst=mac(text)), *drop)
    check("group_not_fdp", eth(0x1234, b"\0" * 46, dst=mac("01:e0:52:cc:cc:cd")), "forward")
    check("group_not_sonmp", eth(0x1234, b"\0" * 46, dst=mac("01:00:81:00:01:02")), "forward")
    check("group_not_cisco", eth(0x1234, b"\0" * 46, dst=mac("01:00:0d:cc:cc:cc")), "forward")
    stp = b"\x42\x42\x03" + bytes.fromhex("0000000000") + b"\0" * 38
    check("stp", eth(38, stp, dst=mac("01:80:c2:00:00:00")), *drop)
    check("stp_provider", eth(38, stp, dst=mac("01:80:c2:00:00:08")), *drop)
    check("stp_to_station", eth(38, stp), "llc", "l2_control")
    check("stp_to_all", eth(38, stp, dst=BROADCAST), "llc", "l2_control")
    check("cdp_snap", eth(32, b"\xaa\xaa\x03\0\0\x0c\x20\0" + b"\0" * 24, dst=mac("01:00:0c:cc:cc:cc")), *drop)
    check("pvst_snap", eth(50, b"\xaa\xaa\x03\0\0\x0c\x01\x0b" + b"\0" * 42, dst=mac("01:00:0c:cc:cc:cd")), *drop)
    check("pause", eth(0x8808, b"\0\x01\xff\xff" + b"\0" * 42, dst=mac("01:80:c2:00:00:01")), *drop)
    check("pfc", eth(0x8808, b"\x01\x01\0\xff" + b"\xff" * 16 + b"\0" * 26, dst=mac("01:80:c2:00:00:01")), *drop)
    check("stp_tagged", eth(0x8100, b"\0\x05\0\x26" + stp, dst=mac("01:80:c2:00:00:00")), *drop)
    check("lldp_multicast", eth(0x88CC, b"\x02\x07\x04" + PEER + b"\0" * 37, dst=mac("01:80:c2:00:00:0e")), *drop)
    for ethertype, what in ((0x8808, "pause"), (0x8809, "slow"), (0x88CC, "lldp"), (0x888E, "eapol"),
                            (0x88E5, "macsec"), (0x9000, "loopback"), (0x8899, "realtek"), (0x8902, "cfm")):
        check("type_%s_unicast" % what, eth(ethertype, b"\0" * 46), *drop)
        check("type_%s_broadcast" % what, eth(ethertype, b"\0" * 46, dst=BROADCAST), *drop)
        check("type_%s_bare" % what, eth(ethertype), *drop)
    for ethertype, what in ((0x88F7, "ptp"), (0x8863, "pppoe_discovery"), (0x8864, "pppoe_session"),
                            (0x22F0, "avtp"), (0x891D, "tte"), (0x893A, "ieee1905")):
        check("type_%s_unicast" % what, eth(ethertype, b"\0" * 46), "ethertype")
        check("type_%s_broadcast" % what, eth(ethertype, b"\0" * 46, dst=BROADCAST), "ethertype")
        check("type_%s_bare" % what, eth(ethertype), "ethertype")
    check("ptp_peer_delay", eth(0x88F7, b"\0" * 46, dst=mac("01:80:c2:00:00:0e")), *drop)
    for ethertype in (0x8807, 0x880A, 0x88CB, 0x88CE, 0x888D, 0x888F, 0x88E4, 0x88E6, 0x9001, 0x88F8, 0x8865):
        check("type_neighbour_%04x" % ethertype, eth(ethertype, b"\0" * 46), "forward")


# --- tags and 802.3 ---------------------------------------------------------------------------------

TAGS = (0x8100, 0x88A8, 0x9100, 0x9200, 0x9300)


def tagged(tags, ethertype, payload, vlan=5):
    """The tags, the first one as the frame's ethertype."""
    kinds = list(tags) + [ethertype]
    body = b"".join(struct.pack("!HH", vlan, kind) for kind in kinds[1:])
    return eth(kinds[0], body + payload, dst=V6_ALL)


def tags():
    drop = ("vlan_tag", "vlan_tag")
    packet = ip4(17, DNS)
    for tag in TAGS:
        for vlan in (0, 1, 100, 4095, 0xE000):
            check("tag_%04x_%d" % (tag, vlan), tagged([tag], 0x0800, packet, vlan), *drop)
        check("tag_%04x_bare" % tag, eth(tag), *drop)
        check("tag_%04x_arp" % tag, tagged([tag], 0x0806, b"\0" * 46, 0), *drop)
        check("tag_%04x_allowed" % tag, tagged([tag], 0x0800, packet), "forward", "forward", "vlan-tags")
        check("tag_%04x_ra_allowed" % tag, tagged([tag], 0x86DD, ip6(58, RA), 0), "ipv6_ra", "forward", "vlan-tags")
        check("tag_%04x_nothing_behind" % tag, eth(tag, b"\0\0\x12\x34"), "forward", "forward", "vlan-tags")
        for cut in range(4):
            check("tag_%04x_cut_%d" % (tag, cut), eth(tag, b"\0\0\x08\0"[:cut]), *drop, "vlan-tags")
    for outer, inner in ((0x8100, 0x8100), (0x88A8, 0x8100), (0x8100, 0x88A8), (0x9100, 0x8100), (0x9300, 0x9200)):
        name = "tags_%04x_%04x" % (outer, inner)
        check(name, tagged([outer, inner], 0x0800, packet, 0), *drop)
        check(name + "_allowed", tagged([outer, inner], 0x0800, packet, 0), "forward", "forward", "vlan-tags")
        check(name + "_ra_allowed", tagged([outer, inner], 0x86DD, ip6(58, RA), 0), "ipv6_ra", "forward", "vlan-tags")
    check("tags_three", tagged([0x8100] * 3, 0x86DD, ip6(58, RA), 0), *drop)
    check("tags_three_allowed", tagged([0x8100] * 3, 0x86DD, ip6(58, RA), 0), *drop, "vlan-tags")
    check("tags_ten_allowed", tagged([0x8100] * 10, 0x0800, packet, 0), *drop, "vlan-tags")
    check("tags_second_cut", eth(0x8100, b"\0\0\x81\0\0\0"), *drop, "vlan-tags")
    check("tag_dhcp_allowed", tagged([0x8100], 0x0800, ip4(17, udp(67, 68, bootp(2, 2)))), "dhcp4_server", "forward",
          "vlan-tags")
    check("tag_lldp_allowed", tagged([0x8100], 0x88CC, b"\0" * 46), "l2_control", "l2_control", "vlan-tags")
    check("tag_snap_ip_allowed", tagged([0x8100], 50, b"\xaa\xaa\x03\0\0\0\x08\0" + packet[:42]), "llc", "forward",
          "vlan-tags")
    check("tag_ipx_allowed", tagged([0x8100], 46, b"\xff" * 2 + b"\0" * 44), "forward", "forward", "vlan-tags")
    check("tag_snap_ip", tagged([0x8100], 50, b"\xaa\xaa\x03\0\0\0\x08\0" + packet[:42], 0), *drop)
    for tag in TAGS:
        snap_ra = b"\xaa\xaa\x03\0\0\0\x86\xdd" + ip6(58, RA)
        check("tag_%04x_0_snap_ra" % tag, tagged([tag], len(snap_ra), snap_ra, 0), *drop)
        check("tags_%04x_0_0_snap_ra" % tag, tagged([tag, 0x8100], len(snap_ra), snap_ra, 0), *drop)
        check("tags_%04x_0_0_snap_ra_allowed" % tag, tagged([tag, 0x8100], len(snap_ra), snap_ra, 0), "llc", "forward",
              "vlan-tags")
        inner = b"\xaa\xaa\x03\0\0\0" + struct.pack("!HHH", tag, 0, 0x86DD) + ip6(58, RA)
        check("tag_%04x_0_in_snap_ra" % tag, eth(len(inner), inner, dst=V6_ALL), "llc")
    check("tag_in_snap", eth(58, b"\xaa\xaa\x03\0\0\0\x81\0\0\0\x08\0" + packet[:46]), "llc")


def llc():
    ipx = bytes.fromhex("ffff0022001100000000ffffffffffff045200000000") + PEER + bytes.fromhex("045200010004")
    for size in (34, 35, 46, 1500):
        check("ipx_raw_%d" % size, eth(size, ipx.ljust(size, b"\0"), dst=BROADCAST), "forward")
    check("ipx_raw_padded", eth(34, ipx, dst=BROADCAST, pad=60), "forward")
    check("ipx_raw_length_zero", eth(0, ipx, dst=BROADCAST, pad=60), "forward")
    check("ipx_raw_only_ffff", eth(2, b"\xff\xff"), "forward")
    check("ipx_raw_one_byte", eth(1, b"\xff"), "llc")
    check("ipx_802_2", eth(37, b"\xe0\xe0\x03" + ipx, dst=BROADCAST, pad=60), "forward")
    check("ipx_raw_half", eth(34, b"\xff\x00" + ipx[2:], pad=60), "llc")
    check("ipx_raw_other_half", eth(34, b"\x00\xff" + ipx[2:], pad=60), "llc")
    check("ipx_802_2_header_only", eth(3, b"\xe0\xe0\x03"), "forward")
    check("ipx_802_2_other_dsap", eth(37, b"\x42\xe0\x03" + ipx, pad=60), "llc", "l2_control")
    check("stp_sap_only", eth(1, b"\x42"), "llc", "l2_control")
    check("ipx_802_2_short", eth(2, b"\xe0\xe0"), "llc")
    check("ipx_802_2_other_ssap", eth(37, b"\xe0\x42\x03" + ipx, pad=60), "llc")
    check("ipx_snap", eth(42, b"\xaa\xaa\x03\0\0\0\x81\x37" + ipx, dst=BROADCAST, pad=60), "forward")
    check("ipx_snap_cut", eth(7, b"\xaa\xaa\x03\0\0\0\x81"), "llc")
    check("ipx_snap_foreign_oui", eth(42, b"\xaa\xaa\x03\0\0\x0c\x81\x37" + ipx), "llc")
    check("ipx_snap_no_ui", eth(42, b"\xaa\xaa\x7f\0\0\0\x81\x37" + ipx), "llc")
    check("ipx_ethernet2", eth(0x8137, ipx, dst=BROADCAST, pad=60), "forward")
    check("ipx_novell_8138", eth(0x8138, ipx, dst=BROADCAST, pad=60), "forward")
    aarp = bytes.fromhex("0001809b06040003") + PEER + bytes.fromhex("00ff0080000000000000" "00ff0080")
    ddp = bytes.fromhex("001d000000ff00ff80ff02020201") + b"\x21\x07" + b"\0" * 13
    apple_all = mac("09:00:07:ff:ff:ff")
    for what, oui, ethertype, body in (("aarp", b"\0\0\0", b"\x80\xf3", aarp), ("ddp", b"\x08\0\x07", b"\x80\x9b", ddp)):
        snap = b"\xaa\xaa\x03" + oui + ethertype + body
        check("ethertalk2_" + what, eth(len(snap), snap, dst=apple_all, pad=60), "forward")
        check("ethertalk2_%s_unicast" % what, eth(len(snap), snap, pad=60), "forward")
        check("ethertalk2_%s_header_only" % what, eth(8, snap[:8]), "forward")
        for cut in range(1, 8):
            check("ethertalk2_%s_cut_%d" % (what, cut), eth(cut, snap[:cut]), "llc")
        for at in range(8):
            near = bytearray(snap)
            near[at] ^= 0x10
            check("ethertalk2_%s_near_%d" % (what, at), eth(len(snap), bytes(near), dst=apple_all, pad=60), "llc")
        for length in (1501, 1535):
            check("ethertalk2_%s_length_%d" % (what, length), eth(length, snap, dst=apple_all, pad=60), "llc")
        check("ethertalk2_%s_behind_8870" % what, eth(0x8870, snap, dst=apple_all, pad=60), "llc")
        check("ethertalk2_%s_tagged" % what, tagged([0x8100], len(snap), snap), "forward", "forward", "vlan-tags")
    for what, oui, ethertype in (("aarp_of_apple", b"\x08\0\x07", b"\x80\xf3"), ("ddp_encapsulated", b"\0\0\0", b"\x80\x9b"),
                                 ("ipx_of_apple", b"\x08\0\x07", b"\x81\x37"), ("ip_of_apple", b"\x08\0\x07", b"\x08\0"),
                                 ("vtp", b"\0\0\x0c", b"\x20\x03"), ("dtp", b"\0\0\x0c", b"\x20\x04"),
                                 ("udld", b"\0\0\x0c", b"\x01\x11"), ("edp", b"\0\xe0\x2b", b"\0\xbb"),
                                 ("pvst", b"\0\0\x0c", b"\x01\x0b"), ("bridged_802_3", b"\0\x80\xc2", b"\0\x07")):
        check("snap_" + what, eth(48, b"\xaa\xaa\x03" + oui + ethertype + b"\0" * 40), "llc")
    check("snap_dhcp_offer", eth(500, b"\xaa\xaa\x03\0\0\0\x08\0" + ip4(17, udp(67, 68, bootp(2, 2)))), "llc")
    check("ethertalk1_aarp", eth(0x80F3, aarp, dst=BROADCAST, pad=60), "forward")
    check("ethertalk1_ddp", eth(0x809B, ddp, dst=BROADCAST, pad=60), "forward")
    netbeui = b"\xf0\xf0\x03\x2c\0\xff\xef\x0a\0\0\0\0\0" + b"PLAYER-PC      \0"
    check("netbeui_query", eth(47, netbeui.ljust(47, b"\0"), dst=mac("03:00:00:00:00:01")), "forward")
    check("netbeui_command", eth(4, b"\xf0\xf0\x7f\0", pad=60), "forward")
    check("netbeui_response", eth(4, b"\xf0\xf1\x73\0", pad=60), "forward")
    check("netbeui_short", eth(2, b"\xf0\xf0"), "llc")
    check("netbeui_group_dsap", eth(4, b"\xf1\xf0\x7f\0", pad=60), "llc")
    inner = {"ip4": (0x0800, ip4(17, DNS)), "arp": (0x0806, b"\0\x01\x08\0\x06\x04\0\x02" + b"\0" * 20),
             "ra": (0x86DD, ip6(58, RA)), "vlan": (0x8100, b"\0\x05\x08\0" + b"\0" * 40),
             "appletalk": (0x809B, b"\0" * 40), "lldp": (0x88CC, b"\0" * 40)}
    for what, (ethertype, body) in inner.items():
        snap = b"\xaa\xaa\x03\0\0\0" + struct.pack("!H", ethertype) + body
        for length, how in ((len(snap), "right"), (8, "short"), (0, "zero"), (1500, "long"), (1501, "invalid"),
                            (0x05FF, "undefined")):
            check("snap_%s_length_%s" % (what, how), eth(length, snap), "llc")
        rfc1042 = b"\xaa\xaa\x03\0\0\xf8" + struct.pack("!H", ethertype) + body
        check("snap_%s_bridge_tunnel" % what, eth(len(rfc1042), rfc1042), "llc")
    check("snap_no_ui", eth(50, b"\xaa\xaa\x73\0\0\0\x08\0" + b"\0" * 42), "llc")
    check("snap_ssap_ab", eth(50, b"\xaa\xab\x03\0\0\0\x08\0" + b"\0" * 42), "llc")
    check("snap_behind_ethertype", eth(0x8870, b"\xaa\xaa\x03\0\0\0\x08\0" + b"\0" * 42), "llc")
    check("llc_null_sap", eth(46, b"\0" * 46), "llc")
    check("llc_ip_sap", eth(46, b"\x06\x06\x03" + b"\0" * 43), "llc")
    check("llc_xid", eth(6, b"\xaa\xaa\xbf\x81\x01\x02", pad=60), "llc")
    check("llc_test", eth(3, b"\0\0\xe3", pad=60), "llc")
    check("llc_iso_no_ui", eth(50, b"\xfe\xfe\x7f\x83" + b"\0" * 46), "llc")
    check("llc_iso_short", eth(2, b"\xfe\xfe"), "llc")
    check("llc_iso_length_1501", eth(1501, b"\xfe\xfe\x03\x83" + b"\0" * 46), "llc")
    check("llc_empty", eth(0), "llc")
    check("llc_sna", eth(46, b"\x04\x04\x03" + b"\0" * 43), "llc")
    check("length_1500_ipx", eth(1500, ipx, pad=60), "forward")
    check("length_1501_ipx", eth(1501, ipx, pad=60), "llc")
    check("length_1535_ipx", eth(1535, ipx, pad=60), "llc")
    check("type_1536", eth(1536, b"\0" * 46), "forward")


# --- IPv4 -------------------------------------------------------------------------------------------


def dhcp4():
    for message, what in ((2, "offer"), (5, "ack"), (6, "nak")):
        v4("dhcp_" + what, ip4(17, udp(67, 68, bootp(2, message, 300))), "dhcp4_server", dst=BROADCAST)
        v4("dhcp_%s_unicast" % what, ip4(17, udp(67, 68, bootp(2, message, 300))), "dhcp4_server")
        v4("dhcp_%s_allowed" % what, ip4(17, udp(67, 68, bootp(2, message, 300))), "forward", "forward", "dhcp-server")
    for message, what in ((1, "discover"), (3, "request"), (4, "decline"), (7, "release"), (8, "inform")):
        packet = ip4(17, udp(68, 67, bootp(1, message, 300)), src="0.0.0.0", dst="255.255.255.255")
        v4("dhcp_" + what, packet, "forward", dst=BROADCAST)
        v4("dhcp_%s_unicast" % what, ip4(17, udp(68, 67, bootp(1, message, 300))), "forward")
    for ihl in range(5, 16):
        v4("dhcp_offer_ihl_%d" % ihl, ip4(17, udp(67, 68, bootp(2, 2)), ihl=ihl), "dhcp4_server")
        v4("dhcp_discover_ihl_%d" % ihl, ip4(17, udp(68, 67, bootp(1, 1)), ihl=ihl), "forward")
    v4("dhcp_reply_to_67", ip4(17, udp(68, 67, bootp(2, 5))), "dhcp4_server")
    v4("dhcp_relay_agent", ip4(17, udp(67, 67, bootp(1, 1))), "dhcp4_server")
    v4("dhcp_relay_reply", ip4(17, udp(67, 67, bootp(2, 5))), "dhcp4_server")
    v4("dhcp_from_any_port", ip4(17, udp(40000, 68, bootp(2, 5))), "dhcp4_server")
    v4("dhcp_from_67_to_any", ip4(17, udp(67, 40000, bootp(2, 5))), "dhcp4_server")
    v4("dhcp_client_any_port_request", ip4(17, udp(40000, 67, bootp(1, 1))), "forward")
    v4("dhcp_client_any_port_reply", ip4(17, udp(40000, 67, bootp(2, 5))), "dhcp4_server")
    v4("dhcp_op_0", ip4(17, udp(68, 67, bootp(0, 1))), "dhcp4_server")
    v4("dhcp_op_3", ip4(17, udp(68, 67, bootp(3, 1))), "dhcp4_server")
    v4("dhcp_no_payload_to_67", ip4(17, udp(68, 67)), "dhcp4_chaddr")
    v4("dhcp_no_payload_to_68", ip4(17, udp(67, 68)), "dhcp4_server")
    v4("dhcp_op_only", ip4(17, udp(68, 67, b"\x01")), "dhcp4_chaddr")
    for size in (33, 34, 235, 239):
        v4("dhcp_cut_%d" % size, ip4(17, udp(68, 67, bootp(1, 1)[:size])), "dhcp4_chaddr" if size < 34 else "forward")
    v4("dhcp_op_only_reply", ip4(17, udp(68, 67, b"\x02")), "dhcp4_server")
    v4("dhcp_wrong_udp_length", ip4(17, udp(67, 68, bootp(2, 5), length=8)), "dhcp4_server")
    v4("dhcp_zero_udp_length", ip4(17, udp(67, 68, bootp(2, 5), length=0)), "dhcp4_server")
    v4("dhcp_first_fragment", ip4(17, udp(67, 68, bootp(2, 5)), fragment=0x2000), "dhcp4_server")
    v4("dhcp_request_first_fragment", ip4(17, udp(68, 67, bootp(1, 1)), fragment=0x2000), "ipv4_fragment")
    v4("dhcp_dont_fragment", ip4(17, udp(67, 68, bootp(2, 5)), fragment=0x4000), "dhcp4_server")
    v4("dhcp_evil_bit", ip4(17, udp(67, 68, bootp(2, 5)), fragment=0x8000), "dhcp4_server")
    v4("dhcp_request_op_hidden", ip4(17, udp(68, 67), fragment=0x2000), "ipv4_fragment")
    v4("dhcp_ttl_0", ip4(17, udp(67, 68, bootp(2, 5)), ttl=0), "dhcp4_server")
    v4("dhcp_tcp_ports", ip4(6, tcp(67, 68)), "forward")
    v4("dhcp_udplite", ip4(136, udp(67, 68, bootp(2, 5))), "forward")
    v4("port_66", ip4(17, udp(66, 69)), "forward")
    v4("port_tftp", ip4(17, udp(40000, 69, b"\0\x01boot\0octet\0")), "forward")


def dhcp4_names():
    """In whose name a client asks: only in its own."""
    drop = "dhcp4_chaddr"

    def ask(name, verdict, message, *args, src="0.0.0.0", **fields):
        v4("dhcp_" + name, ip4(17, udp(68, 67, bootp(1, message, 300, **fields)), src=src, dst="255.255.255.255"), verdict,
           "forward", *args, dst=BROADCAST)

    for message, what in ((1, "discover"), (3, "request"), (4, "decline"), (7, "release"), (8, "inform")):
        ask("%s_of_other" % what, drop, message, chaddr=OTHER)
        ask("%s_of_nobody" % what, drop, message, chaddr=b"\0" * 6)
        ask("%s_of_hall_pc" % what, drop, message, chaddr=LAN_PC)
        ask("%s_of_other_allowed_server" % what, drop, message, "dhcp-server", chaddr=LAN_PC)
        ask("%s_named_by_hall_pc" % what, drop, message, options=b"\x3d\x07\x01" + LAN_PC)
        ask("%s_named_by_itself" % what, "forward", message, options=b"\x3d\x07\x01" + PEER)
        ask("%s_named_by_duid" % what, "forward", message,
            options=b"\x3d\x13\xff\x12\x34\x56\x78\0\x01\0\x01\x2c\x01\x02\x03" + LAN_PC)
        for bit in (0, 8, 23, 40, 47):
            near = (int.from_bytes(PEER, "big") ^ 1 << bit).to_bytes(6, "big")
            ask("%s_of_near_%d" % (what, bit), drop, message, chaddr=near)
        ask("%s_via_agent" % what, "dhcp4_server", message, giaddr="192.168.1.50")
        ask("%s_via_agent_allowed" % what, "forward", message, "dhcp-server", giaddr="192.168.1.50")
        ask("%s_via_agent_of_other" % what, "dhcp4_server", message, giaddr="0.0.0.1", chaddr=LAN_PC)
        ask("%s_hops" % what, "dhcp4_server", message, hops=1)
        ask("%s_agent_information" % what, drop, message, options=b"\x52\x06\x01\x04\x01\x02\x03\x04")
    for htype in (0, 2, 6, 32, 255):
        ask("htype_%d" % htype, drop, 1, htype=htype)
    for hlen in (0, 1, 5, 7, 8, 16, 255):
        ask("hlen_%d" % hlen, drop, 1, hlen=hlen)
    ask("chaddr_and_more", "forward", 1, chaddr=PEER + b"\x01" * 10)
    # RFC 2131, 4.4.6: what is given back is the address that it comes from.
    for message, what in ((4, "decline"), (7, "release")):
        ask(what + "_own_address", "forward", message, src="192.168.1.50", ciaddr="192.168.1.50")
        ask(what + "_address_of_other", drop, message, src="192.168.1.50", ciaddr="192.168.1.2")
        ask(what + "_address_from_nowhere", drop, message, ciaddr="192.168.1.2")
    ask("rebind_from_nowhere", "forward", 3, ciaddr="192.168.1.50")
    ask("renew", "forward", 3, src="192.168.1.50", ciaddr="192.168.1.50")
    # What servers may read in more than one way.
    ask("two_names", drop, 3, options=b"\x3d\x07\x01" + PEER + b"\x3d\x07\x01" + LAN_PC)
    ask("name_in_file", drop, 3, options=b"\x34\x01\x01")
    ask("name_in_sname", drop, 7, options=b"\x34\x01\x02")
    ask("two_messages", drop, 1, options=b"\x35\x01\x07")
    ask("name_empty", drop, 1, options=b"\x3d\0")
    ask("name_over_the_end", drop, 1, options=b"\0" * 56 + b"\x3d\xff\x01")
    ask("option_without_length", drop, 1, options=b"\0" * 59 + b"\x3d")
    ask("padded_options", "forward", 1, options=b"\0\0\x32\x04\xc0\xa8\x01\x32\0\x3d\x07\x01" + PEER)
    ask("behind_end", "forward", 1, options=b"\xff\x3d\x07\x01" + LAN_PC)
    check("dhcp_tagged_of_other", tagged([0x8100], 0x0800, ip4(17, udp(68, 67, bootp(1, 1, 300, chaddr=LAN_PC)))), drop,
          "forward", "vlan-tags")
    v4("bootp_plain", ip4(17, udp(68, 67, bootp(1, None, 300))), "forward")
    v4("bootp_plain_of_other", ip4(17, udp(68, 67, bootp(1, None, 300, chaddr=OTHER))), drop)
    v4("dhcp_any_port_of_other", ip4(17, udp(40000, 67, bootp(1, 1, chaddr=OTHER))), drop)
    for ihl in (6, 10, 15):
        v4("dhcp_of_other_ihl_%d" % ihl, ip4(17, udp(68, 67, bootp(1, 1, chaddr=OTHER)), ihl=ihl), drop)


def fragments4():
    for size in range(8):
        v4("udp_first_fragment_%d" % size, ip4(17, udp(40000, 27015)[:size], fragment=0x2000), "ipv4_fragment")
    v4("udp_first_fragment_8", ip4(17, udp(40000, 27015), fragment=0x2000), "forward")
    for size in (0, 3, 4, 8, 15):
        v4("tcp_first_fragment_%d" % size, ip4(6, tcp(40000, 80)[:size], fragment=0x2000), "ipv4_fragment")
    v4("tcp_first_fragment_16", ip4(6, tcp(40000, 80)[:16], fragment=0x2000), "forward")
    v4("icmp_first_fragment_4", ip4(1, b"\x08\0\0\0", fragment=0x2000), "ipv4_fragment")
    v4("icmp_first_fragment_8", ip4(1, b"\x08\0\0\0\0\x01\0\x01", fragment=0x2000), "forward")
    v4("other_first_fragment_7", ip4(50, b"\0" * 7, fragment=0x2000), "ipv4_fragment")
    for protocol, what in ((17, "udp"), (6, "tcp"), (1, "icmp"), (50, "esp")):
        v4("%s_offset_1_more" % what, ip4(protocol, b"\0" * 64, fragment=0x2001), "ipv4_fragment")
        v4("%s_offset_1_last" % what, ip4(protocol, b"\0" * 64, fragment=0x0001), "ipv4_fragment")
        v4("%s_offset_2" % what, ip4(protocol, b"\0" * 64, fragment=0x2002), "forward")
        v4("%s_offset_185" % what, ip4(protocol, b"\0" * 64, fragment=185), "forward")
    v4("udp_offset_like_dhcp", ip4(17, udp(67, 68, bootp(2, 5)), fragment=185), "forward")
    v4("tcp_offset_like_steam", ip4(6, tcp(50000, 27040), fragment=185), "forward")
    v4("big_first_fragment", ip4(17, udp(40000, 27015, b"x" * 1472), fragment=0x2000), "forward")
    v4("offset_8191", ip4(17, b"x" * 8, fragment=0x1FFF), "forward")


def headers4():
    full = ip4(17, DNS)
    for size in range(0, 20, 3):
        check("ip4_cut_%d" % size, eth(0x0800, full[:size]), "ipv4_header")
    for version in (0, 5, 6, 15):
        v4("ip4_version_%d" % version, ip4(17, DNS, version=version), "ipv4_header")
    for ihl in range(5):
        v4("ip4_ihl_%d" % ihl, ip4(17, DNS, ihl=ihl), "ipv4_header")
    check("ip4_ihl_15_cut", eth(0x0800, ip4(17, b"", ihl=15)[:40]), "ipv4_header")
    v4("ip4_total_0", ip4(17, udp(67, 68, bootp(2, 5)), total=0), "ipv4_header")
    v4("ip4_total_19", ip4(17, DNS, total=19), "ipv4_header")
    v4("ip4_total_less_than_ihl", ip4(17, DNS, ihl=10, total=36), "ipv4_header")
    check("ip4_total_one_too_many", eth(0x0800, ip4(17, DNS, total=len(full) + 1)), "ipv4_header")
    check("ip4_total_65535", eth(0x0800, ip4(17, DNS, total=65535)), "ipv4_header")
    v4("ip4_padded", ip4(17, udp(40000, 27015, b"hi")), "forward")
    for size in range(4):
        v4("udp_cut_%d" % size, ip4(17, DNS[:size]), "ipv4_header")
        v4("tcp_cut_%d" % size, ip4(6, tcp(1, 2)[:size]), "ipv4_header")
    v4("udp_ports_only", ip4(17, DNS[:4]), "forward")
    v4("tcp_ports_only", ip4(6, tcp(1, 2)[:4]), "forward")
    v4("icmp_type_only", ip4(1, b"\x08"), "forward")
    check("ip4_bare", eth(0x0800, ip4(50, b"")), "forward")
    v4("icmp_empty", ip4(1, b""), "ipv4_header")
    v4("other_empty", ip4(50, b""), "forward")
    v4("icmp_echo", ip4(1, b"\x08\0\0\0\0\x01\0\x01" + b"ping" * 8), "forward")
    v4("icmp_echo_reply", ip4(1, b"\0\0\0\0\0\x01\0\x01" + b"ping" * 8), "forward")
    v4("icmp_too_big", ip4(1, b"\x03\x04\0\0\0\0\x05\0" + full[:28]), "forward")
    v4("icmp_redirect", ip4(1, b"\x05\x01\0\0\xc0\xa8\x01\x32" + full[:28]), "ipv4_redirect")
    v4("icmp_redirect_ihl_8", ip4(1, b"\x05\x01\0\0\xc0\xa8\x01\x32" + full[:28], ihl=8), "ipv4_redirect")
    v4("icmp_redirect_fragment", ip4(1, b"\x05\x01\0\0\xc0\xa8\x01\x32" + full[:24], fragment=0x2000), "ipv4_redirect")
    v4("icmp_redirect_allowed", ip4(1, b"\x05\x01\0\0\xc0\xa8\x01\x32" + full[:28]), "forward", "forward",
       "router-advert")
    v4("icmp_router_advert", ip4(1, b"\x09\0\0\0\x01\x02\x07\x08" + b"\xc0\xa8\x01\x32\0\0\0\0"), "ipv4_redirect")
    v4("icmp_router_advert_allowed", ip4(1, b"\x09\0\0\0\x01\x02\x07\x08" + b"\xc0\xa8\x01\x32\0\0\0\0"), "forward",
       "forward", "router-advert")
    v4("icmp_router_solicit", ip4(1, b"\x0a\0\0\0\0\0\0\0"), "forward")


def transfers():
    drop = ("lan_transfer", "lan_transfer")
    for port, what in ((27040, "steam"), (7680, "delivery")):
        for sport, dport, way in ((50000, port, "to"), (port, 50000, "from"), (port, port, "both")):
            v4("%s_ip4_%s" % (what, way), ip4(6, tcp(sport, dport, flags=2)), *drop)
            v6("%s_ip6_%s" % (what, way), ip6(6, tcp(sport, dport, flags=2)), *drop, dst=LAN_PC)
            v4("%s_ip4_%s_allowed" % (what, way), ip4(6, tcp(sport, dport)), "forward", "forward", "lan-transfer")
            v6("%s_ip6_%s_allowed" % (what, way), ip6(6, tcp(sport, dport)), "forward", "forward", "lan-transfer",
               dst=LAN_PC)
        v4("%s_data" % what, ip4(6, tcp(port, 50000, b"x" * 1400)), *drop)
        v4("%s_ihl_9" % what, ip4(6, tcp(50000, port), ihl=9), *drop)
        v4("%s_first_fragment" % what, ip4(6, tcp(50000, port, b"x" * 100), fragment=0x2000), *drop)
        v4("%s_ports_only" % what, ip4(6, tcp(50000, port)[:4]), *drop)
        v6("%s_ports_only6" % what, ip6(6, tcp(50000, port)[:4]), *drop, dst=LAN_PC)
        v4("%s_udp" % what, ip4(17, udp(port, port, b"x")), "forward")
        v6("%s_udp6" % what, ip6(17, udp(port, port, b"x")), "forward")
        v6("%s_behind_options" % what, chain(["dest_options"], 6, tcp(50000, port)), *drop, dst=LAN_PC)
        v6("%s_behind_all" % what, chain(list(EXTENSIONS), 6, tcp(50000, port)), *drop, dst=LAN_PC)
        for near in (port - 1, port + 1):
            v4("%s_near_%d" % (what, near), ip4(6, tcp(near, near)), "forward")
        swapped = (port & 0xFF) << 8 | port >> 8
        v4("%s_swapped" % what, ip4(6, tcp(swapped, swapped)), "forward")
    v4("steam_discovery", ip4(17, udp(27036, 27036, b"\xff\xff\xff\xff\x21\x4c\x5f\xa0" + b"\0" * 40)), "forward",
       dst=BROADCAST)
    v4("steam_streaming", ip4(6, tcp(50000, 27036)), "forward")


# --- IPv6 -------------------------------------------------------------------------------------------


def routers():
    drop = "ipv6_ra"
    for what, body in (("ra", RA), ("redirect", REDIRECT), ("renumber", icmp6(138))):
        v6(what, ip6(58, body), drop)
        v6(what + "_unicast", ip6(58, body, dst="fe80::b"), drop, dst=LAN_PC)
        v6(what + "_allowed", ip6(58, body), "forward", "forward", "router-advert")
        for kind in EXTENSIONS:
            v6("%s_behind_%s" % (what, kind), chain([kind], 58, body), drop)
    kinds = list(EXTENSIONS)
    for first in kinds:
        for second in kinds:
            v6("ra_behind_%s_%s" % (first, second), chain([first, second], 58, RA), drop)
    v6("ra_behind_all", chain(kinds, 58, RA), drop)
    v6("ra_behind_all_reversed", chain(kinds[::-1], 58, RA), drop)
    for count in list(range(2, 41)) + [100, 170]:
        v6("ra_behind_%d_options" % count, chain(["dest_options"] * count, 58, RA), drop)
    for count in (2, 3, 7, 8, 9, 10, 16, 40, 100, 170):
        v6("echo_behind_%d_options" % count, chain(["dest_options"] * count, 58, ECHO6), "forward")
    for units in (1, 15, 100, 170):
        v6("ra_behind_long_options_%d" % units, ip6(60, options_header(58, units) + RA), drop)
    for words in (0, 1, 2, 6, 253):
        v6("ra_behind_auth_of_%d_words" % words, ip6(51, bytes([58, words]) + b"\0" * (words * 4 + 6) + RA), drop)
    for units, kind in ((2, 0), (2, 2), (4, 3), (6, 4)):
        segments = bytes([58, units, kind, 0]) + b"\0" * (4 + units * 8)
        v6("ra_behind_routing_type_%d" % kind, ip6(43, segments + RA), drop)
    v6("ra_behind_esp", ip6(50, b"\0\0\0\x01\0\0\0\x01" + RA), "forward")
    v6("ra_behind_none", ip6(59, RA), "forward")
    v6("ra_behind_udp", ip6(17, udp(40000, 40000, RA)), "forward")
    v6("ra_behind_allowed", chain(["hop_by_hop", "dest_options"], 58, RA), "forward", "forward", "router-advert")
    v6("ra_hop_limit_64", ip6(58, RA, hops=64), drop)
    v6("ra_global_source", ip6(58, RA, src="2001:db8::a"), drop)
    v6("ra_code_1", ip6(58, icmp6(134, b"\0" * 12, code=1)), drop)
    v6("ra_bad_checksum", ip6(58, RA[:2] + b"\0\0" + RA[4:]), drop)
    v6("ra_type_only", ip6(58, RA[:1]), drop)
    v6("ra_length_0", ip6(58, RA, length=0), drop)
    v6("ra_length_short", ip6(58, RA, length=4), drop)
    v6("ra_length_long", ip6(58, RA, length=len(RA) + 1), "ipv6_header")
    v6("ra_length_65535", ip6(58, RA, length=65535), "ipv6_header")
    v6("ra_jumbogram", ip6(0, bytes([58, 0, 0xC2, 4]) + struct.pack("!I", 70000) + RA, length=0), drop)
    v6("ra_options_hide_length", ip6(60, options_header(58) + RA, length=8), drop)
    v6("ra_broadcast_mac", ip6(58, RA), drop, dst=BROADCAST)
    v6("rs", ip6(58, icmp6(133)), "forward", dst=mac("33:33:00:00:00:02"))
    v6("ns", ip6(58, NS), "forward", dst=mac("33:33:ff:00:00:0b"))
    v6("na", ip6(58, NA), "forward", dst=LAN_PC)
    v6("na_router_flag", ip6(58, icmp6(136, b"\xe0\0\0\0" + b"\xfe\x80" + b"\0" * 14)), "forward")
    v6("dad", ip6(58, NS, src="::"), "forward", dst=mac("33:33:ff:00:00:0a"))
    v6("echo6", ip6(58, ECHO6), "forward", dst=LAN_PC)
    v6("packet_too_big", ip6(58, icmp6(2, b"\0\0\x05\0" + b"\0" * 48)), "forward", dst=LAN_PC)
    for kind in EXTENSIONS:
        v6("echo_behind_" + kind, chain([kind], 58, ECHO6), "forward", dst=LAN_PC)
        v6("udp_behind_" + kind, chain([kind], 17, DNS), "forward", dst=LAN_PC)


def headers6():
    drop = "ipv6_header"
    full = ip6(58, ECHO6)
    for size in (0, 1, 6, 7, 39):
        check("ip6_cut_%d" % size, eth(0x86DD, full[:size]), drop)
    for version in (0, 4, 5, 15):
        v6("ip6_version_%d" % version, ip6(58, ECHO6, version=version), drop)
    v6("ip6_ra_version_4", ip6(58, RA, version=4), drop)
    for kind, (number, build) in EXTENSIONS.items():
        whole = build(58)
        for size in (0, 1, 7):
            v6("%s_cut_%d" % (kind, size), ip6(number, whole[:size]), drop)
        v6("%s_without_upper" % kind, ip6(number, whole), drop)
        v6("%s_to_the_end" % kind, ip6(number, build(59)), "forward")
        v6("%s_too_long" % kind, ip6(number, bytes([58, 255]) + whole[2:] + RA), drop)
    v6("chain_of_nothing", ip6(60, options_header(60) * 3), drop)
    v6("icmp6_empty", ip6(58, b""), drop)
    for size in range(4):
        v6("udp6_cut_%d" % size, ip6(17, DNS[:size]), drop)
        v6("tcp6_cut_%d" % size, ip6(6, tcp(1, 2)[:size]), drop)
    v6("udp6_ports_only", ip6(17, DNS[:4]), "forward", dst=LAN_PC)
    v6("tcp6_ports_only", ip6(6, tcp(1, 2)[:4]), "forward", dst=LAN_PC)
    for number in (1, 2, 5, 42, 45, 49, 87, 90, 102, 104, 113, 141, 142, 252, 255):
        v6("next_header_%d" % number, ip6(number, b"\x3a\0" + b"\0" * 38), drop)
        v6("next_header_%d_behind_options" % number, ip6(60, options_header(number) + b"\x3a\0" + b"\0" * 38), drop)
    for number, what in ((33, "dccp"), (50, "esp"), (59, "none"), (132, "sctp"), (136, "udplite")):
        v6("next_header_" + what, ip6(number, b"\0" * 40), "forward", dst=LAN_PC)
        v6("next_header_%s_behind_options" % what, ip6(60, options_header(number) + b"\0" * 40), "forward", dst=LAN_PC)
    v6("none_empty", ip6(59, b""), "forward", dst=LAN_PC)
    v6("ip6_length_one_too_many", ip6(58, ECHO6, length=len(ECHO6) + 1), drop)
    check("ip6_padded", eth(0x86DD, ip6(59, b""), pad=60), "forward")
    v6("ip6_in_ip6_ra", ip6(41, ip6(58, RA)), "infrastructure")
    check("ip4_type_with_ip6", eth(0x0800, ip6(58, RA), dst=V6_ALL), "ipv4_header")
    check("ip6_type_with_ip4", eth(0x86DD, ip4(17, udp(67, 68, bootp(2, 5)))), drop)


def fragments6():
    drop = "ipv6_fragment"
    v6("atomic_ra", ip6(44, fragment_header(58) + RA), drop)
    v6("atomic_echo", ip6(44, fragment_header(58) + ECHO6), drop)
    for what, body in (("rs", icmp6(133)), ("ns", NS), ("na", NA), ("redirect", REDIRECT), ("mld", icmp6(131, b"\0" * 20))):
        v6("atomic_" + what, ip6(44, fragment_header(58) + body), drop)
        v6("first_fragment_" + what, ip6(44, fragment_header(58, 0, 1) + body), drop)
    v6("first_fragment_without_icmp", ip6(44, fragment_header(60, 0, 1) + options_header(58)), drop)
    v6("fragment_of_nothing", ip6(44, fragment_header(59, 0, 1)), drop)
    v6("first_fragment_udp", ip6(44, fragment_header(17, 0, 1) + udp(40000, 27015, b"x" * 1000)), drop)
    v6("middle_fragment", ip6(44, fragment_header(17, 100, 1) + b"x" * 800), drop)
    v6("last_fragment", ip6(44, fragment_header(17, 200, 0) + b"x" * 80), drop)
    v6("fragment_router_allowed", ip6(44, fragment_header(58) + RA), drop, "forward", "router-advert")
    v6("fragment_dhcp_allowed", ip6(44, fragment_header(17) + REPLY6), drop, "forward", "dhcp-server")
    v6("fragment_header_cut", ip6(44, fragment_header(58)[:3]), drop)
    v6("fragment_header_missing", ip6(44, b""), drop)
    v6("fragment_twice", ip6(44, fragment_header(44) + fragment_header(58) + RA), drop)
    for kind in EXTENSIONS:
        number, build = EXTENSIONS[kind]
        v6("fragment_behind_" + kind, ip6(number, build(44) + fragment_header(58) + RA), drop)
        v6("fragment_before_" + kind, ip6(44, fragment_header(number) + build(58) + RA), drop)
    long_chain = options_header(60) * 9 + options_header(58) + RA
    for cut in range(8, 88, 8):
        v6("chain_split_at_%d" % cut, ip6(44, fragment_header(60, 0, 1) + long_chain[:cut]), drop)
        v6("chain_split_rest_at_%d" % cut, ip6(44, fragment_header(60, cut // 8, 0) + long_chain[cut:]), drop)
    v6("fragment_overlap", ip6(44, fragment_header(58, 1, 0) + RA[8:]), drop)
    v6("fragment_steam", ip6(44, fragment_header(6) + tcp(50000, 27040)), drop)


def dhcp6():
    drop = "dhcp6_server"
    for kind, what in ((2, "advertise"), (7, "reply"), (10, "reconfigure"), (13, "relay_reply")):
        body = bytes([kind]) + b"\x12\x34\x56" + b"\0\x01\0\x04\0\0\0\0"
        v6("dhcp6_" + what, ip6(17, udp(547, 546, body), dst="fe80::b"), drop, dst=LAN_PC)
        v6("dhcp6_%s_any_port" % what, ip6(17, udp(40000, 546, body), dst="fe80::b"), drop, dst=LAN_PC)
        v6("dhcp6_%s_allowed" % what, ip6(17, udp(547, 546, body)), "forward", "forward", "dhcp-server", dst=LAN_PC)
    for kind, what in ((1, "solicit"), (3, "request"), (5, "renew"), (6, "rebind"), (8, "release"), (11, "information")):
        body = bytes([kind]) + b"\x12\x34\x56" + b"\0\x01\0\x04\0\0\0\0"
        v6("dhcp6_" + what, ip6(17, udp(546, 547, body), dst="ff02::1:2"), "forward", dst=mac("33:33:00:01:00:02"))
    for kind in EXTENSIONS:
        v6("dhcp6_reply_behind_" + kind, chain([kind], 17, REPLY6), drop)
        v6("dhcp6_solicit_behind_" + kind, chain([kind], 17, udp(546, 547, b"\x01\0\0\0")), "forward")
    for count in (2, 9, 40):
        v6("dhcp6_reply_behind_%d_options" % count, chain(["dest_options"] * count, 17, REPLY6), drop)
    v6("dhcp6_relay", ip6(17, udp(547, 547, b"\x0c\0")), drop)
    for kind in (0, 2, 7, 10, 12, 13, 15, 17, 19, 21, 200):
        v6("dhcp6_message_%d_to_547" % kind, ip6(17, udp(546, 547, bytes([kind]) + b"\0" * 40)), drop)
        v6("dhcp6_message_%d_to_547_any_port" % kind, ip6(17, udp(40000, 547, bytes([kind]) + b"\0" * 40)), drop)
        v6("dhcp6_message_%d_allowed" % kind, ip6(17, udp(546, 547, bytes([kind]) + b"\0" * 40)), "forward", "forward",
           "dhcp-server")
    for kind in (1, 3, 4, 5, 6, 8, 9, 11, 14, 20, 36):
        v6("dhcp6_message_%d" % kind, ip6(17, udp(546, 547, bytes([kind]) + b"\0" * 40)), "forward")
    v6("dhcp6_nothing_to_547", ip6(17, udp(546, 547)), drop)
    v6("dhcp6_no_payload", ip6(17, udp(547, 546)), drop)
    v6("dhcp6_ports_only", ip6(17, udp(547, 546)[:4]), drop)
    v6("dhcp6_multicast_reply", ip6(17, REPLY6), drop)
    v6("dhcp6_length_0", ip6(17, REPLY6, length=0), drop, dst=LAN_PC)
    v6("dhcp6_global_source", ip6(17, REPLY6, src="2001:db8::1", dst="2001:db8::2"), drop, dst=LAN_PC)
    v6("dhcp6_fragment", ip6(44, fragment_header(17) + REPLY6), "ipv6_fragment")
    v6("dhcp6_tcp_ports", ip6(6, tcp(547, 546)), "forward", dst=LAN_PC)
    v6("dhcp6_near_ports", ip6(17, udp(545, 548)), "forward", dst=LAN_PC)
    v4("dhcp6_ports_on_ip4", ip4(17, udp(547, 546)), "forward")


# --- what only switches and routers say -------------------------------------------------------------

INFRASTRUCTURE_TYPES = {
    0x8035: "rarp", 0x8892: "profinet_dcp", 0x88E1: "homeplug_av", 0x887B: "homeplug_1", 0x88BF: "mikrotik_romon",
    0x8926: "vn_tag", 0x893F: "e_tag", 0x88E7: "pbb", 0x88E3: "mrp_ring", 0x88F5: "mvrp", 0x88F6: "mmrp", 0x22EA: "msrp",
    0x88FB: "prp", 0x892F: "hsr", 0x22F3: "trill", 0x22F4: "trill_isis", 0x893B: "trill_fgl", 0x8946: "rbridge_channel",
    0x8914: "fip", 0x8906: "fcoe", 0x8903: "fabricpath", 0x8909: "trustsec", 0x8847: "mpls", 0x8848: "mpls_multicast",
    0x894F: "nsh", 0x88A4: "ethercat", 0x88AB: "powerlink", 0x88CD: "sercos", 0x88B8: "goose", 0x88B9: "gse",
    0x88BA: "sampled_values", 0x890F: "cclink", 0x88BB: "lwapp", 0x88C7: "wifi_preauth", 0x890D: "wifi_between",
    0x4305: "batman", 0x886D: "ans_probe", 0x22E7: "ecp", 0x8940: "ecp2", 0x22E9: "congestion", 0x8874: "switch_chip",
    0xDADA: "switch_chip2", 0x88DC: "wsmp",
}
INFRASTRUCTURE_PROTOCOLS = {
    3: "ggp", 4: "ip_in_ip", 8: "egp", 9: "igrp", 41: "ip6_in_ip", 46: "rsvp", 47: "gre", 54: "nhrp", 55: "minimal",
    88: "eigrp", 89: "ospf", 94: "ipip", 97: "etherip", 98: "encap", 103: "pim", 112: "vrrp", 115: "l2tp", 124: "isis",
    137: "mpls", 138: "manet", 143: "ethernet", 240: "pfsync",
}
ALERT = b"\x05\x02\0\0\x01\0"  # the router alert of MLD


def infrastructure():
    drop = "infrastructure"

    def four(name, packet, dst=LAN_PC):
        v4(name, packet, drop, dst=dst)
        v4(name + "_allowed", packet, "forward", "forward", "infrastructure", dst=dst)
        v4(name + "_off", packet, "forward", "forward", "off", dst=dst)

    def six(name, packet, dst=LAN_PC):
        v6(name, packet, drop, dst=dst)
        v6(name + "_allowed", packet, "forward", "forward", "infrastructure", dst=dst)

    for ethertype, what in INFRASTRUCTURE_TYPES.items():
        body = b"\x55" * 46
        check("infra_" + what, eth(ethertype, body, dst=BROADCAST), drop)
        check("infra_%s_unicast" % what, eth(ethertype, body), drop)
        check("infra_%s_bare" % what, eth(ethertype), drop)
        check("infra_%s_allowed" % what, eth(ethertype, body), "forward", "forward", "infrastructure")
        check("infra_%s_tagged" % what, tagged([0x8100], ethertype, body), drop, "forward", "vlan-tags")
        for near in (ethertype - 1, ethertype + 1):
            if near not in INFRASTRUCTURE_TYPES and near in (0x8034, 0x8036, 0x8891, 0x8893, 0x88C0, 0x88E2, 0x887A):
                check("infra_%s_near_%04x" % (what, near), eth(near, body), "forward")
    for protocol, what in INFRASTRUCTURE_PROTOCOLS.items():
        body = b"\x21\x01\x64\x01" + b"\0" * 36
        four("infra4_" + what, ip4(protocol, body, dst="224.0.0.18", ttl=255), mac("01:00:5e:00:00:12"))
        four("infra4_%s_unicast" % what, ip4(protocol, body))
        four("infra4_%s_options" % what, ip4(protocol, body, ihl=9))
        four("infra4_%s_first_fragment" % what, ip4(protocol, body, fragment=0x2000))
        four("infra4_%s_later_fragment" % what, ip4(protocol, body, fragment=2))
        four("infra4_%s_empty" % what, ip4(protocol, b""))
        six("infra6_" + what, ip6(protocol, body), V6_ALL)
        six("infra6_%s_empty" % what, ip6(protocol, b""))
        for kind in EXTENSIONS:
            v6("infra6_%s_behind_%s" % (what, kind), chain([kind], protocol, body), drop)
        v6("infra6_%s_behind_40" % what, chain(["dest_options"] * 40, protocol, body), drop)
    for kind, what in ((0x11, "query"), (0x13, "dvmrp"), (0x14, "pim1"), (0x15, "trace"), (0x1E, "mtrace_reply"),
                       (0x1F, "mtrace"), (0x30, "router_advert"), (0x31, "router_solicit"), (0x32, "router_end"), (0, "0")):
        body = bytes([kind, 100, 0, 0, 0, 0, 0, 0])
        for ihl in (5, 6, 15):
            four("igmp_%s_ihl_%d" % (what, ihl), ip4(2, body, ihl=ihl, dst="224.0.0.1", ttl=1), mac("01:00:5e:00:00:01"))
        four("igmp_%s_unicast" % what, ip4(2, body))
        four("igmp_%s_first_fragment" % what, ip4(2, body, fragment=0x2000))
    for body, what in ((b"\x11\0\xee\xff\0\0\0\0", "1"), (b"\x11\x64\xee\x9b\0\0\0\0", "2"),
                       (b"\x11\x0a\0\0\xef\xff\xff\xfa", "2_specific"), (b"\x11\x64\xec\x1e\0\0\0\0\x02\x7d\0\0", "3"),
                       (b"\x11\x0a\0\0\xef\xff\xff\xfa\x02\x7d\0\x01\xc0\xa8\x01\x02", "3_sources"), (b"\x11", "cut")):
        four("igmp_query_" + what, ip4(2, body, ihl=6, ttl=1, dst="224.0.0.1"), mac("01:00:5e:00:00:01"))
    for kind, what in ((0x12, "report1"), (0x16, "report2"), (0x17, "leave"), (0x22, "report3")):
        v4("igmp_%s_no_alert" % what, ip4(2, bytes([kind]) + b"\0" * 15, ttl=1, dst="224.0.0.22"), "forward",
           dst=mac("01:00:5e:00:00:16"))
    for kind, what in ((130, "mld_query"), (151, "multicast_router"), (152, "multicast_solicit"), (153, "multicast_end"),
                       (155, "rpl")):
        body = icmp6(kind, b"\0" * 20)
        six("infra6_" + what, ip6(0, b"\x3a\0" + ALERT + body, hops=1), V6_ALL)
        six("infra6_%s_no_alert" % what, ip6(58, body, hops=1), V6_ALL)
        six("infra6_%s_unicast" % what, ip6(58, body))
        six("infra6_%s_type_only" % what, ip6(58, body[:1]))
        for extension in EXTENSIONS:
            v6("infra6_%s_behind_%s" % (what, extension), chain([extension], 58, body), drop)
    six("infra6_mld2_query", ip6(0, b"\x3a\0" + ALERT + icmp6(130, b"\0" * 24), hops=1), V6_ALL)
    for port, what in ((520, "rip"), (521, "ripng"), (646, "ldp"), (698, "olsr")):
        for sport in (port, 50000):
            four("infra_%s_from_%d" % (what, sport), ip4(17, udp(sport, port, b"\x02\x02\0\0" + b"\0" * 20)))
            six("infra6_%s_from_%d" % (what, sport), ip6(17, udp(sport, port, b"\x02\x02\0\0" + b"\0" * 20)))
        four("infra_%s_group" % what, ip4(17, udp(port, port), dst="224.0.0.9"), mac("01:00:5e:00:00:09"))
        four("infra_%s_options" % what, ip4(17, udp(port, port), ihl=8))
        four("infra_%s_first_fragment" % what, ip4(17, udp(port, port, b"x" * 8), fragment=0x2000))
        v4("infra_%s_answer" % what, ip4(17, udp(port, 50000)), "forward")
        v4("infra_%s_near" % what, ip4(17, udp(port + 2, port + 2)), "forward")
        v6("infra6_%s_behind_options" % what, chain(["dest_options"], 17, udp(port, port)), drop)
    for port, what in ((1985, "hsrp"), (2029, "hsrp6"), (2048, "wccp"), (3222, "glbp"), (6696, "babel")):
        four("infra_%s_group" % what, ip4(17, udp(port, port, b"\0" * 20), dst="224.0.0.2"), mac("01:00:5e:00:00:02"))
        four("infra_%s_group_any_port" % what, ip4(17, udp(40000, port, b"\0" * 20), dst="224.0.0.102"),
             mac("01:00:5e:00:00:66"))
        four("infra_%s_unicast" % what, ip4(17, udp(port, port, b"\0" * 20)))
        four("infra_%s_broadcast" % what, ip4(17, udp(40000, port, b"\0" * 20), dst="255.255.255.255"), BROADCAST)
        four("infra_%s_group_mac" % what, ip4(17, udp(40000, port, b"\0" * 20)), mac("01:00:5e:00:00:02"))
        four("infra_%s_group_ip" % what, ip4(17, udp(40000, port, b"\0" * 20), dst="224.0.0.2"))
        six("infra6_%s_group" % what, ip6(17, udp(40000, port, b"\0" * 20), dst="ff02::66"), mac("33:33:00:00:00:66"))
        six("infra6_%s_unicast" % what, ip6(17, udp(port, port, b"\0" * 20), dst="fe80::b"))
        v6("infra6_%s_behind_options" % what, chain(["hop_by_hop", "dest_options"], 17, udp(port, port)), drop)
        # A game's other end has whatever port was free there.
        v4("infra_%s_like_a_game" % what, ip4(17, udp(27015, port, b"\0" * 20)), "forward")
        v6("infra6_%s_like_a_game" % what, ip6(17, udp(27015, port, b"\0" * 20), dst="fe80::b"), "forward", dst=LAN_PC)
        v4("infra_%s_answer" % what, ip4(17, udp(port, 27015, b"\0" * 20)), "forward")
    for port, what in ((179, "bgp"), (646, "ldp_tcp"), (639, "msdp")):
        for sport, dport, way in ((50000, port, "to"), (port, 50000, "from")):
            four("infra_%s_%s" % (what, way), ip4(6, tcp(sport, dport, flags=2)))
            six("infra6_%s_%s" % (what, way), ip6(6, tcp(sport, dport, flags=2)))
        v6("infra6_%s_behind_options" % what, chain(["dest_options"], 6, tcp(50000, port)), drop)
    isis = b"\xfe\xfe\x03\x83" + b"\0" * 46
    for dst, what in (("01:80:c2:00:00:14", "all_l1"), ("01:80:c2:00:00:15", "all_l2"), ("09:00:2b:00:00:05", "all_is"),
                      ("52:54:00:12:34:56", "unicast")):
        check("infra_isis_" + what, eth(50, isis, dst=mac(dst)), drop)
        check("infra_isis_%s_allowed" % what, eth(50, isis, dst=mac(dst)), "forward", "forward", "infrastructure")
    check("infra_esis", eth(50, b"\xfe\xfe\x03\x82" + b"\0" * 46, dst=mac("09:00:2b:00:00:04")), drop)
    # The word allows this class and no other.
    check("infra_word_lldp", eth(0x88CC, b"\0" * 46), "l2_control", "l2_control", "infrastructure")
    check("infra_word_ptp", eth(0x88F7, b"\0" * 46), "ethertype", "forward", "infrastructure")
    check("infra_word_cdp", eth(32, b"\xaa\xaa\x03\0\0\x0c\x20\0" + b"\0" * 24), "llc", "forward", "infrastructure")
    v6("infra_word_ra", ip6(58, RA), "ipv6_ra", "forward", "infrastructure")
    v4("infra_word_dhcp", ip4(17, udp(67, 68, bootp(2, 2))), "dhcp4_server", "forward", "infrastructure")
    v4("infra_word_redirect", ip4(1, b"\x05\x01\0\0\xc0\xa8\x01\x32" + b"\x45" + b"\0" * 27), "ipv4_redirect", "forward",
       "infrastructure")


# --- what a party needs -----------------------------------------------------------------------------


def arp_frame(op, sender_mac, sender, target_mac, target, dst=BROADCAST, head="0001080006 04"):
    return eth(0x0806, bytes.fromhex(head.replace(" ", "")) + struct.pack("!H", op) + sender_mac +
               ipaddress.IPv4Address(sender).packed + target_mac + ipaddress.IPv4Address(target).packed, dst=dst,
               pad=60)


def arp():
    nobody = b"\0" * 6
    check("arp_request", arp_frame(1, PEER, "192.168.1.50", nobody, "192.168.1.1"), "forward")
    check("arp_reply", arp_frame(2, PEER, "192.168.1.50", LAN_PC, "192.168.1.2", LAN_PC), "forward")
    check("arp_gratuitous_request", arp_frame(1, PEER, "192.168.1.50", nobody, "192.168.1.50"), "forward")
    check("arp_gratuitous_reply", arp_frame(2, PEER, "192.168.1.50", BROADCAST, "192.168.1.50"), "forward")
    check("arp_probe", arp_frame(1, PEER, "0.0.0.0", nobody, "192.168.1.50"), "forward")
    check("arp_announce", arp_frame(1, PEER, "192.168.1.50", PEER, "192.168.1.50"), "forward")
    check("arp_unicast_request", arp_frame(1, PEER, "192.168.1.50", LAN_PC, "192.168.1.2", LAN_PC), "forward")
    check("arp_link_local", arp_frame(1, PEER, "169.254.7.8", nobody, "169.254.7.9"), "forward")
    for what, head in (("hardware_6", "0006080006 04"), ("protocol_ip6", "000186dd06 04"),
                       ("mac_of_8", "0001080008 04"), ("mac_of_0", "0001080000 04"), ("address_of_16", "0001080006 10"),
                       ("address_of_0", "0001080006 00")):
        check("arp_" + what, arp_frame(2, PEER, "192.168.1.50", LAN_PC, "192.168.1.2", LAN_PC, head), "forward")
    check("arp_operation_0", arp_frame(0, PEER, "192.168.1.50", LAN_PC, "192.168.1.2"), "forward")
    check("arp_in_snap_of_rfc1042_length_0", eth(0, b"\xaa\xaa\x03\0\0\0\x08\x06" + b"\0" * 28, dst=BROADCAST, pad=60),
          "llc")
    check("arp_empty", eth(0x0806, dst=BROADCAST), "forward")
    check("arp_cut", arp_frame(1, PEER, "192.168.1.50", nobody, "192.168.1.1")[:30], "forward")
    check("arp_28_bytes", arp_frame(1, PEER, "192.168.1.50", nobody, "192.168.1.1")[:42], "forward")
    check("rarp", eth(0x8035, bytes.fromhex("0001080006040003") + PEER + b"\0" * 4 + PEER + b"\0" * 4, dst=BROADCAST,
                      pad=60), "infrastructure")
    check("arp_tagged", eth(0x8100, b"\0\0\x08\x06" + b"\0" * 42, dst=BROADCAST), "vlan_tag", "vlan_tag")
    check("arp_in_snap", eth(36, b"\xaa\xaa\x03\0\0\0\x08\x06" + b"\0" * 28, dst=BROADCAST, pad=60), "llc")


def ordinary():
    def cast(name, group, sport, dport, body, group_mac):
        v4(name, ip4(17, udp(sport, dport, body), dst=group, ttl=1), "forward", dst=mac(group_mac))

    cast("mdns", "224.0.0.251", 5353, 5353, DNS[8:], "01:00:5e:00:00:fb")
    cast("llmnr", "224.0.0.252", 50000, 5355, DNS[8:], "01:00:5e:00:00:fc")
    cast("ssdp", "239.255.255.250", 50000, 1900, b"M-SEARCH * HTTP/1.1\r\n", "01:00:5e:7f:ff:fa")
    cast("netbios_name", "192.168.1.255", 137, 137, b"\x12\x34\x01\x10" + b"\0" * 46, "ff:ff:ff:ff:ff:ff")
    cast("netbios_datagram", "192.168.1.255", 138, 138, b"\x11\x0a" + b"\0" * 180, "ff:ff:ff:ff:ff:ff")
    cast("ws_discovery", "239.255.255.250", 50000, 3702, b"<?xml", "01:00:5e:7f:ff:fa")
    for name, port in (("source_engine", 27015), ("quake3", 27960), ("doom3", 27666), ("unreal", 7777),
                       ("warcraft3", 6112), ("age_of_empires", 47624), ("minecraft", 4445), ("factorio", 34197),
                       ("halflife", 27005), ("stk", 2757), ("openttd", 3979), ("ipx_in_udp", 213), ("teamspeak", 9987),
                       ("mumble", 64738), ("directplay", 2302)):
        cast("announce_" + name, "255.255.255.255", port, port, b"\xff\xff\xff\xffgetinfo", "ff:ff:ff:ff:ff:ff")
        v4("game_" + name, ip4(17, udp(50000, port, b"x" * 120)), "forward")
    for name, port in (("smb", 445), ("netbios_session", 139), ("http", 80), ("https", 443), ("ssh", 22), ("ftp", 21),
                       ("rdp", 3389), ("warcraft3_tcp", 6112), ("steam_tcp", 27015), ("minecraft_tcp", 25565)):
        v4("tcp_" + name, ip4(6, tcp(50000, port, b"x" * 400)), "forward")
        v4("tcp_%s_syn" % name, ip4(6, tcp(50000, port, flags=2)), "forward")
    v6("tcp6_smb", ip6(6, tcp(50000, 445, b"x" * 400)), "forward", dst=LAN_PC)
    v6("mdns6", ip6(17, udp(5353, 5353, DNS[8:]), dst="ff02::fb"), "forward", dst=mac("33:33:00:00:00:fb"))
    v4("dns", ip4(17, DNS), "forward")
    v4("ntp", ip4(17, udp(123, 123, b"\x23" + b"\0" * 47)), "forward")
    v4("igmp1_report", ip4(2, b"\x12\0\x0d\x04\xef\xff\xff\xfa", ttl=1), "forward", dst=mac("01:00:5e:7f:ff:fa"))
    v4("igmp_empty", ip4(2, b"", ihl=6, ttl=1), "ipv4_header", dst=mac("01:00:5e:00:00:01"))
    v4("igmp2_report", ip4(2, b"\x16\0\x09\x04\xef\xff\xff\xfa", ihl=6, ttl=1), "forward", dst=mac("01:00:5e:7f:ff:fa"))
    v4("igmp2_leave", ip4(2, b"\x17\0\x08\x04\xef\xff\xff\xfa", ihl=6, ttl=1), "forward", dst=mac("01:00:5e:00:00:02"))
    v4("igmp3_report", ip4(2, b"\x22\0\xf9\x02\0\0\0\x01\x04\0\0\0\xef\xff\xff\xfa", ihl=6, ttl=1), "forward",
       dst=mac("01:00:5e:00:00:16"))
    alert = bytes.fromhex("0502000001 00".replace(" ", ""))
    for kind, what in ((131, "report"), (132, "done"), (143, "report2")):
        v6("mld_" + what, ip6(0, bytes([58, 0]) + alert + icmp6(kind, b"\0" * 20), hops=1), "forward",
           dst=mac("33:33:00:00:00:16"))
        v6("mld_%s_without_router_alert" % what, ip6(58, icmp6(kind, b"\0" * 20), hops=1), "forward",
           dst=mac("33:33:00:00:00:16"))
    check("wake_on_lan", eth(0x0842, b"\xff" * 6 + LAN_PC * 16, dst=BROADCAST), "forward")
    v4("wake_on_lan_udp", ip4(17, udp(50000, 9, b"\xff" * 6 + LAN_PC * 16)), "forward", dst=BROADCAST)
    check("appletalk_arp", eth(0x80F3, b"\0" * 46, dst=BROADCAST), "forward")
    check("local_experiment", eth(0x88B5, b"\0" * 46, dst=BROADCAST), "forward")
    v4("esp", ip4(50, b"\0" * 60), "forward")
    v4("sctp", ip4(132, b"\0" * 60), "forward")
    v4("broadcast_unicast_ip", ip4(17, udp(50000, 27015, b"x"), dst="192.168.1.255"), "forward", dst=BROADCAST)
    v4("options_router_alert", ip4(17, udp(50000, 27015, b"x"), ihl=6), "forward")


def main():
    for group in (lengths, sources, switched_off, control, tags, llc, dhcp4, dhcp4_names, fragments4, headers4, transfers, routers,
                  headers6, fragments6, dhcp6, infrastructure, arp, ordinary):
        lines.append("\n# " + group.__name__)
        group()
    print(HEADER + "\n".join(lines))


main()
