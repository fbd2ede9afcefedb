#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# kill -9 at any time, and bad luck on top: the list of changes is damaged or cannot be written, the TAP
# gets another name or goes, its index is another interface's, an admin has changed the same things. The
# next client puts back what the killed one has changed, and nothing else.
. "$(dirname "$0")/lib.sh"
. "$netns_dir/home.sh"
party_up
start_relay
start gateway
add_tap
alice_ip link set lanparty0 mtu 1400
settings=$tmp/alice.state/journal.json

# All that the system tells, but for what a TAP keeps of having been in use once, and the kernel's own
# routes of it.
everything_of() { # everything_of HOST
	ip -n "$prefix-$1" -d -4 route show table all | sed -E 's/ (linkdown)? *$//'
	ip -n "$prefix-$1" -d -6 route show table all | sed -E '/dev lanparty0 .*proto kernel/d; s/ linkdown//'
	ip -n "$prefix-$1" -4 rule && ip -n "$prefix-$1" -6 rule
	ip -n "$prefix-$1" -d -o link | sed -E 's/ link\/ether [0-9a-f:]+//; s/ qdisc [a-z_]+//; s/ vnet_hdr [a-z]+//'
	at "$1" sh -c 'grep -r . /proc/sys/net/ipv4/conf /proc/sys/net/ipv6/conf 2>/dev/null; :' |
		sed '/stable_secret/d' | sort
}

is_all_as_before() {
	everything_of alice | diff "$tmp/all.before" -
}

restart() { # a new start, and its end
	alice_ip addr flush dev lanparty0 scope global 2>/dev/null || true
	start alice
	stop alice
}

live_and_die() { # in the room, with all that there is to be changed
	start alice
	set_address alice lanparty0 10.77.0.51/24
	wait_for 2 "broadcasts to go to the party" has_route 255.255.255.255 dev lanparty0
	crash alice
}

is_settled() { # addresses of IPv6 need a second until they are there for good
	[ -z "$(alice_ip -6 addr show tentative)" ]
}

wait_for 5 "alice's own addresses" is_settled
everything_of alice >"$tmp/all.before"
remember alice

# At random times, also twice before there is one that lives.
lists=0
for ((i = 0; i < ${KILLS:-16}; i++)); do
	launch alice
	sleep "0.$(printf '%03d' $((RANDOM % 300)))"
	[ $((i % 3)) -gt 0 ] || set_address alice lanparty0 10.77.0.51/24 2>/dev/null || true
	crash alice
	[ ! -e "$settings" ] || lists=$((lists + 1))
	[ $((i % 2)) = 1 ] || continue
	restart
	is_all_as_before >"$tmp/diff" || { cat "$tmp/diff" && fail "not as before after kill $i"; }
	[ ! -e "$settings" ] || fail "the list is left after kill $i"
done
echo "ok: killed $i times, with a list of changes $lists times, and as before afterwards"
shows W10 T4 T5 T6

# What an admin makes of it meanwhile is his.
live_and_die
alice_ip route replace "$relay_ip/32" via 192.168.1.1 dev eth0 proto static
alice_ip link set lanparty0 mtu 1300
restart
check "an admin's route in the place of the pin stays, though it is the same way" has_route "$relay_ip/32" proto static
check "and so does the MTU that he has set" grep -q 'lanparty0 .* 1300' <(network_of alice)
alice_ip route del "$relay_ip/32"
alice_ip link set lanparty0 mtu 1400
check "all else is as before" is_as_before alice
start alice
alice_ip route replace "$relay_ip/32" via 192.168.1.1 dev eth0 proto static
stop alice
check "also if he does so while the client runs" has_route "$relay_ip/32" proto static
alice_ip route del "$relay_ip/32"
shows T9

# The TAP gets another name; then it is the old one of many.
live_and_die
alice_ip link set lanparty0 down
alice_ip link set lanparty0 name old0
alice_ip link set old0 up
alice_ip addr flush dev old0 scope global
start alice
stop alice
alice_ip link set old0 down
alice_ip link set old0 name lanparty0
check "a TAP that was renamed is as before" is_as_before alice

# The TAP is deleted; a new one has another index, and its old one is said to be the network card's.
live_and_die
alice_ip link del lanparty0
index=$(alice_ip -j link show eth0 | jq '.[0].ifindex')
jq --argjson index "$index" '(.changes[] | select(.interface == "lanparty0")) |= (.ifindex = $index) |
	(.changes[] | select(.setting == "mtu")) |= (.is = 1500 | .was = 1280)' "$settings" >"$tmp/list"
cp "$tmp/list" "$settings"
add_tap
alice_ip link set lanparty0 mtu 1400
start alice
stop alice
check "a network card is not taken for a TAP that is gone" is_as_before alice

# The list cannot be used.
live_and_die
head -c 300 "$settings" >"$tmp/list"
cp "$tmp/list" "$settings"
alice_ip addr flush dev lanparty0
start alice
check "a list that was cut off is said" logged alice 'journal.json cannot be understood'
stop alice
check "the routes that are left have their number" has_route "$relay_ip/32" proto 76
alice_ip route flush proto 76
alice_ip link set lanparty0 down mtu 1400
at alice sysctl -qw net.ipv6.conf.lanparty0.accept_ra_defrtr=1
check "by which all of them are found" is_as_before alice
rm -f "$settings"
mkdir "$settings"
launch alice
wait_for 5 "alice to end" is_gone "${pid_of[alice]}"
check "a list that cannot be read keeps a client from losing it" logged alice 'cannot read what an earlier client has left to be undone: give .* to the user'
rmdir "$settings"

# The disk is full: what cannot be written down is not changed, so that nothing of it can be left.
cp -a "$tmp/alice.state" "$tmp/alice.copy"
# shellcheck disable=SC2016 # meant for the inner shell
spawn alice alice sh -c 'mount --bind "$0/hosts" /etc/hosts && mount -t tmpfs -o size=64k tmpfs "$0/alice.state" &&
	cp -a "$0/alice.copy/." "$0/alice.state" && { head -c 1M /dev/zero >"$0/alice.state/fill" || :; } && exec "$@"' \
	"$tmp" "$LP_BUILD/lanpartyd" -c "$tmp/alice.conf" >>"$tmp/alice.log" 2>&1
wait_up alice
check "she is told that nothing passes, and where to look" tells alice '^bad lanparty0 could not be set up, and nothing passes: the log says why'
check "the log says why" logged alice 'cannot write .*journal.json: No space left on device'
check "nothing was changed" is_as_before alice
crash alice
check "nor is anything left" is_as_before alice
