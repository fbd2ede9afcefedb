#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# A relay that is to listen on an address which comes later, as from DHCP, is there when it comes.
. "$(dirname "$0")/lib.sh"
party_up
. "$netns_dir/home.sh"
ip -n "$prefix-relay" addr del "$relay_ip/24" dev eth0
ip -n "$prefix-relay" addr add 203.0.113.77/24 dev eth0

status_says() { # status_says PATTERN
	value relay status '.status.lines[] | .level + " " + .text' | grep -qE "$1"
}

comes_later() { # comes_later ADDRESS/LEN LISTEN WORKERS
	launch relay -o "relay.listen=$2" -o "relay.workers=$3"
	wait_for 10 "the relay to answer" ctl relay status
	check "$2, $3 workers: the log says that it is not there yet" logged relay "no interface has ${1%/*} yet: this relay cannot be reached"
	check "so does the status" status_says 'bad no interface has the address of relay.listen'
	ip -n "$prefix-relay" addr add "$1" dev eth0
	wait_for 5 "the status to know it" eval '! status_says "no interface"'
	sed -i "s/@pin@/$(value relay status .status.pin)/" "$tmp"/*.conf
}

comes_later 2001:db8::9/64 '[2001:db8::9]:443' 1
stop relay
: >"$tmp/relay.log"
comes_later "$relay_ip/24" "$relay_ip:443" 2
ip -n "$prefix-relay" route replace default via 203.0.113.1
start gateway alice
set_address alice lanparty0 10.77.0.51/24
check "then everybody can join" pings alice "$pc_ip"
