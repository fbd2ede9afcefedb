# shellcheck shell=bash disable=SC2154 # what lib.sh sets, which is sourced before
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# What scenarios with an attacker share, beside lib.sh: alice's client is one that filters nothing, so
# what comes through was let through by relay and gateway. The victim is the PC in the hall.
#
# Each attack is made twice: with the filters, when it must gain nothing, and without (the room allows
# all), when it must work: or the first would prove nothing.

need() { # need PROGRAM PACKAGE
	command -v "$1" >/dev/null || skip "there is no $1; install $2"
}

need_scapy() {
	/usr/bin/python3 -c 'import scapy.all' 2>/dev/null || skip "there is no scapy; install python3-scapy"
}

# Everybody in the room, alice with the other program. No DHCP server yet.
start_with_rogue() {
	start_relay
	start gateway bob
	launch_rogue alice
	wait_up alice
	set_address alice lanparty0 10.77.0.51/24
	set_address bob lanparty0 10.77.0.52/24
	alice=$(mac_of alice lanparty0)
	bob=$(mac_of bob lanparty0)
	pc=$(mac_of pc eth0)
}

launch_rogue() { # launch_rogue NAME: as launch, with the client that lets everything through
	local build=$LP_BUILD
	mkdir -p "$tmp/rogue"
	ln -sf "$build/tests/tools/rogue" "$tmp/rogue/lanpartyd"
	LP_BUILD=$tmp/rogue
	launch "$1"
	LP_BUILD=$build
}

allow() { # allow [WORD...]: another policy for all rooms, by a reload; nothing = the safe one
	local words=''
	[ $# -eq 0 ] || words=$(printf '"%s", ' "$@")
	sed -i '/^	policy = /d' "$tmp/relay.conf"
	sed -i "s/^relay: {/&\n	policy = [ ${words%, } ];/" "$tmp/relay.conf"
	ctl relay reload >/dev/null
	wait_for 5 "alice to hear of the policy" heard_policies alice $((++policies))
	wait_for 5 "the gateway to hear of the policy" heard_policies gateway "$policies"
}
policies=0

heard_policies() { # heard_policies NAME COUNT
	[ "$(grep -c "has changed the room's policy" "$tmp/$1.log")" -ge "$2" ]
}

dropped() { # dropped NAME REASON: how often
	value "$1" drops "[.drops[] | select(.reason == \"$2\") | .frames + .copies] | add // 0"
}

has_dropped() { # has_dropped NAME REASON AT-LEAST
	[ "$(dropped "$1" "$2")" -ge "$3" ]
}

# Both ledgers, from outside: what came in was forwarded or dropped, and each copy was sent, dropped, or
# waits. What the daemon itself says of it has to be the same.
is_accounted() { # is_accounted NAME...
	local name open
	for name in "$@"; do
		open=$({ ctl "$name" --json stats && ctl "$name" --json drops; } | jq -s '
			def all(name): [.[0].stats | to_entries[] | select(.key | test("^((up|down)_)?" + name)) | .value] | add;
			def lost(what): [.[1].drops[][what]] | add // 0;
			[ all("frames_in$") - all("frames_forwarded$") - lost("frames"),
			  all("copies_made$") - all("copies_sent$") - all("copies_queued$") - lost("copies"),
			  all("(frames|copies)_unaccounted$") ] | map(select(. != 0)) | length')
		[ "$open" = 0 ] || { ctl "$name" drops && ctl "$name" --json stats && return 1; }
	done
}

# Frames may come between the two questions.
check_ledgers() {
	wait_for 5 "every frame to be accounted for at every node" is_accounted relay gateway alice bob
	echo "ok: every frame is accounted for at every node"
}

# What was sent before it on any way has arrived when this has been answered.
settle() {
	pings bob "$pc_ip" -c 1 && pings alice "$pc_ip" -c 1
}

declare -A crafted

# Frames by scapy, with the words that stdin defines: one list of frames for each expression, in a file of
# hex lines. All at once, as scapy takes its time to start.
craft() { # craft EXPRESSION...
	local i=0 expression
	cat >"$tmp/craft.py"
	/usr/bin/python3 - "$tmp/craft.py" "$tmp/crafted" "$alice" "$bob" "$pc" "$@" <<-'END'
		import sys
		from scapy.config import conf
		conf.ipv6_enabled = True
		from scapy.all import *
		words, out, alice, bob, pc = sys.argv[1:6]
		exec(open(words).read())
		for i, expression in enumerate(sys.argv[6:]):
		    frames = eval(expression)
		    with open(f"{out}.{i}", "w") as file:
		        for frame in frames if isinstance(frames, list) else [frames]:
		            file.write(bytes(frame).hex() + "\n")
	END
	for expression in "$@"; do
		crafted[$expression]=$tmp/crafted.$((i++))
	done
}

send_crafted() { # send_crafted HOST INTERFACE EXPRESSION [TIMES]
	local file=${crafted[$3]}
	at "$1" "$LP_BUILD/tests/tools/frames" send "$2" --hex "$file" --count $(($(wc -l <"$file") * ${4:-1})) \
		--rate 50 >/dev/null
}
