# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# A LAN party in network namespaces, and what scenarios do with it. Each box is a namespace:
#
#     the hall                                   the internet                     homes behind NAT
#   +----------+
#   | pc       |    +---------------+        +----------------+     +-----------+     +----------+
#   | eth0 .10 |----| switch        |        | internet       |-----| nat-alice |-----| alice    |
#   +----------+    | br0 10.77.0.1 |        |                |wan0 +-----------+ eth0| lanparty0|
#   +----------+    | dnsmasq: DHCP |        |                |                       +----------+
#   | gateway  |----+---------------+        |                |     +-----------+     +----------+
#   | lan0 .2  |                             |                |-----| nat-bob   |-----| bob      |
#   | wan0     |-----------------------------|                |wan0 +-----------+ eth0| lanparty0|
#   +----------+                             +----------------+                       +----------+
#                                                    |
#                                            +----------------+
#                                            | relay          |
#                                            | 203.0.113.10   |
#                                            +----------------+
#
# A scenario sources this, calls party_up, and may rely on the end: whatever happens, the processes in
# these namespaces are ended, the namespaces and the scratch folder are removed, and a sanitizer's
# report in a daemon's log fails it. Nothing is created outside the namespaces.
set -euo pipefail

# Who runs it may have any settings: files that another user reads, sorted text, and daemons that believe
# what they inherit are to be the same everywhere.
umask 022
export LC_ALL=C TZ=UTC0
unset JOURNAL_STREAM NOTIFY_SOCKET WATCHDOG_USEC WATCHDOG_PID LISTEN_FDS LISTEN_PID

netns_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LP_BUILD=$(realpath "${LP_BUILD:-$netns_dir/../../build}")
tmp=${LP_TMP:-$(mktemp -d)}
prefix=lp-$$
relay_ip=203.0.113.10
relay_name=party.example.org
pc_ip=10.77.0.10
room=ROOM1
# For scenarios that count more frames in a second than any game sends.
no_limits="	limits: { client_broadcast_per_s = 0; client_unknown_per_s = 0; room_broadcast_per_s = 0;
		room_unknown_per_s = 0; gateway_broadcast_per_s = 0; };
"
hosts=()
declare -A host_of pid_of

# --- the end ---

skip() { # skip WHY: this machine cannot run the scenario
	echo "$1"
	exit 77
}

# Where a failure is told: inside of check(), what a command prints goes elsewhere.
exec {told}>&2

fail() { # fail WHAT: shows what the daemons say of it, and ends the scenario
	local log
	exec >&"$told" 2>&1
	for log in "$tmp"/*.sock; do
		{ "$LP_BUILD/lanpartyctl" -s "$log" drops && "$LP_BUILD/lanpartyctl" -s "$log" -j stats; } >&2 || true
	done
	for log in "$tmp"/*.log; do
		[ ! -s "$log" ] || { echo "---- $(basename "$log")" && tail -n 15 "$log"; } >&2
	done
	echo "FAILED: $1" >&2
	exit 1
}

pids_in_party() {
	local host
	for host in "${hosts[@]}"; do
		ip netns pids "$prefix-$host" 2>/dev/null || true
	done
}

end_processes() {
	local pids tries
	pids=$(pids_in_party)
	# shellcheck disable=SC2086 # a list
	[ -z "$pids" ] || kill $pids 2>/dev/null || true
	for ((tries = 0; tries < 60; tries++)); do
		[ -n "$(pids_in_party)" ] || return 0
		sleep 0.05
	done
	# shellcheck disable=SC2046 # a list
	kill -KILL $(pids_in_party) 2>/dev/null || true
}

finish() {
	local status=$1 host
	trap '' INT TERM
	set +e
	end_processes
	wait 2>/dev/null
	if [ "$status" = 0 ] && grep -nE 'Sanitizer|runtime error:' "$tmp"/*.log >&2 2>/dev/null; then
		echo "FAILED: a sanitizer has something to say" >&2
		status=1
	fi
	for host in "${hosts[@]}"; do
		ip netns del "$prefix-$host"
	done
	[ -n "${LP_TMP:-}" ] || rm -rf "$tmp"
	exit "$status"
}

trap 'finish $?' EXIT
trap 'exit 130' INT TERM
[ "$(id -u)" = 0 ] || skip "network namespaces need root"
[ -c /dev/net/tun ] || skip "there is no /dev/net/tun; load the kernel's driver: modprobe tun"

# --- waiting and claiming ---

now_ms() {
	echo $((${EPOCHREALTIME/[.,]/} / 1000))
}

wait_for() { # wait_for SECONDS WHAT COMMAND...: until the command succeeds
	local end=$(($(now_ms) + $1 * 1000)) what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		[ "$(now_ms)" -lt "$end" ] || fail "waited in vain for: $what"
		sleep 0.05
	done
}

says() { # says TEXT COMMAND...: does the command print that?
	local text
	text=$("${@:2}")
	[ "$text" = "$1" ] || { echo "not \"$1\" but \"$text\"" && return 1; }
}

check() { # check WHAT COMMAND...: one claim of the scenario
	local what=$1
	shift
	"$@" >"$tmp/check.out" 2>&1 || { cat "$tmp/check.out" >&2 && fail "$what"; }
	echo "ok: $what"
}

shows() { # shows ID...: features that the claims before have proved
	echo "shows $*"
}

# --- machines and cables ---

at() { # at HOST COMMAND...
	ip netns exec "$prefix-$1" "${@:2}"
}

spawn() { # spawn KEY HOST COMMAND...: in the background; $pid_of[KEY] is its own, as exec leaves it
	ip netns exec "$prefix-$2" "${@:3}" &
	pid_of[$1]=$!
}

add_host() { # add_host HOST
	ip netns add "$prefix-$1" 2>"$tmp/netns.err" || skip "no network namespaces here: $(cat "$tmp/netns.err")"
	hosts+=("$1")
	ip -n "$prefix-$1" link set lo up
}

add_cable() { # add_cable HOST INTERFACE HOST INTERFACE
	ip -n "$prefix-$1" link add "$2" type veth peer name "$4" netns "$prefix-$3"
	ip -n "$prefix-$1" link set "$2" up
	ip -n "$prefix-$3" link set "$4" up
}

set_address() { # set_address HOST INTERFACE ADDRESS/LEN
	ip -n "$prefix-$1" addr add "$3" dev "$2"
}

add_uplink() { # add_uplink HOST INTERFACE NETWORK: NETWORK.10, at a router that is NETWORK.1
	add_cable "$1" "$2" internet "$1"
	set_address internet "$1" "$3.1/24"
	set_address "$1" "$2" "$3.10/24"
	ip -n "$prefix-$1" route add default via "$3.1"
}

# A cable to the switch of the hall.
add_to_lan() { # add_to_lan HOST INTERFACE ADDRESS
	add_cable "$1" "$2" switch "$1"
	ip -n "$prefix-switch" link set "$1" master br0
	set_address "$1" "$2" "$3/24"
}

# A home like millions: its router lets answers in, and each new flow gets any port.
add_home() { # add_home PLAYER NETWORK
	local nat=nat-$1
	add_host "$1"
	add_host "$nat"
	add_uplink "$nat" wan0 "$2"
	add_cable "$nat" home0 "$1" eth0
	set_address "$nat" home0 192.168.1.1/24
	set_address "$1" eth0 192.168.1.2/24
	ip -n "$prefix-$1" route add default via 192.168.1.1
	at "$nat" sysctl -qw net.ipv4.ip_forward=1
	at "$nat" nft -f - <<-'END'
		table ip home {
			chain out {
				type nat hook postrouting priority srcnat;
				oifname "wan0" masquerade fully-random
			}
			chain through {
				type filter hook forward priority filter; policy drop;
				iifname "home0" accept
				ct state established,related accept
			}
		}
	END
}

add_gateway_host() { # add_gateway_host HOST LAN-ADDRESS WAN-NETWORK
	add_host "$1"
	add_to_lan "$1" lan0 "$2"
	add_uplink "$1" wan0 "$3"
}

# The machines of the picture, and their conf files; no daemon runs yet.
party_up() {
	add_host internet
	at internet sysctl -qw net.ipv4.ip_forward=1
	add_host switch
	ip -n "$prefix-switch" link add br0 type bridge
	ip -n "$prefix-switch" link set br0 up
	set_address switch br0 10.77.0.1/24
	add_host pc
	add_to_lan pc eth0 "$pc_ip"
	add_gateway_host gateway 10.77.0.2 198.51.100
	add_host relay
	add_uplink relay eth0 "${relay_ip%.*}"
	add_home alice 192.0.2
	add_home bob 198.18.0
	printf '127.0.0.1 localhost\n%s %s\n' "$relay_ip" "$relay_name" >"$tmp/hosts"
	conf relay relay <<<"$no_limits	rooms = ( { code = \"$room\"; } );"
	conf gateway gateway < <(join_lines && echo '	interface = "lan0";')
	conf alice client < <(join_lines && echo '	name = "alice";')
	conf bob client < <(join_lines && echo '	name = "bob";')
}

start_dhcp_server() {
	spawn dnsmasq switch dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --user=root --pid-file= --no-ping \
		--interface=br0 --dhcp-range=10.77.0.100,10.77.0.199,1h --dhcp-authoritative \
		--dhcp-leasefile="$tmp/dnsmasq.leases" --log-facility="$tmp/dnsmasq.log"
	wait_for 5 "the DHCP server" grep -q started "$tmp/dnsmasq.log"
}

# A real dhclient, but a copy of it with a script of ours: the system's own script would write the
# host's resolv.conf, and the system's AppArmor profile would not let it read ours.
dhcp_lease() { # dhcp_lease PLAYER
	[ -x "$tmp/dhclient" ] || cp "$(command -v dhclient)" "$tmp/dhclient"
	cat >"$tmp/dhclient-script" <<-'END'
		#!/bin/sh
		[ "$reason" != BOUND ] || ip addr replace "$new_ip_address/$new_subnet_mask" dev "$interface"
	END
	chmod +x "$tmp/dhclient-script"
	at "$1" timeout 20 "$tmp/dhclient" -4 -1 -v -cf /dev/null -lf "$tmp/$1.leases" \
		-pf "$tmp/$1.dhclient.pid" -sf "$tmp/dhclient-script" lanparty0 2>&1
}

address_of() { # address_of HOST INTERFACE
	ip -n "$prefix-$1" -j -4 addr show dev "$2" | jq -re '.[0].addr_info[0].local'
}

mac_of() { # mac_of HOST INTERFACE
	at "$1" cat "/sys/class/net/$2/address"
}

# --- the daemons ---

join_lines() { # what gateways and clients have in common; the pin is known once the relay runs
	printf '\trelay = "%s";\n\troom = "%s";\n\ttrust: { pin = "@pin@"; };\n' "$relay_name" "$room"
}

conf() { # conf NAME ROLE [HOST]: writes its conf file, with what stdin has for the group of the role
	host_of[$1]=${3:-$1}
	cat >"$tmp/$1.conf" <<-END
		role = "$2";
		state_dir = "$tmp/$1.state";
		control: { socket = "$tmp/$1.sock"; };
		$2: {
		$(cat)
		};
	END
}

# Names come from a hosts file of ours: what ip-netns(8) runs has its own mount namespace.
launch() { # launch NAME [OPTION...]: begins a daemon, and does not wait for it
	# shellcheck disable=SC2016 # meant for the inner shell
	spawn "$1" "${host_of[$1]}" sh -c 'mount --bind "$0" /etc/hosts && exec "$@"' "$tmp/hosts" \
		"$LP_BUILD/lanpartyd" -c "$tmp/$1.conf" "${@:2}" >>"$tmp/$1.log" 2>&1
}

ctl() { # ctl NAME COMMAND...
	"$LP_BUILD/lanpartyctl" --socket "$tmp/$1.sock" "${@:2}"
}

value() { # value NAME COMMAND JQ-FILTER: something out of what the daemon tells
	ctl "$1" --json "$2" | jq -r "$3"
}

start_relay() { # begins it, and puts its pin into everybody's conf file, as an admin would
	launch relay
	wait_for 10 "the relay to answer" ctl relay status
	sed -i "s/@pin@/$(value relay status .status.pin)/" "$tmp"/*.conf
}

start() { # start NAME...: begins daemons, and waits until each is in its room
	local name
	for name in "$@"; do
		launch "$name"
	done
	for name in "$@"; do
		wait_up "$name"
	done
}

wait_up() { # wait_up NAME: until it is in its room
	wait_for 15 "$1 to be in the room" says bridging value "$1" status .status.state
}

# Everybody, with addresses that need no DHCP.
start_all() {
	start_relay
	start gateway alice bob
	set_address alice lanparty0 10.77.0.51/24
	set_address bob lanparty0 10.77.0.52/24
}

is_gone() { # is_gone PID
	! kill -0 "$1" 2>/dev/null
}

stop() { # stop NAME: asks a daemon to end; it has to do so, with status 0
	local status=0
	kill "${pid_of[$1]}"
	wait_for 5 "$1 to end" is_gone "${pid_of[$1]}"
	wait "${pid_of[$1]}" || status=$?
	[ $status = 0 ] || fail "$1 ended with status $status"
}

crash() { # crash NAME: kill -9
	kill -KILL "${pid_of[$1]}"
	wait "${pid_of[$1]}" 2>/dev/null || true
}

logged() { # logged NAME PATTERN
	grep -qE "$2" "$tmp/$1.log"
}

# --- traffic ---

peer() { # peer HOST ARGUMENT...: see peer.py
	at "$1" python3 "$netns_dir/peer.py" "${@:2}"
}

listen() { # listen KEY HOST ARGUMENT...: peer.py in the background, listening when this returns
	spawn "$1" "$2" python3 "$netns_dir/peer.py" "${@:3}" >"$tmp/$1.heard" 2>&1
	wait_for 10 "$1 to listen" grep -q listening "$tmp/$1.heard"
}

# shellcheck disable=SC2034 # for who calls
hear() { # hear KEY: waits until that one has heard what it listens for; sets $heard
	wait "${pid_of[$1]}" || fail "$1: $(tail -n 1 "$tmp/$1.heard")"
	heard=$(sed 1d "$tmp/$1.heard")
}

pings() { # pings HOST ADDRESS [OPTION...]
	at "$1" ping -q -n -i 0.2 -c 3 -W 2 "${@:3}" "$2"
}

count_frames() { # count_frames HOST INTERFACE STREAM [OPTION...]: in the background
	spawn "$1.$3" "$1" "$LP_BUILD/tests/tools/frames" recv "$2" --stream "$3" --seconds 120 \
		--promiscuous "${@:4}" >"$tmp/$1.$3.count" 2>"$tmp/$1.$3.listening"
	wait_for 5 "$1 to count" grep -q listening "$tmp/$1.$3.listening"
}

count_of() { # count_of HOST STREAM [FIELD]: ends the counting; gives how many came
	kill "${pid_of[$1.$2]}" 2>/dev/null || true
	wait_for 5 "the count of $1" test -s "$tmp/$1.$2.count"
	jq ".${3:-unique}" "$tmp/$1.$2.count"
}

send_frames() { # send_frames HOST INTERFACE STREAM COUNT OPTION...
	at "$1" "$LP_BUILD/tests/tools/frames" send "$2" --stream "$3" --count "$4" "${@:5}" >/dev/null
}

keep_pinging() { # keep_pinging HOST ADDRESS [OPTION...]: ten times a second, until the end
	spawn "$1.ping" "$1" ping -n -D -i 0.1 -W 1 "${@:3}" "$2" >"$tmp/$1.ping" 2>&1
	wait_for 10 "a ping of $1 to be answered" grep -q 'bytes from' "$tmp/$1.ping"
}

answers() { # answers HOST: how many of its pings were answered
	grep -c 'bytes from' "$tmp/$1.ping"
}

more_answers() { # more_answers HOST THAN
	[ "$(answers "$1")" -gt "$2" ]
}

wait_pinging() { # wait_pinging HOST: until five pings from now on were answered
	wait_for 10 "the pings of $1 to be answered" more_answers "$1" $(($(answers "$1") + 5))
}

silence_ms() { # silence_ms HOST: the longest time without an answer
	awk -F'[][]' '/bytes from/ { if (last && $2 - last > gap) gap = $2 - last; last = $2 }
		END { printf "%d\n", gap * 1000 }' "$tmp/$1.ping"
}
