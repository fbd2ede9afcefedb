#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# kill -9 at each call of a client's start that changes something: of its machine, of its TAP, of its
# state directory. After a new start and an end everything is as before the first start.
. "$(dirname "$0")/lib.sh"
. "$netns_dir/home.sh"
command -v strace >/dev/null || skip "needs strace (Debian: apt-get install strace)"
party_up
start_relay
start gateway
add_tap
alice_ip link set lanparty0 mtu 1400
remember alice

# The control: there is something to put back.
start alice
set_address alice lanparty0 10.77.0.51/24
wait_for 2 "broadcasts to go to the party" has_route 255.255.255.255 dev lanparty0
crash alice
check "a killed client leaves its pin" has_route "$relay_ip/32" via 192.168.1.1 dev eth0
check "and its MTU" grep -q 'lanparty0 .* 1500' <(network_of alice)
check "and says in its state directory what to do about it" jq -e '.changes | length >= 3' "$tmp/alice.state/journal.json"
alice_ip addr del 10.77.0.51/24 dev lanparty0
start alice
check "the next one has put things back before it began" logged alice 'put back [0-9]+ routes and settings'
stop alice
check "and after it all is as before" is_as_before alice

launch_killed() { # launch_killed CALL N: dies at the Nth call of that name
	# A sanitizer that looks for leaks does not work under strace.
	# shellcheck disable=SC2016 # meant for the inner shell
	ASAN_OPTIONS=detect_leaks=0 spawn alice alice \
		sh -c 'mount --bind "$0" /etc/hosts && "$@"; :' "$tmp/hosts" \
		strace -f -qq -o /dev/null -e "trace=$1" -e "inject=$1:signal=KILL:when=$2" \
		"$LP_BUILD/lanpartyd" -c "$tmp/alice.conf" >>"$tmp/alice.log" 2>&1
}

has_ended_or_is_up() {
	is_gone "${pid_of[alice]}" || says bridging value alice status .status.state
}

# Dies at the Nth call; false when it came up without making so many.
is_killed_at() { # is_killed_at CALL N
	launch_killed "$1" "$2"
	wait_for 20 "a client that is to be killed at call $2 of $1" has_ended_or_is_up
	if is_gone "${pid_of[alice]}"; then
		wait "${pid_of[alice]}"
		return 0
	fi
	# What strace does not give on to the one that it traces, that one is told itself.
	pids_in_party | while read -r pid; do
		[ ! "/proc/$pid/exe" -ef "$LP_BUILD/lanpartyd" ] ||
			! grep -qF "$tmp/alice.conf" "/proc/$pid/cmdline" || kill "$pid"
	done
	wait "${pid_of[alice]}"
	return 1
}

as_before_after() { # as_before_after WHAT: a new start and its end, and nothing is left
	start alice
	stop alice
	is_as_before alice >"$tmp/diff" || { cat "$tmp/diff" && fail "$1: not as before"; }
	[ ! -e "$tmp/alice.state/journal.json" ] || fail "$1: the list of changes is left"
}

count=0
# Most calls of ioctl only ask, and most of write are for the log: every fourth will do.
for call in rename unlink sendto ioctl write; do
	step=1 n=1
	case $call in ioctl | write) step=4 ;; esac
	while is_killed_at $call $n; do
		as_before_after "killed at call $n of $call"
		count=$((count + 1)) n=$((n + step))
	done
	echo "ok: killed at calls 1 to $n of $call, and as before afterwards"
done
check "those were many" test $count -gt 20

# Also while it puts back what another one has left, which comes first.
for call in rename unlink sendto; do
	for ((n = 1; n <= 6; n++)); do
		start alice
		crash alice
		is_killed_at $call $n || break
		as_before_after "killed at call $n of $call, after another"
	done
	echo "ok: killed at calls 1 to $n of $call while putting back, and as before afterwards"
done
shows T4 T5 T6
