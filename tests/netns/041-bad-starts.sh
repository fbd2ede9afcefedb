#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# Every start that fails says in one sentence what is wrong and what to do, and fails.
. "$(dirname "$0")/lib.sh"
party_up
start_relay
start gateway alice

refuses() { # refuses WHAT SENTENCE HOST CONF-FILE [OPTION...]: what it says must be that, and no more
	local what=$1 sentence=$2 status=0
	spawn start "$3" "${without[@]}" "$LP_BUILD/lanpartyd" -c "$tmp/$4.conf" "${@:5}" >"$tmp/start.out" 2>&1
	wait_for 5 "$what: to end" is_gone "${pid_of[start]}"
	wait "${pid_of[start]}" || status=$?
	sed 's/^/  /' "$tmp/start.out"
	[ $status = 1 ] || fail "$what: status $status"
	says 1 grep -vc ' info ' "$tmp/start.out" || fail "$what: not one sentence"
	grep -qE "$sentence" "$tmp/start.out" || fail "$what: not the sentence \"$sentence\""
	echo "ok: $what"
}

without=()
elsewhere=(-o "state_dir=$tmp/other.state" -o "control.socket=$tmp/other.sock")

sed '/room =/d' "$tmp/bob.conf" >"$tmp/missing.conf"
refuses "a key is missing" 'client\.room' bob missing
sed 's/room =/nam = "bob"; &/; /name =/d' "$tmp/bob.conf" >"$tmp/unknown.conf"
refuses "a key is unknown" 'unknown\.conf:[0-9]+: .*nam.*did you mean.*name' bob unknown
refuses "the file is not there" 'nowhere\.conf' bob nowhere
refuses "the interface is unknown" 'there is no interface lan7' gateway gateway "${elsewhere[@]}" \
	-o gateway.interface=lan7
refuses "another relay has the port" '443/udp is in use by another process' relay relay "${elsewhere[@]}"
check "and no key was made for that" test ! -e "$tmp/other.state/relay-key.pem"
refuses "another relay has the state directory" "another lanpartyd \\(process ${pid_of[relay]}\\) uses .*relay\.state" relay relay \
	-o "control.socket=$tmp/other.sock" -o relay.listen=444/udp
refuses "it is a group of them" '224\.0\.0\.1:443" is not the address of one machine' relay relay "${elsewhere[@]}" \
	-o relay.listen=224.0.0.1:443
listen port bob hear-udp lo 443 60
refuses "something else has the port" '443/udp is in use by another process' bob relay "${elsewhere[@]}"
refuses "the daemon runs already" "$tmp/alice.sock" alice alice
refuses "the TAP is in use" 'lanparty0 is in use by another process' alice alice "${elsewhere[@]}"
refuses "the kernel would give the TAP another name" 'such as "lanparty0"' bob bob -o client.tap=tap%d
refuses "the state directory is a file" '/etc/passwd is no folder: set state_dir' bob bob -o state_dir=/etc/passwd
refuses "it cannot be made" 'cannot make folder /proc/lp: .*name a place' bob bob -o state_dir=/proc/lp
refuses "the certificate cannot be written" 'cannot write /proc/x: .*name a place' relay relay "${elsewhere[@]}" \
	-o relay.certificate_out=/proc/x -o relay.listen=444/udp
: >"$tmp/empty.pem"
sed "s|trust: .*|trust: { ca_file = \"$tmp/empty.pem\"; };|" "$tmp/bob.conf" >"$tmp/ca.conf"
refuses "the CA file is empty" 'empty.pem holds no certificate.*: name' bob ca
refuses "it is not there" 'cannot read CA file .*gone.pem: .*; put' bob ca -o "client.trust.ca_file=$tmp/gone.pem"
refuses "the folder of the socket cannot be made" 'cannot make folder /nowhere/at: .*make it' bob bob \
	-o control.socket=/nowhere/at/all.sock
refuses "the MAC is no station's" 'unicast address such as' bob bob -o client.mac=01:00:5e:00:00:01
without=(setpriv --bounding-set -net_admin --inh-caps -net_admin)
refuses "TAPs are not allowed" 'CAP_NET_ADMIN' bob bob
without=(setpriv --bounding-set -net_raw --inh-caps -net_raw)
refuses "raw sockets are not allowed" 'CAP_NET_RAW' gateway gateway "${elsewhere[@]}"
# shellcheck disable=SC2016 # meant for the inner shell
without=(sh -c 'ulimit -n 4 && exec "$@"' sh)
for name in relay gateway bob; do
	refuses "$name may have too few files open" 'only 4 can be: raise the limit .LimitNOFILE' "$name" "$name" "${elsewhere[@]}"
done

# These may pass, so the daemon stays and tries again; it says so in its log and its status.
complains() { # complains SENTENCE
	value bob status .status.last_error | grep -qE "$1" && logged bob "$1"
}

goes_on_without() { # goes_on_without WHAT SENTENCE OPTION
	launch bob -o "$3"
	wait_for 15 "bob to say: $2" complains "$2"
	stop bob
	grep -E "$2" "$tmp/bob.log" | tail -n 1
	echo "ok: $1"
}

goes_on_without "nobody is at the relay's address" 'relay 192.168.1.99 does not answer' client.relay=192.168.1.99
goes_on_without "no relay listens there" 'relay 203.0.113.1 does not answer' client.relay=203.0.113.1
goes_on_without "there is no such name" 'cannot find the relay "nowhere.invalid"' client.relay=nowhere.invalid
goes_on_without "there is no such room" 'no such room' client.room=ROOM9
goes_on_without "the pin is of another key" "the relay's key is .*, not the pinned .*set trust.pin" client.trust.pin="sha256:$(printf '%064d' 7)"
check "and who distrusts the relay did not say hello" says 2 value relay peers '.peers | length'
shows K1 K3
