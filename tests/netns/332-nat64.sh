#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# A player whose network has IPv6 only, and a relay with IPv4 only: NAT64 (RFC 6146) is between, and the name
# has the address that DNS64 would make of the relay's. An IPv6 header is 20 bytes longer than an IPv4 one.
#
#     alice 2001:db8:a:1::2 ---- nat-alice: tayga, 2001:db8:a:64::/96 ---- internet ---- relay 203.0.113.10
. "$(dirname "$0")/lib.sh"
. "$netns_dir/ip6.sh"
command -v tayga >/dev/null || skip "needs tayga, a NAT64 (Debian: apt-get install tayga)"
party_up
set_address6 nat-alice home0 2001:db8:a:1::1/64
set_address6 alice eth0 2001:db8:a:1::2/64
take_ip4_away alice eth0
ip -n "$prefix-alice" -6 route add default via 2001:db8:a:1::1
at nat-alice sysctl -qw net.ipv6.conf.all.forwarding=1

mkdir "$tmp/tayga"
cat >"$tmp/tayga.conf" <<-END
	tun-device nat64
	ipv4-addr 192.168.64.1
	ipv6-addr 2001:db8:a:2::64
	prefix 2001:db8:a:64::/96
	dynamic-pool 192.168.64.0/24
	data-dir $tmp/tayga
END
at nat-alice tayga --config "$tmp/tayga.conf" --mktun >"$tmp/tayga.out" 2>&1 || fail "$(cat "$tmp/tayga.out")"
ip -n "$prefix-nat-alice" link set nat64 up
ip -n "$prefix-nat-alice" route add 192.168.64.0/24 dev nat64
ip -n "$prefix-nat-alice" -6 route add 2001:db8:a:64::/96 dev nat64
at nat-alice nft add rule ip home through iifname nat64 accept
spawn tayga nat-alice tayga --config "$tmp/tayga.conf" --nodetach >"$tmp/tayga.log" 2>&1
synthesised=2001:db8:a:64::${relay_ip}
wait_for 10 "NAT64 to work" at alice ping -c 1 -W 1 "$synthesised"

start_relay
start gateway bob
printf '::1 localhost\n%s %s\n' "$synthesised" "$relay_name" >"$tmp/hosts"
start alice
set_address alice lanparty0 10.77.0.51/24
set_address bob lanparty0 10.77.0.52/24
check "alice has no IPv4 of her own" says "" ip -n "$prefix-alice" -4 route show default
check "she is there by IPv6" grep -q '^\[2001:db8:a:64::cb00:710a\]:443$' <(relay_addr alice)
check "the relay sees IPv4" grep -q '^192.0.2.10:' <(ctl relay --json peers |
	jq -r '.peers[] | select(.name == "alice") | .addr')
check "she reaches the hall" pings alice "$pc_ip"
check "and bob" pings alice 10.77.0.52
check "with whole frames" pings alice "$pc_ip" -s 1472 -M "do"
check "and is reached with whole frames" pings pc 10.77.0.51 -s 1472 -M "do"
best=$(budget_of_payload 1452)
wait_for 10 "both ends to know that 1452 bytes fit, not 1472" says "$best $best" budgets alice
check "bob has what IPv4 has" says "$(budget_of_payload 1472)" value bob status .status.datagram_budget

# A home with less (PPPoE and another tunnel): IPv6's least.
stop alice
ip -n "$prefix-alice" link set eth0 mtu 1400
ip -n "$prefix-nat-alice" link set home0 mtu 1400
start alice
set_address alice lanparty0 10.77.0.51/24
check "through a narrow home, too" pings alice "$pc_ip" -s 1472 -M "do"
best=$(budget_of_payload 1232)
wait_for 10 "both ends to know what fits there" says "$best $best" budgets alice
check "the way is pinned" says pinned value alice status '.status.route | match("pinned").string'
stop alice
