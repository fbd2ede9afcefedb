#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# What it takes: CAP_NET_ADMIN for everything that a client does to its machine and undoes, also after
# it has become nobody; and nothing at all for a TAP that an admin has prepared.
. "$(dirname "$0")/lib.sh"
. "$netns_dir/home.sh"
command -v setpriv >/dev/null || skip "needs setpriv (Debian: apt-get install util-linux)"
party_up
chmod 711 "$tmp"
start_relay
start gateway
add_tap
install -d -o nobody "$tmp/alice.state"
sed -i '1i user = "nobody";' "$tmp/alice.conf"
remember alice

start alice
set_address alice lanparty0 10.77.0.51/24
wait_for 2 "broadcasts to go to the party" has_route 255.255.255.255 dev lanparty0
alice_ip route prepend default via 10.77.0.1 dev lanparty0
wait_for 2 "a default route on the TAP to be removed" logged alice 'removed the route to 0\.0\.0\.0/0'
check "as nobody it has set what is in /proc/sys" grep -qx 0 <(at alice cat /proc/sys/net/ipv6/conf/lanparty0/accept_ra_defrtr)
check "and reaches the hall" pings alice "$pc_ip"
crash alice
alice_ip addr del 10.77.0.51/24 dev lanparty0
start alice
stop alice
check "what was changed is as before, after kill -9 and an end" is_as_before alice
check "no refusal was logged" says 0 grep -cE 'not allowed|cannot' "$tmp/alice.log"

# Without any capability, on a TAP that is prepared.
alice_ip tuntap del dev lanparty0 mode tap
alice_ip tuntap add dev lanparty0 mode tap user nobody
alice_ip link set lanparty0 up mtu 1500
set_address alice lanparty0 10.77.0.51/24
remember alice
sed -i '/^user/d; s/^client: {/client: {\n	routes = false;/' "$tmp/alice.conf"
mv "$tmp/alice.log" "$tmp/alice.1.log"
# As udev has it, anybody may open the TAPs' driver; on a file system that has devices, as /tmp may not.
mkdir "$tmp/dev"
# shellcheck disable=SC2016 # meant for the inner shell
spawn alice alice sh -c 'mount --bind "$0/hosts" /etc/hosts && mount -t tmpfs dev "$0/dev" &&
	mknod -m 666 "$0/dev/tun" c 10 200 && mount --bind "$0/dev/tun" /dev/net/tun &&
	exec setpriv --reuid=nobody --clear-groups --inh-caps=-all --bounding-set=-all "$@"' "$tmp" \
	"$LP_BUILD/lanpartyd" -c "$tmp/alice.conf" -o "control.socket=$tmp/alice.state/ctl.sock" >"$tmp/alice.log" 2>&1
unprivileged_status() {
	"$LP_BUILD/lanpartyctl" --socket "$tmp/alice.state/ctl.sock" --json status | jq -r "$1"
}
wait_for 15 "an unprivileged client to be in the room" says bridging unprivileged_status .status.state
check "it reaches the hall" pings alice "$pc_ip"
check "it has changed no route" has_no_route "$relay_ip/32"
check "and says nothing of routes" says 0 sh -c "'$LP_BUILD/lanpartyctl' --socket '$tmp/alice.state/ctl.sock' status |
	grep -c 'route to the relay is not pinned'"
check "nor of anything that it was not allowed to do" says 0 grep -cE 'not allowed|cannot' "$tmp/alice.log"
stop alice
check "afterwards all is as before" is_as_before alice
