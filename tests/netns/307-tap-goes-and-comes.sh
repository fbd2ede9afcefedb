#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# The TAP's cable is out until the relay has been found and has let us in. Frames of every size pass it
# whole. When somebody deletes it, the client says so, undoes what belonged to it, and has a new one a
# moment later; the process, the session and the way to the relay stay.
. "$(dirname "$0")/lib.sh"
. "$netns_dir/home.sh"
party_up
start_relay
start gateway
remember alice

has_carrier() {
	[ "$(at alice cat /sys/class/net/lanparty0/carrier 2>/dev/null)" = 1 ]
}

has_no_carrier() {
	! has_carrier
}

has_tap() {
	alice_ip link show lanparty0
}

# A name that nobody knows yet.
mv "$tmp/hosts" "$tmp/hosts.known"
echo '127.0.0.1 localhost' >"$tmp/hosts"
launch alice
wait_for 10 "the TAP to be there" has_tap
wait_for 10 "alice to look for the relay in vain" logged alice 'cannot find the relay'
check "the cable is out while the relay's address is not known" has_no_carrier
check "and no route is changed" has_no_route "$relay_ip/32"
# The same file, for it is bound into her mount namespace.
cat "$tmp/hosts.known" >"$tmp/hosts"
wait_up alice
wait_for 2 "the cable to be in" has_carrier
check "and the way is pinned" has_route "$relay_ip/32" via 192.168.1.1 dev eth0
shows N5 W4

set_address alice lanparty0 10.77.0.51/24
pings alice "$pc_ip" >/dev/null
alice=$(mac_of alice lanparty0)
pc=$(mac_of pc eth0)
stream=0
for size in 60 61 577 1513 1514; do
	stream=$((stream + 1))
	count_frames pc eth0 $stream --expect 20
	send_frames alice lanparty0 $stream 20 --src "$alice" --dst "$pc" --size $size --rate 500
	wait "${pid_of[pc.$stream]}" || fail "20 whole frames of $size bytes reach the PC"
	stream=$((stream + 1))
	count_frames alice lanparty0 $stream --expect 20
	send_frames pc eth0 $stream 20 --src "$pc" --dst "$alice" --size $size --rate 500
	wait "${pid_of[alice.$stream]}" || fail "20 whole frames of $size bytes reach alice"
done
echo "ok: frames of 60 to 1514 bytes pass whole, both ways"
shows A4

pid=${pid_of[alice]}
alice_ip link del lanparty0
wait_for 5 "alice to say that her TAP is gone" logged alice 'the TAP lanparty0 failed'
wait_for 5 "a new one" has_carrier
check "the process is that of before" kill -0 "$pid"
check "and so is the session" says 0 value alice status .status.reconnect_count
check "the way to the relay is pinned" has_route "$relay_ip/32" via 192.168.1.1 dev eth0
check "the new TAP has the identity's MAC" says "$alice" mac_of alice lanparty0
set_address alice lanparty0 10.77.0.51/24
check "the hall can be reached again" pings alice "$pc_ip"
wait_for 2 "broadcasts to go to the party again" has_route 255.255.255.255 dev lanparty0
check "the counters know of it" says 1 value alice stats .stats.device_reopens
stop alice
check "afterwards nothing is left" is_as_before alice
shows W17
