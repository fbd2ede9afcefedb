#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# A relay whose log is a pipe, and then a syslog, that nobody reads: its rooms do not notice. With
# LP_NETNS_LONG=1 for a minute.
. "$(dirname "$0")/lib.sh"
party_up
[ -z "${LP_NETNS_LONG:-}" ] || long=yes
seconds=$((${long:+30} + 5))
rate=500
sed -i 's/rooms = /frame_log = true; rooms = /' "$tmp/relay.conf"

# Held open at both ends, and read by nobody until the end. A /dev of its own, as a container has,
# with the syslog that we put there.
mkfifo "$tmp/pipe"
exec {pipe}<>"$tmp/pipe"
mkdir "$tmp/dev"
python3 -c '
import socket, sys, time
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind(sys.argv[1])
time.sleep(300)' "$tmp/syslog" &
syslog_pid=$!
trap 'kill $syslog_pid; finish $?' EXIT
wait_for 5 "the syslog" test -S "$tmp/syslog"
# shellcheck disable=SC2016 # meant for the inner shell
spawn relay relay sh -c 'mount -t tmpfs dev "$0/dev" && mknod "$0/dev/null" c 1 3 && mknod "$0/dev/urandom" c 1 9 &&
	chmod 666 "$0"/dev/* && ln -s "$0/syslog" "$0/dev/log" && mount --bind "$0/dev" /dev && exec "$@"' "$tmp" \
	"$LP_BUILD/lanpartyd" -c "$tmp/relay.conf" >&"$pipe" 2>&1
wait_for 10 "the relay to answer" ctl relay status
sed -i "s/@pin@/$(value relay status .status.pin)/" "$tmp"/*.conf
start gateway alice bob
set_address alice lanparty0 10.77.0.51/24
set_address bob lanparty0 10.77.0.52/24
bob=$(mac_of bob lanparty0)

answers_at_once() {
	timeout 1 "$LP_BUILD/lanpartyctl" --socket "$tmp/relay.sock" status
}

carries_all() { # carries_all STREAM: all frames of some seconds, more than pipe and queue hold lines
	local count=$((seconds * rate)) i
	count_frames bob lanparty0 "$1"
	send_frames alice lanparty0 "$1" "$count" --rate "$rate" --src "$(mac_of alice lanparty0)" --dst "$bob" &
	for ((i = 0; i < seconds; i++)); do
		answers_at_once || return 1
		sleep 1
	done
	wait $!
	pings alice 10.77.0.52 -c 1
	says "$count" count_of bob "$1"
}

check "with a pipe that nobody reads no frame is lost, and lanpartyctl is answered" carries_all 1
check "the pipe is full indeed" python3 -c '
import os, select, sys
sys.exit(bool(select.select([], [int(sys.argv[1])], [], 0)[1]))' "$pipe"
sed -i '1i log: { target = "syslog"; };' "$tmp/relay.conf"
ctl relay reload
check "nor with a syslog that nobody reads" carries_all 2
sed -i '1d' "$tmp/relay.conf"
ctl relay reload

ended_ms=$(now_ms)
kill "${pid_of[relay]}"
wait_for 5 "the relay to end" is_gone "${pid_of[relay]}"
ended_ms=$(($(now_ms) - ended_ms))
echo "it ended in $ended_ms ms"
check "and it ends within a second" test "$ended_ms" -lt 1000
wait "${pid_of[relay]}" || fail "the relay ended with status $?"
dd if=/proc/self/fd/"$pipe" of="$tmp/relay.log" iflag=nonblock bs=64k count=64 2>/dev/null || true
check "what was read at last begins at the begin" logged relay 'listening on'
