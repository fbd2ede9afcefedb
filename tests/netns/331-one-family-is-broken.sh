#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# The relay's name has an IPv4 and an IPv6 address, and one of them leads nowhere: packets vanish, or are
# refused. Everybody joins by the other one a quarter of a second later (RFC 8305), remembers it, and takes
# the first one again when it is the other one that is broken.
. "$(dirname "$0")/lib.sh"
. "$netns_dir/ip6.sh"
party_up
internet6_up
printf '127.0.0.1 localhost\n%s %s\n%s %s\n' "$relay_ip6" "$relay_name" "$relay_ip" "$relay_name" >"$tmp/hosts"
by4=$relay_ip:443
by6="[$relay_ip6]:443"

at internet nft -f - <<-'END'
	table inet broken {
		chain through {
			type filter hook forward priority filter;
		}
	}
END

break_family() { # break_family ip|ip6 drop|reject: and only that one
	at internet nft flush chain inet broken through
	at internet nft add rule inet broken through "$1" daddr "$([ "$1" = ip ] && echo "$relay_ip" || echo "$relay_ip6")" \
		udp dport 443 counter "$2"
}

is_by() { # is_by ADDRESS NAME: in the room, by that address
	says bridging value "$2" status .status.state && says "$1" relay_addr "$2"
}

# A machine with other work to do needs some of that time for itself.
joins_by() { # joins_by ADDRESS NAME
	local from
	from=$(now_ms)
	launch "$2"
	until is_by "$1" "$2"; do
		[ $(($(now_ms) - from)) -lt 2500 ] || return 1
		sleep 0.02
	done
	echo "$2 is in by $1 after $(($(now_ms) - from)) ms" >&"$told"
}

start_relay
for how in drop reject; do
	for family in ip6 ip; do
		break_family $family $how
		other=$([ $family = ip6 ] && echo "$by4" || echo "$by6")
		for name in gateway alice; do
			check "$name joins by $other while $family is broken ($how)" joins_by "$other" "$name"
		done
		wait_for 10 "alice to have an adapter" ip -n "$prefix-alice" link show lanparty0
		set_address alice lanparty0 10.77.0.51/24
		check "the hall is reached" pings alice "$pc_ip"
		stop alice
		stop gateway
	done
done

# What was good comes first, though the system still has IPv6 before IPv4.
break_family ip6 drop
start gateway alice bob
set_address alice lanparty0 10.77.0.51/24
check "alice is there by IPv4" is_by "$by4" alice
at internet nft flush chain inet broken through
at internet nft add rule inet broken through ip6 daddr "$relay_ip6" udp dport 443 counter
for name in alice bob; do
	# shellcheck disable=SC2016 # jq's
	id=$(ctl relay --json peers | jq -r --arg name "$name" '.peers[] | select(.name == $name) | .peer_id')
	ctl relay kick "$room" "$id" 0 >/dev/null
	wait_for 5 "$name to lose the room" logged "$name" 'closed the connection: kicked'
	wait_for 10 "$name to be back by what was good" is_by "$by4" "$name"
done
check "IPv6 was not even tried" grep -q 'counter packets 0 ' <(at internet nft list chain inet broken through)

# The other one breaks in mid-session.
for how in drop reject; do
	for family in ip ip6; do
		keep_pinging alice "$pc_ip"
		break_family $family $how
		other=$([ $family = ip6 ] && echo "$by4" || echo "$by6")
		for name in alice bob gateway; do
			wait_for 15 "$name to be there by $other once $family broke ($how)" is_by "$other" "$name"
		done
		wait_pinging alice
		gap=$(silence_ms alice)
		check "alice played on after $gap ms" test "$gap" -lt 8000
		kill "${pid_of[alice.ping]}"
		wait "${pid_of[alice.ping]}" 2>/dev/null || true
	done
done
