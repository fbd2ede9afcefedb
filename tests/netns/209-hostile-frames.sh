#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# Whatever a LAN can put on the gateway's card: VLAN tags that the kernel takes out of the frame, GSO frames of
# 64 kB, frames that are too long, and all that while the card is renamed, moved and deleted. What may
# pass comes whole, nothing else does, and every frame is accounted for.
. "$(dirname "$0")/lib.sh"
. "$netns_dir/attack.sh"
need ethtool ethtool
party_up
# A LAN with jumbo frames; the PC will use them later.
for link in switch:pc switch:gateway switch:br0 gateway:lan0; do
	ip -n "$prefix-${link%:*}" link set "${link#*:}" mtu 9000
done
start_all
alice=$(mac_of alice lanparty0)
pc=$(mac_of pc eth0)

offload() { # offload HOST ARGUMENT...
	at "$1" python3 "$netns_dir/offload.py" "${@:2}"
}

offload_hear() { # offload_hear KEY HOST ARGUMENT...
	spawn "$1" "$2" python3 "$netns_dir/offload.py" "${@:3}" >"$tmp/$1.heard" 2>&1
	wait_for 10 "$1 to listen" grep -q listening "$tmp/$1.heard"
}

set_offloads() { # set_offloads on|off
	local link
	for link in pc:eth0 switch:pc switch:gateway gateway:lan0; do
		at "${link%:*}" ethtool -K "${link#*:}" tso "$1" gso "$1" gro "$1" txvlan "$1" rxvlan "$1" >/dev/null 2>&1 ||
			echo "not all offloads of $link can be switched $1"
	done
}

counter() { # counter NAME: of the gateway
	value gateway stats ".stats.$1"
}

stream=0
tags_are_dropped() { # to a player and to all
	local before count
	before=$(dropped gateway vlan_tag)
	count_frames alice lanparty0 $((++stream)) --ethertype 0x88b6
	count=$(offload pc tagged eth0 "$alice" "$pc")
	offload pc tagged eth0 ff:ff:ff:ff:ff:ff "$pc" >/dev/null
	wait_for 3 "the tags to be dropped" has_dropped gateway vlan_tag $((before + 2 * count))
	says $((before + 2 * count)) dropped gateway vlan_tag && says 0 count_of alice $stream other
}

priority_tags_come_off() { # VLAN ID 0 is no VLAN
	local before count
	before=$(dropped gateway vlan_tag)
	count_frames alice lanparty0 $((++stream)) --ethertype 0x88b6
	count=$(offload pc priority eth0 "$alice" "$pc")
	wait_for 3 "frames with a priority tag to arrive" says "$count" count_of alice $stream other &&
		says "$before" dropped gateway vlan_tag
}

segments() { # segments COUNT LENGTH: one GSO frame of 60000 bytes comes as so many
	offload_hear segments alice tcp-hear lanparty0 5 60000
	local before
	before=$(counter up_frames_in)
	offload pc tcp eth0 "$alice" 60000 "$2"
	wait "${pid_of[segments]}" || { cat "$tmp/segments.heard" && return 1; }
	[ $(($(counter up_frames_in) - before)) -ge "$1" ] # ARP and the like come, too
}

datagrams() { # datagrams COUNT LENGTH SEGMENT
	offload_hear datagrams alice udp-hear 27071 5 "$1" "$2"
	offload pc udp 10.77.0.51 27071 "$2" "$3"
	wait "${pid_of[datagrams]}" || { cat "$tmp/datagrams.heard" && return 1; }
}

for offloads in on off; do
	set_offloads $offloads
	check "offloads $offloads: no frame with a tag comes through, each is counted" tags_are_dropped
	check "offloads $offloads: priority tags are taken off, and the frames arrive" priority_tags_come_off
	check "offloads $offloads: a GSO frame comes as its segments" segments 42 1448
	check "offloads $offloads: and as smaller ones" segments 112 536
	check "offloads $offloads: datagrams that were sent as one come as they are" datagrams 30 30000 1000
	check "offloads $offloads: an IP datagram in fragments comes whole" datagrams 1 20000 0
done
set_offloads on

before=$(counter nic_super_frames)
segments=$(counter nic_segments)
check "a GSO frame is counted as what it is cut into" segments 42 1448
check "once" says $((before + 1)) counter nic_super_frames
check "with its segments" says $((segments + 42)) counter nic_segments

before=$(dropped gateway vlan_tag)
for tag in 81000005 88a80005; do
	offload pc tcp eth0 "$alice" 60000 1448 $tag
done
wait_for 3 "GSO frames with a tag to be dropped" has_dropped gateway vlan_tag $((before + 84))
check "GSO frames with a tag are dropped, segment by segment" says $((before + 84)) dropped gateway vlan_tag

ip -n "$prefix-pc" link set eth0 mtu 9000
before=$(dropped gateway jumbo)
count_frames alice lanparty0 $((++stream))
for size in 1515 1518 4000 9014; do
	send_frames pc eth0 $stream 25 --src "$pc" --dst "$alice" --size $size
done
wait_for 3 "the jumbo frames to be dropped" has_dropped gateway jumbo $((before + 100))
check "frames over 1514 bytes are dropped, each once" says $((before + 100)) dropped gateway jumbo
check "none came through" says 0 count_of alice $stream
gateway_says() { # gateway_says TEXT: in its status
	value gateway status ".status.lines[].text" | grep -q "$1"
}
check "the gateway says how large they are" gateway_says "jumbo frames of up to 9014 bytes"
check "its log says it once" says 1 grep -c "the LAN sends jumbo frames" "$tmp/gateway.log"

# 64 kB that are to be cut into single bytes, from a kernel that allows it.
before=$(counter nic_segments)
for _ in 1 2 3; do
	offload pc tcp eth0 "$alice" 60000 1
done
check "the players are reached meanwhile" pings bob "$pc_ip"
at_least() { # at_least COUNT: segments
	[ "$(counter nic_segments)" -ge $((before + $1)) ]
}
wait_for 10 "all of it to be cut" at_least 180000
check "and afterwards" pings alice "$pc_ip"

# With traffic both ways and no rest.
bob=$(mac_of bob lanparty0)
lan_mac=$(mac_of gateway lan0)
spawn flood.up pc "$LP_BUILD/tests/tools/frames" send eth0 --src "$pc" --dst "$bob" --size 1400 --count 10000000 --rate 3000 >/dev/null
spawn flood.all pc "$LP_BUILD/tests/tools/frames" send eth0 --src "$pc" --broadcast --count 10000000 --rate 300 >/dev/null
spawn flood.down bob "$LP_BUILD/tests/tools/frames" send lanparty0 --src "$bob" --dst "$pc" --size 1400 --count 10000000 --rate 3000 >/dev/null
pid=${pid_of[gateway]}
for _ in 1 2 3 4 5 6 7 8; do
	ip -n "$prefix-gateway" link set lan0 name lan7
	ip -n "$prefix-gateway" link set lan7 name lan0
	ip -n "$prefix-gateway" link set lan0 netns "$prefix-switch"
	ip -n "$prefix-switch" link set lan0 netns "$prefix-gateway"
	ip -n "$prefix-gateway" link set lan0 mtu 1280 up
	sleep 0.2
	ip -n "$prefix-gateway" link del lan0
	ip -n "$prefix-gateway" link add lan0 address "$lan_mac" type veth peer name gateway netns "$prefix-switch"
	ip -n "$prefix-switch" link set gateway master br0
	ip -n "$prefix-switch" link set gateway up
	ip -n "$prefix-gateway" link set lan0 up
	sleep 0.2
done
check "the gateway lives through it" kill -0 "$pid"
wait_for 3 "the PC to be reached" pings alice "$pc_ip"
kill "${pid_of[flood.up]}" "${pid_of[flood.all]}" "${pid_of[flood.down]}"
check "the session is that of before" says 0 value gateway status .status.reconnect_count
wait_for 3 "the queues to be empty" says 0 counter up_copies_queued
check_ledgers
