#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# What happens to the gateway's card in the hall: somebody trips over the cable, sets the card down, changes its
# MTU, takes it out and plugs it in again; once slowly, then a hundred times. The gateway says how it is,
# the session stays, the switch hears of the players again, and frames flow.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"
party_up
start_all
pid=${pid_of[gateway]}
alice=$(mac_of alice lanparty0)
lan_mac=$(mac_of gateway lan0)
# A box that knows another card, too.
ip -n "$prefix-gateway" link add lan1 address 02:00:00:00:00:99 type veth peer name lan1-end
ip -n "$prefix-gateway" link set lan1 up
ip -n "$prefix-gateway" link set lan1-end up

tells() { # tells PATTERN: a line of the gateway's status
	ctl gateway status | grep -qE "$1"
}

hears() { # hears NAME PATTERN: a line of a player's status
	ctl "$1" status | grep -qE "$2"
}

descriptors() {
	find "/proc/$pid/fd" -mindepth 1 | wc -l
}

memory_kb() {
	awk '/^VmRSS:/ { print $2 }' "/proc/$pid/status"
}

switch_knows_alice() {
	at switch bridge fdb show br br0 | grep -q "^$alice dev gateway "
}

switch_forgets() {
	at switch bridge fdb del "$alice" dev gateway master 2>/dev/null || true
}

is_bridged() {
	tells 'lan0 is bridged'
}

works() { # works WHEN
	wait_for 3 "the gateway to say that lan0 is bridged $1" is_bridged
	wait_for 1 "the switch to know alice $1" switch_knows_alice
	check "frames flow $1" pings alice "$pc_ip"
}

cut_cable() {
	ip -n "$prefix-switch" link set gateway down
}

join_cable() {
	ip -n "$prefix-switch" link set gateway up
}

remove_nic() {
	ip -n "$prefix-gateway" link del lan0
}

return_nic() {
	ip -n "$prefix-gateway" link add lan0 address "$lan_mac" type veth peer name gateway netns "$prefix-switch"
	ip -n "$prefix-switch" link set gateway master br0
	ip -n "$prefix-switch" link set gateway up
	ip -n "$prefix-gateway" link set lan0 up
}

times() { # times COUNT COMMAND...
	local i
	for ((i = 0; i < $1; i++)); do
		"${@:2}"
	done
}

works "at first"
keep_pinging alice "$pc_ip"

# Once, slowly.
cut_cable
wait_for 2 "the gateway to say that there is no link" tells 'lan0 has no link'
wait_for 2 "the log to say so" logged gateway 'error gateway: lan0 has no link'
wait_for 3 "alice to hear that the hall is not reached" hears alice 'the gateway has lost the party.s LAN'
check "programs are told, too" says "true false" value alice status '.status | "\(.gateway_present) \(.lan_connected)"'
check "and the gateway's" says "true false" value gateway status '.status | "\(.gateway_present) \(.lan_connected)"'
stop bob
start bob
set_address bob lanparty0 10.77.0.52/24
wait_for 2 "bob, who comes now, to hear it too" hears bob 'the gateway has lost the party.s LAN'
switch_forgets
join_cable
works "after the cable was in again"
wait_for 2 "the log to say so" logged gateway 'info  gateway: lan0 has its link again'
wait_for 3 "alice to hear that the hall is there again" hears alice "the party's LAN is connected"
check "programs are told, too" says true value alice status .status.lan_connected
check "and the gateway's" says true value gateway status .status.lan_connected
ip -n "$prefix-gateway" link set lan0 down
wait_for 2 "the gateway to say that lan0 is down" tells 'lan0 is down: bring it up'
switch_forgets
ip -n "$prefix-gateway" link set lan0 up
works "after it was up again"
ip -n "$prefix-gateway" link set lan0 mtu 1280
wait_for 2 "the gateway to say what the MTU means" tells 'the MTU of lan0 is 1280: longer frames'
ip -n "$prefix-gateway" link set lan0 mtu 1500
not_tells() {
	! tells "$@"
}
wait_for 2 "the gateway to see that it is right again" not_tells 'the MTU of'
check "none of this has closed it" says 0 value gateway stats .stats.device_reopens

# A configuration that names another card counts at the next start, and not before.
sed -i 's/interface = "lan0"/interface = "lan1"/' "$tmp/gateway.conf"
kill -HUP "$pid"
wait_for 2 "the reload" logged gateway 'gateway.interface has changed .*restart lanpartyd to apply it'
remove_nic
wait_for 2 "the gateway to say that lan0 is gone" tells 'lan0 is gone'
wait_for 3 "alice to hear that, too" hears alice 'the gateway has lost the party.s LAN'
return_nic
works "after lan0 was plugged in again"
check "it was opened again" says 1 value gateway stats .stats.device_reopens
ip -n "$prefix-gateway" link set lan0 name lan7
check "under another name it goes on" pings alice "$pc_ip"
ip -n "$prefix-gateway" link set lan7 name lan0

# A hundred times, quickly.
fds=$(descriptors)
memory=$(memory_kb)
flap_cable() {
	cut_cable
	join_cable
}
times 100 flap_cable
works "after the cable was out a hundred times"
flap_nic() {
	ip -n "$prefix-gateway" link set lan0 down
	ip -n "$prefix-gateway" link set lan0 up
}
times 100 flap_nic
works "after it was down a hundred times"
flap_mtu() {
	ip -n "$prefix-gateway" link set lan0 mtu 1280
	ip -n "$prefix-gateway" link set lan0 mtu 9000
	ip -n "$prefix-gateway" link set lan0 mtu 1500
}
times 100 flap_mtu
works "after its MTU was changed three hundred times"
flap_card() {
	remove_nic
	return_nic
}
times 100 flap_card
works "after it was taken out a hundred times"
leave() {
	ip -n "$prefix-gateway" link set lan0 netns "$prefix-switch"
	ip -n "$prefix-switch" link set lan0 netns "$prefix-gateway"
	ip -n "$prefix-gateway" link set lan0 up
}
times 30 leave
works "after it was in another namespace thirty times"

check "the process is that of before" kill -0 "$pid"
check "the session is that of before" says 0 value gateway status .status.reconnect_count
check "no descriptor is left open ($fds before)" says "$fds" descriptors
echo "memory: $memory kB before, $(memory_kb) kB after"
# The buffers of the two sockets, 9 MB, are touched as far as a burst needs them. A sanitizer keeps what was
# freed for a while, and tells of leaks by itself.
grep -q libasan "/proc/$pid/maps" || check "no memory is lost" test $(($(memory_kb) - memory)) -lt 10000
check "the log has at most one line a second of it" test "$(grep -c 'lan0 has' "$tmp/gateway.log")" -lt $((SECONDS + 10))
kill "${pid_of[alice.ping]}"
check_ledgers
