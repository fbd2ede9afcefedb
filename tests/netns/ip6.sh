# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# IPv6 for the internet of lib.sh: to be sourced behind it, and called after party_up.
# shellcheck disable=SC2154 # prefix and the rest are lib.sh's
relay_ip6=2001:db8:f::10

set_address6() { # set_address6 HOST INTERFACE ADDRESS/LEN
	ip -n "$prefix-$1" -6 addr add "$3" dev "$2" nodad
}

add_uplink6() { # add_uplink6 HOST INTERFACE NETWORK: NETWORK::10, at a router that is NETWORK::1
	set_address6 internet "$1" "$3::1/64"
	set_address6 "$1" "$2" "$3::10/64"
	ip -n "$prefix-$1" -6 route add default via "$3::1"
}

add_home6() { # add_home6 PLAYER NETWORK: its router forwards all of NETWORK:1::/64
	local nat=nat-$1
	add_uplink6 "$nat" wan0 "$2"
	set_address6 "$nat" home0 "$2:1::1/64"
	set_address6 "$1" eth0 "$2:1::2/64"
	ip -n "$prefix-$1" -6 route add default via "$2:1::1"
	ip -n "$prefix-internet" -6 route add "$2:1::/64" via "$2::10"
	at "$nat" sysctl -qw net.ipv6.conf.all.forwarding=1
}

internet6_up() {
	at internet sysctl -qw net.ipv6.conf.all.forwarding=1
	add_uplink6 relay eth0 "${relay_ip6%::10}"
	add_uplink6 gateway wan0 2001:db8:1
	add_home6 alice 2001:db8:a
	add_home6 bob 2001:db8:b
}

take_ip4_away() { # take_ip4_away HOST INTERFACE
	ip -n "$prefix-$1" -4 addr flush dev "$2"
}

relay_addr() { # relay_addr NAME: which of the relay's addresses it uses
	value "$1" status .status.relay_addr
}

budget_of_payload() { # budget_of_payload BYTES-OF-UDP
	echo $(($1 - 24 - 8))
}

budgets() { # budgets NAME: what it sends at most, and what the relay does
	echo "$(value "$1" status .status.datagram_budget) $(ctl relay --json peers |
		jq -r ".peers[] | select(.name == \"$1\") | .datagram_budget")"
}
