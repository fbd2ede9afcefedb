# shellcheck shell=bash disable=SC2154 # what lib.sh sets, which is sourced before
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# What scenarios about a player's own machine share, beside lib.sh: alice's PC in her home network.
#
#   192.168.1.1 router ---- eth0 192.168.1.2  alice  lanparty0 ~~~~ the party, 10.77.0.0/24
#
# The machine is to be in the end as it was before: network_of writes down what that means.

alice_ip() { # alice_ip ARGUMENT...: ip on her machine
	ip -n "$prefix-alice" "$@"
}

network_of() { # network_of HOST: its routes, links and the settings that count, as text
	# What the kernel does by itself, and a moment later than what causes it, is left out.
	ip -n "$prefix-$1" -4 route show table all | sed -E 's/ (linkdown)? *$//'
	ip -n "$prefix-$1" -6 route show | sed '/^fe80::/d; s/ linkdown//'
	ip -n "$prefix-$1" -o link | sed -E 's/^[0-9]+: ([^:@]+)[^<]*<([^>]*)> mtu ([0-9]+).*/\1 \2 \3/'
	at "$1" sh -c 'grep . /proc/sys/net/ipv6/conf/*/accept_ra_defrtr'
}

remember() { # remember HOST: how its network is before
	network_of "$1" >"$tmp/$1.before"
}

is_as_before() { # is_as_before HOST
	network_of "$1" | diff "$tmp/$1.before" -
}

has_route() { # has_route PREFIX [ARGUMENT...]: is there such a route on alice's machine?
	[ -n "$(alice_ip route show "$@" 2>/dev/null)" ]
}

has_no_route() {
	! has_route "$@"
}

to_relay() { # to_relay TEXT: does the way to the relay look like that?
	alice_ip route get "$relay_ip" | grep -qF -- "$1"
}

lines() { # lines NAME: "level text" of each sentence
	value "$1" status '.status.lines[] | "\(.level) \(.text)"'
}

tells() { # tells NAME PATTERN
	lines "$1" | grep -E -- "$2" || { lines "$1" && return 1; }
}

add_tap() { # add_tap: one that stays when the client goes, as an admin prepares it
	alice_ip tuntap add dev lanparty0 mode tap
}
