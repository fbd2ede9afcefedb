#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# A player who says in the router's name that there is a better way, by him, is not believed by a PC in the
# hall: redirects of IPv4 and IPv6, plain, behind extension headers, and by redir6.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"
need atk6-redir6 thc-ipv6
need_scapy
party_up
ip -n "$prefix-switch" addr add fe80::77:1/64 dev br0 nodad
ip -n "$prefix-pc" addr add fe80::77:10/64 dev eth0 nodad
at pc sysctl -qw net.ipv4.conf.all.accept_redirects=1 net.ipv4.conf.eth0.accept_redirects=1 net.ipv6.conf.eth0.accept_redirects=1
ip -n "$prefix-pc" route add default via 10.77.0.1
ip -n "$prefix-pc" -6 addr add 2001:db8:10::10/64 dev eth0 nodad
ip -n "$prefix-pc" -6 route add default via fe80::77:1 dev eth0
start_with_rogue
ip -n "$prefix-alice" -6 addr add 2001:db8:10::66/64 dev lanparty0 nodad

ways() { # what the PC takes for the way to the two addresses
	ip -n "$prefix-pc" route get 198.51.100.99
	ip -n "$prefix-pc" route get 2001:db8::9
}

believes_alice() {
	grep -qE 'via (10\.77\.0\.51|fe80::66) ' <<<"$(ways)"
}

forget() {
	ip -n "$prefix-pc" route flush cache
	ip -n "$prefix-pc" -6 route flush cache
}

say() { # say EXPRESSION
	send_crafted alice lanparty0 "$1" 3
}

# It takes the router's MAC as well as its address, which no policy allows.
redir6() {
	at alice timeout 3 atk6-redir6 lanparty0 2001:db8:10::10 2001:db8::9 fe80::77:1 fe80::66 "$alice" >/dev/null 2>&1 || true
}

gains_nothing() { # gains_nothing COMMAND...
	"$@"
	settle
	! believes_alice || { ways && return 1; }
}

gains() { # gains COMMAND...
	forget
	"$@"
	wait_for 3 "the PC to believe: $*" believes_alice
}

attacks=(
	'say redirect4(1)'
	'say redirect6()'
	'say redirect6(IPv6ExtHdrHopByHop())'
	'say redirect6(IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0"*4)]))'
	'say redirect4(0)'
)
others=('redir6')
expressions=()
for attack in "${attacks[@]}" "${others[@]}"; do
	[[ $attack != say* ]] || expressions+=("${attack#say }")
done
craft "${expressions[@]}" <<-'END'
	def redirect4(code):
	    said = IP(src="10.77.0.10", dst="198.51.100.99") / ICMP(type=0) / Raw(bytes(32)) # Linux asks no socket
	    return Ether(src=alice, dst=pc) / IP(src="10.77.0.1", dst="10.77.0.10") \
	        / ICMP(type=5, code=code, gw="10.77.0.51") / said
	def redirect6(before=None):
	    ip = IPv6(src="fe80::77:1", dst="2001:db8:10::10", hlim=255)
	    return Ether(src=alice, dst=pc) / (ip / before if before else ip) \
	        / ICMPv6ND_Redirect(tgt="fe80::66", dst="2001:db8::9") / ICMPv6NDOptDstLLAddr(lladdr=alice)
END

for attack in "${attacks[@]}" "${others[@]}"; do
	# shellcheck disable=SC2086 # words
	check "nothing is gained by $attack" gains_nothing $attack
done
check "the relay has dropped them, by what they were" has_dropped relay ipv4_redirect 6
check "those of IPv6, too" has_dropped relay ipv6_ra 9
check "those in the name of the router" has_dropped relay source_mac 1
check_ledgers
allow allow_all
for attack in "${attacks[@]}"; do
	# shellcheck disable=SC2086 # words
	check "without the filters something is gained by $attack" gains $attack
done
check_ledgers
