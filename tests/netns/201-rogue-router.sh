#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# A player who says that he is a router gets no route and gives no address to a PC that believes every
# router advertisement, however it is wrapped up: thc-ipv6 with its evasions, and what a Linux host was seen
# to accept behind VLAN-0 tags and chains of extension headers.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"
need atk6-fake_router26 thc-ipv6
need_scapy
party_up
at pc sysctl -qw net.ipv6.conf.eth0.accept_ra=2 net.ipv6.conf.eth0.accept_ra_min_hop_limit=0
start_with_rogue

thc() { # thc OPTION...: fake_router26 for two seconds
	at alice timeout 2 atk6-fake_router26 -A fd66:6::/64 -i 1 "$@" lanparty0 >/dev/null 2>&1 || true
}

flood() { # flood OPTION...
	at alice timeout 1 atk6-flood_router26 "$@" lanparty0 >/dev/null 2>&1 || true
}

wrapped() { # wrapped EXPRESSION: an advertisement behind that
	send_crafted alice lanparty0 "$1"
}

routers() { # what the PC has got from a router
	ip -n "$prefix-pc" -6 route show default
	ip -n "$prefix-pc" -6 addr show dev eth0 dynamic
}

forget() {
	ip -n "$prefix-pc" -6 route flush default 2>/dev/null || true
	ip -n "$prefix-pc" -6 addr flush dev eth0 dynamic 2>/dev/null || true
	at pc ip -6 route flush cache
}

has_router() {
	[ -n "$(routers)" ]
}

gains_nothing() { # gains_nothing COMMAND...
	"$@"
	settle
	! has_router || { routers && return 1; }
}

gains() { # gains COMMAND...
	"$@"
	wait_for 3 "the PC to believe: $*" has_router
	forget
}

attacks=( # those that a Linux host falls for
	'thc'
	'thc -E H'
	'wrapped eth/ip/ra'
	'wrapped eth/ip/IPv6ExtHdrHopByHop()/ra'
	'wrapped chain([eth,ip]+options(1)+[ra])'
	'wrapped chain([eth,ip]+options(40)+[ra])'
	'wrapped eth/Dot1Q(vlan=0)/ip/ra'
	'wrapped eth/Dot1Q(vlan=0)/Dot1Q(vlan=0)/ip/ra'
	'wrapped eth/Dot1AD(vlan=0)/ip/ra'
)
expressions=()
others=( # for Windows and BSD; and from made-up MACs, which no policy allows
	'flood'
	'flood -H'
	'thc -E 1'
	'thc -E D'
	'thc -E F'
	'thc -E o'
	'thc -E H111'
	'flood -F'
	'flood -D'
	'wrapped fragments(60)'
	'wrapped eth/ip/IPv6ExtHdrFragment()/ra'
	'wrapped Dot3(src=alice,dst="33:33:00:00:00:01")/LLC(dsap=0xaa,ssap=0xaa,ctrl=3)/SNAP(OUI=0,code=0x86dd)/ip/ra'
)

for attack in "${attacks[@]}" "${others[@]}"; do
	[[ $attack != wrapped* ]] || expressions+=("${attack#wrapped }")
done
craft "${expressions[@]}" <<-'END'
	ra = ICMPv6ND_RA(routerlifetime=1800) / ICMPv6NDOptPrefixInfo(prefix="fd66:6::", prefixlen=64) \
	    / ICMPv6NDOptSrcLLAddr(lladdr=alice)
	ip = IPv6(src="fe80::66", dst="ff02::1", hlim=255)
	eth = Ether(src=alice, dst="33:33:00:00:00:01")
	def options(n):
	    return [IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0" * 4)]) for _ in range(n)]
	def chain(parts):
	    out = parts[0]
	    for part in parts[1:]:
	        out = out / part
	    return out
	def fragments(cut):
	    return [eth / f for f in fragment6(ip / IPv6ExtHdrFragment() / ra, cut)]
END

forget
for attack in "${attacks[@]}" "${others[@]}"; do
	# shellcheck disable=SC2086 # words
	check "nothing is gained by $attack" gains_nothing $attack
done
check "the relay has dropped them, by what they were" has_dropped relay ipv6_ra 10
check "and the fragments" has_dropped relay ipv6_fragment 2
check "and the tagged ones" has_dropped relay vlan_tag 3
check_ledgers
shows R28 R29 R25 R24

allow allow_all
for attack in "${attacks[@]}"; do
	# shellcheck disable=SC2086 # words
	check "without the filters something is gained by $attack" gains $attack
done
check_ledgers
