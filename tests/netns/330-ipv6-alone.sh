#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# Between players, gateway and relay there is IPv6 and nothing else; the party itself has IPv4 as ever. Then
# a player beside the relay, who names it by a link-local address with its zone.
#
#     pc, gateway ---- internet (2001:db8::/32 only) ---- relay 2001:db8:f::10, fe80::10
#         alice, bob ------' '------ carol, who knows fe80::10%relay
. "$(dirname "$0")/lib.sh"
. "$netns_dir/ip6.sh"
party_up
internet6_up
set_address6 relay eth0 fe80::10/64
for port in relay:eth0 gateway:wan0 nat-alice:wan0 nat-bob:wan0 alice:eth0 bob:eth0 \
	internet:relay internet:gateway internet:nat-alice internet:nat-bob; do
	take_ip4_away "${port%:*}" "${port#*:}"
done
printf '::1 localhost\n%s %s\n' "$relay_ip6" "$relay_name" >"$tmp/hosts"

has_no_ip4() {
	! ip -n "$prefix-$1" -4 route get "$relay_ip" 2>/dev/null
}
for host in alice bob gateway internet; do
	check "$host has no way to the relay by IPv4" has_no_ip4 "$host"
done

start_all
for name in gateway alice bob; do
	check "$name is there by IPv6" says "[$relay_ip6]:443" relay_addr "$name"
done
check "alice reaches the hall" pings alice "$pc_ip"
check "and bob" pings alice 10.77.0.52
check "with whole frames" pings alice "$pc_ip" -s 1472 -M "do"
best=$(budget_of_payload 1452)
wait_for 10 "the path of alice to be measured both ways: 20 bytes less than by IPv4" \
	says "$best $best" budgets alice
check "the way to the relay is pinned" says pinned value alice status '.status.route | match("pinned").string'

keep_pinging alice "$pc_ip"
crash relay
launch relay
wait_pinging alice
check "after a crash of the relay they are there again" says "[$relay_ip6]:443" relay_addr alice
check "soon: $(silence_ms alice) ms" test "$(silence_ms alice)" -lt 5000

# A neighbour of the relay's, without any address but its link-local one, which each interface has.
conf carol client internet < <(join_lines && echo '	name = "carol"; routes = false;')
sed -i "s/relay = \".*\"/relay = \"fe80::10%relay\"/; s/@pin@/$(value relay status .status.pin)/" "$tmp/carol.conf"
start carol
set_address internet lanparty0 10.77.0.53/24
check "a link-local relay is used by its zone" grep -qE "^\[fe80::10%[0-9]+\]:443$" <(relay_addr carol)
check "and the hall is reached through it" pings internet "$pc_ip"
check "with whole frames" pings internet "$pc_ip" -s 1472 -M "do"
for name in gateway alice bob carol; do
	stop "$name"
done
