#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# Whatever is wrong, the player is told in one sentence what it is and what to do: by lanpartyctl status,
# or, where there is no daemon to ask, by the log.
. "$(dirname "$0")/lib.sh"
. "$netns_dir/home.sh"
command -v openssl >/dev/null || skip "needs openssl (Debian: apt-get install openssl)"
party_up
start_relay
cp "$tmp/alice.conf" "$tmp/alice.good"
ends='0000000000000000000000000000000000000000000000000000000000000000'

meanwhile() { # meanwhile SHELL-COMMAND [OPTION...]: a client, after that command in its own mounts
	: >"$tmp/alice.log"
	# shellcheck disable=SC2016 # meant for the inner shell
	spawn alice alice sh -c 'mount --bind "$0/hosts" /etc/hosts && cd "$0" && eval "$1" && shift && exec "$@"' \
		"$tmp" "$1" "$LP_BUILD/lanpartyd" -c "$tmp/alice.conf" "${@:2}" >>"$tmp/alice.log" 2>&1
}

expect() { # expect WHAT PATTERN: the one sentence that is bad, after some time
	is_told() {
		lines alice | grep '^bad ' >"$tmp/bad" && grep -qE -- "$1" "$tmp/bad"
	}
	wait_for 8 "$1: $2" is_told "$2"
	check "$1" says 1 grep -c . "$tmp/bad"
	echo "    $(cut -d' ' -f2- "$tmp/bad")"
}

over() { # the client ends, and all is good again
	stop alice
	cp "$tmp/alice.good" "$tmp/alice.conf"
}

refuses() { # refuses WHAT PATTERN SHELL-COMMAND [OPTION...]: does not start, and says why in its last line
	meanwhile "${@:3}"
	wait_for 5 "$1" is_gone "${pid_of[alice]}"
	check "$1" grep -qE -- "$2" <(tail -n 1 "$tmp/alice.log")
	echo "    $(tail -n 1 "$tmp/alice.log" | cut -d: -f4-)"
}

meanwhile 'echo "hosts: files" >nss && mount --bind nss /etc/nsswitch.conf' -o client.relay=partty.example.org
expect "the relay's name is wrong" 'cannot find the relay "partty.example.org": there is no such name: is it spelt right'
over
meanwhile 'printf "nameserver 192.0.2.99\noptions timeout:1 attempts:1\n" >dns && mount --bind dns /etc/resolv.conf' \
	-o client.relay=partty.example.org
expect "DNS is dead" 'no answer from DNS: is the network up\?'
over
launch alice -o client.relay=$relay_name:444
expect "nothing listens at the port" 'the network says that nothing is there at UDP port 444: is it running, and is the port right'
over
launch alice -o client.trust.pin=sha256:$ends
expect "the pin is wrong" "the relay's key is sha256:[0-9a-f]{64}, not the pinned sha256:$ends: ask its admin for the pin, and set trust.pin"
over
sed -i '/trust/d' "$tmp/alice.conf"
launch alice
expect "nobody vouches for the relay" "is signed by nobody whom we trust: if its admin says that the key is right, set trust.pin to it"
over
launch alice -o client.room=NOPE
expect "the room is wrong" 'room "NOPE": the relay refused us: the relay has no such room: check the room code'
over

start alice
check "no gateway" tells alice '^warn room "ROOM1" has no gateway: you reach only other remote players until the organiser starts it'
check "no address" tells alice '^warn no address on lanparty0 yet: run a DHCP client on it, or set one by hand'
set_address alice lanparty0 169.254.7.7/16
wait_for 2 "no DHCP" tells alice '^warn no DHCP server has answered on lanparty0: your address 169.254.7.7'
mac=$(mac_of alice lanparty0)
alice_ip link set lanparty0 address 02:aa:bb:cc:dd:ee
expect "another MAC on the TAP" "somebody has given lanparty0 the MAC address 02:aa:bb:cc:dd:ee: nothing that it sends passes until it has $mac again"
alice_ip link set lanparty0 address "$mac"
wait_for 2 "the right one again" tells alice '^warn no DHCP'
launch bob -o client.mac="$mac"
wait_for 8 "the MAC is in use" tells bob '^bad .* another live player of this room uses this MAC address: each PC needs an identity of its own'
stop bob
cp -a "$tmp/alice.state/." "$tmp/bob.state"
rm -f "$tmp/bob.state/journal.json"
launch bob
expect "the identity is a copy" 'somebody with a copy of our state directory has taken our place: each machine needs one of its own'
stop bob
rm -rf "$tmp/bob.state"
stop alice

start alice
crash relay
expect "the relay went away" 'the relay party.example.org (does not answer|went silent)'
launch relay
wait_up alice
ctl relay kick ROOM1 "$(value alice status .status.peer_id)" >/dev/null
expect "she was kicked" 'the organiser kicked you from this room: ask them, or come back later'
over
stop relay

sed -i 's/code = "ROOM1"/&; max_clients = 1/' "$tmp/relay.conf"
launch relay
start bob
launch alice
expect "the room is full" 'the room is full: ask the organiser for a larger one'
over
stop bob

at alice nft -f - <<-'END_OF_RULES'
	table inet mine {
		chain out {
			type filter hook output priority 0;
			udp dport 443 drop
		}
	}
END_OF_RULES
launch alice
expect "her own firewall" 'this PC blocks packets to the relay party.example.org: allow UDP to port 443 in its firewall'
wait_for 3 "the log to know it, too" logged alice 'this PC blocks packets to the relay'
over
at alice nft delete table inet mine
at nat-alice nft insert rule ip home through udp dport 443 drop
launch alice
expect "a firewall on the way" 'does not answer: it is not running, or a firewall on the way lets no UDP to port 443 pass'
over
at nat-alice nft flush table ip home
at nat-alice nft add rule ip home out oifname wan0 masquerade
ip -n "$prefix-nat-alice" link set wan0 mtu 1100
at nat-alice nft add rule ip home through accept
launch alice
expect "a way that is too narrow" 'does not carry packets of 1228 bytes: raise the MTU of this network, or of the VPN, to at least 1280'
over
ip -n "$prefix-nat-alice" link set wan0 mtu 1500

alice_ip route del default
launch alice
expect "no router" 'no route leads to the relay at 203.0.113.10: is this network.s router on'
over
alice_ip addr del 192.168.1.2/24 dev eth0
alice_ip addr add fd01::2/64 dev eth0 nodad
alice_ip -6 route add default via fd01::1
launch alice
expect "IPv6 only" 'has the IPv4 address 203.0.113.10, and this network is IPv6 only: ask its admin for the other kind'
over
alice_ip link set eth0 down
launch alice
expect "no network" 'this PC has no network: is its cable in, or its Wi-Fi on'
over
alice_ip link set eth0 up
set_address alice eth0 192.168.1.2/24
alice_ip route add default via 192.168.1.1

# A clock that is years behind, as seen by a certificate that is years ahead.
mkdir "$tmp/ca"
: >"$tmp/ca/index"
printf '[ca]\ndefault_ca = a\n[a]\nnew_certs_dir = %s/ca\ndatabase = %s/ca/index\nrand_serial = yes\ndefault_md = sha256\npolicy = p
x509_extensions = e\n[p]\ncommonName = supplied\n[e]\nsubjectAltName = DNS:%s\nbasicConstraints = CA:TRUE\n' \
	"$tmp" "$tmp" $relay_name >"$tmp/ca/conf"
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=$relay_name -keyout "$tmp/ca/key" -out "$tmp/ca/csr" 2>/dev/null
openssl ca -batch -config "$tmp/ca/conf" -selfsign -keyfile "$tmp/ca/key" -in "$tmp/ca/csr" -out "$tmp/ca/pem" -notext \
	-startdate 20400101000000Z -enddate 20410101000000Z 2>/dev/null
stop relay
sed -i "s#^relay: {#&\n	certificate = \"$tmp/ca/pem\"; key = \"$tmp/ca/key\";#" "$tmp/relay.conf"
launch relay
sed -i "s#trust: .*#trust: { ca_file = \"$tmp/ca/pem\"; };#" "$tmp/alice.conf"
launch alice
expect "the clock is wrong by years" "is not valid yet; check this machine's clock"
over

# Before there is a daemon to ask.
alice_ip tuntap add dev lanparty0 mode tap
spawn holder alice python3 -c 'import fcntl, os, struct, time
fcntl.ioctl(os.open("/dev/net/tun", os.O_RDWR), 0x400454CA, struct.pack("16sH22x", b"lanparty0", 0x5002)); print("held", flush=True); time.sleep(600)' >"$tmp/held"
wait_for 5 "somebody to hold the TAP" grep -q held "$tmp/held"
refuses "the TAP is busy" 'lanparty0 is in use by another process; stop it or choose another name' true
kill "${pid_of[holder]}"
refuses "the TAP is no TAP" 'eth0 is there already and is no TAP; choose another name' true -o client.tap=eth0
check "which has lost nothing by it" test "$(mac_of alice eth0)" != "$mac"
launch alice
wait_for 5 "alice to answer" ctl alice status
cp "$tmp/alice.conf" "$tmp/second.conf"
host_of[second]=alice
launch second -o "control.socket=$tmp/second.sock"
wait_for 5 "a second client to end" is_gone "${pid_of[second]}"
check "a second client in the same state directory" logged second 'another lanpartyd \(process [0-9]+\) uses the state directory .*: stop it, or give this one another state_dir'
launch second -o "state_dir=$tmp/second.state"
wait_for 5 "a second client to end" is_gone "${pid_of[second]}"
check "or at the same socket" logged second 'another lanpartyd answers at .*alice.sock: stop it, or set control.socket to another path'
stop alice
chmod 711 "$tmp"
install -d -o nobody "$tmp/nobody"
mkdir "$tmp/dev"

# The machine's own /dev/net/tun has whatever mode, udev's 0666 or root's 0600: it gets the one that is asked for.
with_device() { # with_device MODE COMMAND...: a client with such a device, started so; "none" = without one
	: >"$tmp/alice.log"
	# shellcheck disable=SC2016 # meant for the inner shell
	spawn alice alice sh -c 'mount -t tmpfs dev "$0/dev" && mkdir "$0/dev/net" && mknod "$0/dev/null" c 1 3 &&
		mknod "$0/dev/urandom" c 1 9 && chmod 666 "$0/dev/null" "$0/dev/urandom" &&
		{ [ "$1" = none ] || { mknod "$0/dev/net/tun" c 10 200 && chmod "$1" "$0/dev/net/tun"; }; } &&
		mount --bind "$0/dev" /dev && shift && exec "$@"' "$tmp" "$@" "$LP_BUILD/lanpartyd" \
		-c "$tmp/alice.conf" -o "state_dir=$tmp/nobody/state" -o "control.socket=$tmp/nobody/sock" >"$tmp/alice.log" 2>&1
	wait_for 5 "who may not" is_gone "${pid_of[alice]}"
	tail -n 1 "$tmp/alice.log" | cut -d: -f4-
}
as_nobody=(setpriv --reuid=nobody --clear-groups --inh-caps=-all --bounding-set=-all)
with_device 0600 "${as_nobody[@]}"
check "a device of root's" logged alice 'not allowed to open /dev/net/tun; start '
with_device 0600 "${as_nobody[@]}" env container=podman
check "the same in a container" logged alice 'not allowed to open /dev/net/tun; start this container with --device /dev/net/tun'
alice_ip tuntap del dev lanparty0 mode tap 2>/dev/null || alice_ip link del lanparty0
with_device 0666 "${as_nobody[@]}"
check "a device for all, and no TAP" logged alice 'lanparty0: not allowed to create it; start .*CAP_NET_ADMIN'
with_device 0666 "${as_nobody[@]}" env container=podman
check "the same in a container" logged alice 'not allowed to create it; start this container with CAP_NET_ADMIN'
alice_ip tuntap add dev lanparty0 mode tap user root
with_device 0666 "${as_nobody[@]}"
check "a TAP of somebody else's" logged alice 'lanparty0: not allowed to use it; start .*CAP_NET_ADMIN'
with_device none env
check "no device" logged alice 'there is no /dev/net/tun; .*modprobe tun'
with_device none env container=podman
check "no device in a container" logged alice 'there is no /dev/net/tun; start this container with --device /dev/net/tun'
shows O4 O5 W18 W20
