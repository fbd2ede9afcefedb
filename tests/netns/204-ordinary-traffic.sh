#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# With every filter and limit on, nothing that a PC at a party ordinarily says is dropped: each frame comes
# out at the other end as it was, player to hall and hall to player.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"
need_scapy
party_up
conf relay relay <<<"	rooms = ( { code = \"$room\"; } );" # the limits that come with it
ip -n "$prefix-switch" link set br0 type bridge mcast_snooping 0 # it would keep IGMP from the PC
start_relay
start gateway alice bob
alice=$(mac_of alice lanparty0)
bob=$(mac_of bob lanparty0)
pc=$(mac_of pc eth0)
for host in alice bob pc; do # their own systems are to keep out of it
	at $host sysctl -qw net.ipv6.conf.all.disable_ipv6=1
done

talks='dhcp4 arp mdns ssdp netbios smb wake igmp mld nd dhcp6 ipx appletalk games tcp ping'
# shellcheck disable=SC2086 # words
craft up down <<-'END'
	all, me4, pc4 = "ff:ff:ff:ff:ff:ff", "10.77.0.51", "10.77.0.10"
	def group4(ip):
	    a = [int(x) for x in ip.split(".")]
	    return "01:00:5e:%02x:%02x:%02x" % (a[1] & 127, a[2], a[3])
	def udp4(src, src4, dst, dst4, port, data, sport=None, ttl=64):
	    return Ether(src=src, dst=dst) / IP(src=src4, dst=dst4, ttl=ttl) / UDP(sport=sport or port, dport=port) / Raw(data)
	def udp6(src, src6, dst, dst6, port, data):
	    return Ether(src=src, dst=dst) / IPv6(src=src6, dst=dst6, hlim=255) / UDP(sport=port, dport=port) / Raw(data)
	def dot3(src, dst, payload):
	    return Raw(bytes.fromhex((dst + src).replace(":", "")) + len(payload).to_bytes(2, "big") + payload)
	def ipx(network_header=b""):
	    return network_header + b"\xff\xff\x00\x1e\x00\x11" + bytes(4) + b"\xff" * 6 + b"\x04\x52" + bytes(4) \
	        + bytes.fromhex(alice.replace(":", "")) + b"\x40\x03"
	def talk(me, me4, me6, you, you4, you6):
	    """What a PC says, whichever end of the tunnel it is at."""
	    xid = b"\x12\x34"
	    return [
	        # DHCP: a client asks
	        Ether(src=me, dst=all) / IP(src="0.0.0.0", dst="255.255.255.255") / UDP(sport=68, dport=67)
	        / BOOTP(chaddr=bytes.fromhex(me.replace(":", "")), xid=1) / DHCP(options=[("message-type", "discover"), "end"]),
	        Ether(src=me, dst=all) / IP(src="0.0.0.0", dst="255.255.255.255") / UDP(sport=68, dport=67)
	        / BOOTP(chaddr=bytes.fromhex(me.replace(":", "")), xid=1)
	        / DHCP(options=[("message-type", "request"), ("requested_addr", me4), "end"]),
	        Ether(src=me, dst="33:33:00:01:00:02") / IPv6(src=me6, dst="ff02::1:2") / UDP(sport=546, dport=547)
	        / DHCP6_Solicit(trid=7),
	        # ARP: probe, announcement, question, answer
	        Ether(src=me, dst=all) / ARP(op=1, hwsrc=me, psrc="0.0.0.0", pdst=me4),
	        Ether(src=me, dst=all) / ARP(op=1, hwsrc=me, psrc=me4, pdst=me4),
	        Ether(src=me, dst=all) / ARP(op=1, hwsrc=me, psrc=me4, pdst=you4),
	        Ether(src=me, dst=you) / ARP(op=2, hwsrc=me, psrc=me4, hwdst=you, pdst=you4),
	        # who is there? mDNS, LLMNR, SSDP, WS-Discovery, NetBIOS, browser
	        udp4(me, me4, group4("224.0.0.251"), "224.0.0.251", 5353, bytes(60), ttl=255),
	        udp6(me, me6, "33:33:00:00:00:fb", "ff02::fb", 5353, bytes(60)),
	        udp4(me, me4, group4("224.0.0.252"), "224.0.0.252", 5355, bytes(30), sport=50000, ttl=1),
	        udp6(me, me6, "33:33:00:01:00:03", "ff02::1:3", 5355, bytes(30)),
	        udp4(me, me4, group4("239.255.255.250"), "239.255.255.250", 1900, b"M-SEARCH * HTTP/1.1\r\n\r\n", sport=50001, ttl=4),
	        udp4(me, me4, group4("239.255.255.250"), "239.255.255.250", 3702, b"<probe/>", sport=50002, ttl=1),
	        udp4(me, me4, all, "10.77.0.255", 137, bytes(50)),
	        udp4(me, me4, all, "10.77.0.255", 138, bytes(180)),
	        # files
	        Ether(src=me, dst=you) / IP(src=me4, dst=you4) / TCP(sport=50003, dport=445, flags="S"),
	        Ether(src=me, dst=you) / IP(src=me4, dst=you4) / TCP(sport=50003, dport=445, flags="PA") / Raw(bytes(1460)),
	        Ether(src=me, dst=you) / IP(src=me4, dst=you4) / TCP(sport=445, dport=50003, flags="A"),
	        Ether(src=me, dst=you) / IP(src=me4, dst=you4) / TCP(sport=50004, dport=139, flags="S"),
	        # wake up
	        Ether(src=me, dst=all, type=0x0842) / Raw(b"\xff" * 6 + bytes.fromhex(you.replace(":", "")) * 16),
	        udp4(me, me4, all, "255.255.255.255", 9, b"\xff" * 6 + bytes.fromhex(you.replace(":", "")) * 16),
	        # IGMP v2 and v3, MLD v1 and v2
	        Ether(src=me, dst=group4("239.1.2.3")) / IP(src=me4, dst="239.1.2.3", ttl=1, proto=2, options=[IPOption(b"\x94\x04\x00\x00")])
	        / Raw(b"\x16\x00" + bytes(6)),
	        Ether(src=me, dst=group4("224.0.0.22")) / IP(src=me4, dst="224.0.0.22", ttl=1, proto=2, options=[IPOption(b"\x94\x04\x00\x00")])
	        / Raw(b"\x22\x00" + bytes(14)),
	        Ether(src=me, dst="33:33:00:01:02:03") / IPv6(src=me6, dst="ff02::1:203", hlim=1)
	        / IPv6ExtHdrHopByHop(options=[RouterAlert(), PadN(optdata=b"")]) / ICMPv6MLReport(mladdr="ff02::1:203"),
	        Ether(src=me, dst="33:33:00:00:00:16") / IPv6(src=me6, dst="ff02::16", hlim=1)
	        / IPv6ExtHdrHopByHop(options=[RouterAlert(), PadN(optdata=b"")])
	        / ICMPv6MLReport2(records=[ICMPv6MLDMultAddrRec(dst="ff02::1:203")]),
	        # IPv6: is it free, who is it, it is me, is there a router?
	        Ether(src=me, dst="33:33:ff:00:00:51") / IPv6(src="::", dst="ff02::1:ff00:51", hlim=255) / ICMPv6ND_NS(tgt=me6),
	        Ether(src=me, dst="33:33:ff:00:00:10") / IPv6(src=me6, dst="ff02::1:ff00:10", hlim=255) / ICMPv6ND_NS(tgt=you6)
	        / ICMPv6NDOptSrcLLAddr(lladdr=me),
	        Ether(src=me, dst=you) / IPv6(src=me6, dst=you6, hlim=255) / ICMPv6ND_NA(tgt=me6, S=1, R=0)
	        / ICMPv6NDOptDstLLAddr(lladdr=me),
	        Ether(src=me, dst="33:33:00:00:00:02") / IPv6(src=me6, dst="ff02::2", hlim=255) / ICMPv6ND_RS()
	        / ICMPv6NDOptSrcLLAddr(lladdr=me),
	        # IPX in all its four framings, NetBEUI
	        Ether(src=me, dst=all, type=0x8137) / Raw(ipx()),
	        dot3(me, all, ipx()), dot3(me, all, ipx(b"\xe0\xe0\x03")),
	        dot3(me, all, ipx(b"\xaa\xaa\x03\x00\x00\x00\x81\x37")),
	        dot3(me, "03:00:00:00:00:01", b"\xf0\xf0\x03" + bytes(44)),
	        # EtherTalk phase 2: who has the address, name lookup
	        dot3(me, "09:00:07:ff:ff:ff", b"\xaa\xaa\x03\x00\x00\x00\x80\xf3\x00\x01\x80\x9b\x06\x04\x00\x03" + bytes(20)),
	        dot3(me, "09:00:07:ff:ff:ff", b"\xaa\xaa\x03\x08\x00\x07\x80\x9b" + bytes(29)),
	        # games: Steam, Source, Quake, Warcraft III, Minecraft, Age of Empires II (DirectPlay)
	        udp4(me, me4, all, "255.255.255.255", 27036, bytes(24)),
	        udp4(me, me4, all, "255.255.255.255", 27015, b"\xff\xff\xff\xffTSource Engine Query\0", sport=50005),
	        udp4(me, me4, all, "255.255.255.255", 26000, b"\x80\x00\x00\x0c\x02QUAKE\0\x03", sport=50006),
	        udp4(me, me4, all, "255.255.255.255", 6112, bytes(16)),
	        udp4(me, me4, group4("224.0.2.60"), "224.0.2.60", 4445, b"[MOTD]party[/MOTD][AD]25565[/AD]", sport=50007),
	        udp4(me, me4, all, "255.255.255.255", 47624, bytes(52), sport=2300),
	        udp4(me, me4, you, you4, 27015, bytes(1400)),
	        Ether(src=me, dst=you) / IP(src=me4, dst=you4, flags="MF", id=7) / UDP(sport=27005, dport=27015, len=2008) / Raw(bytes(1472)),
	        Ether(src=me, dst=you) / IP(src=me4, dst=you4, frag=185, id=7, proto=17) / Raw(bytes(528)),
	        # the rest
	        Ether(src=me, dst=you) / IP(src=me4, dst=you4) / ICMP(),
	        Ether(src=me, dst=you) / IPv6(src=me6, dst=you6) / ICMPv6EchoRequest(),
	        Ether(src=me, dst=you) / IPv6(src=me6, dst=you6) / TCP(sport=50008, dport=80, flags="S"),
	        Ether(src=me, dst=you, type=0x88b5) / Raw(bytes(50)),
	    ]
	me6, pc6 = "fe80::51", "fe80::10"
	up = talk(alice, me4, me6, pc, pc4, pc6)
	# From the hall, what servers and routers say as well.
	down = talk(pc, pc4, pc6, alice, me4, me6) + [
	    Ether(src=pc, dst=all) / IP(src=pc4, dst="255.255.255.255") / UDP(sport=67, dport=68)
	    / BOOTP(op=2, yiaddr=me4) / DHCP(options=[("message-type", "offer"), "end"]),
	    Ether(src=pc, dst=alice) / IP(src=pc4, dst=me4) / UDP(sport=67, dport=68)
	    / BOOTP(op=2, yiaddr=me4) / DHCP(options=[("message-type", "ack"), "end"]),
	    Ether(src=pc, dst=alice) / IPv6(src=pc6, dst=me6) / UDP(sport=547, dport=546) / DHCP6_Advertise(trid=7),
	    Ether(src=pc, dst="33:33:00:00:00:01") / IPv6(src=pc6, dst="ff02::1", hlim=255) / ICMPv6ND_RA()
	    / ICMPv6NDOptPrefixInfo(prefix="fd66::", prefixlen=64),
	    Ether(src=pc, dst=alice) / IPv6(src=pc6, dst=me6) / IPv6ExtHdrFragment(m=1, id=7) / Raw(bytes(64)),
	]
END

cat >"$tmp/expect.py" <<'END'
"""Ends well when every frame of the file has come, in any order; padding does not count."""
import socket, sys, time
interface, file, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
missing = [bytes.fromhex(line) for line in open(file)]
sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
sock.setsockopt(socket.SOL_SOCKET, 33, 1 << 22)
sock.bind((interface, 3))
print("listening", flush=True)
end = time.monotonic() + seconds
while missing and (left := end - time.monotonic()) > 0:
    sock.settimeout(left)
    try:
        frame, sender = sock.recvfrom(1 << 16)
    except TimeoutError:
        break
    if sender[2] == socket.PACKET_OUTGOING:
        continue
    for wanted in missing:
        if frame[:len(wanted)] == wanted and not frame[len(wanted):].strip(b"\0"):
            missing.remove(wanted)
            break
for frame in missing:
    print("missing:", frame.hex())
sys.exit(len(missing) > 0)
END

arrives() { # arrives FROM INTERFACE TO INTERFACE EXPRESSION
	spawn expect "$3" python3 "$tmp/expect.py" "$4" "${crafted[$5]}" 15 >"$tmp/expected.$5" 2>&1
	wait_for 5 "$3 to listen" grep -q listening "$tmp/expected.$5"
	send_crafted "$1" "$2" "$5"
	wait "${pid_of[expect]}" || { cat "$tmp/expected.$5" && return 1; }
}

filtered_or_limited() { # filtered_or_limited NAME
	value "$1" drops '[.drops[] | select(.action == "filtered" or .action == "rate_limited" or .action == "malformed") | .frames] | add // 0'
}

nobody_has_filtered() {
	local name
	for name in relay gateway alice bob; do
		[ "$(filtered_or_limited $name)" = 0 ] || { ctl $name drops && return 1; }
	done
}

check "$(wc -l <"${crafted[up]}") frames of $(wc -w <<<"$talks") kinds of talk arrive in the hall" arrives alice lanparty0 pc eth0 up
check "$(wc -l <"${crafted[down]}") from the hall arrive at the player" arrives pc eth0 alice lanparty0 down
check "and none was filtered, limited or malformed anywhere" nobody_has_filtered
check_ledgers
