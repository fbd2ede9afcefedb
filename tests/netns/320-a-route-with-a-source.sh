#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# The default route says which of the PC's addresses to use, and only that one gets answers. The pinned
# route to the relay is like it in this and in all else.
#
#   192.168.1.1 router --- eth0 192.168.1.2, 192.168.1.7  alice     (nothing comes back to .2)
. "$(dirname "$0")/lib.sh"
. "$netns_dir/home.sh"
party_up
set_address alice eth0 192.168.1.7/24
alice_ip route replace default via 192.168.1.1 dev eth0 src 192.168.1.7 metric 77 mtu 1400 advmss 1200 initcwnd 20
alice_ip route del default via 192.168.1.1 metric 0 2>/dev/null || true
at nat-alice nft add rule ip home through ip daddr 192.168.1.2 drop
at nat-alice nft insert rule ip home through ip saddr 192.168.1.2 drop
start_relay
start gateway
remember alice
start alice
set_address alice lanparty0 10.77.0.51/24
keep_pinging alice "$pc_ip"
check "the way is pinned" tells alice '^good the route to the relay is pinned, by 192.168.1.1 on eth0'
check "with the same source" to_relay "via 192.168.1.1 dev eth0 src 192.168.1.7"
check "with the same metric, MTU and window" grep -qE 'metric 77 mtu 1400 advmss 1200 initcwnd 20' \
	<(alice_ip route show "$relay_ip/32")
wait_for 10 "longer than a session lives without answers" more_answers alice 40
check "the session is that of before" says 0 value alice status .status.reconnect_count

# It goes along with the route that it copies.
alice_ip route replace default via 192.168.1.1 dev eth0 src 192.168.1.7 metric 77 mtu 1380
has_mtu() {
	alice_ip route show "$relay_ip/32" | grep -q "src 192.168.1.7 metric 77 mtu $1"
}
wait_for 8 "the pin to be like the route again" has_mtu 1380
wait_pinging alice
alice_ip route replace default via 192.168.1.1 dev eth0 src 192.168.1.7 metric 77 mtu 1400 advmss 1200 initcwnd 20
wait_for 8 "the pin to be like the route of before" has_mtu 1400
stop alice
check "afterwards nothing is left" is_as_before alice
shows T8 W10
