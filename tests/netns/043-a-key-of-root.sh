#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# A relay that becomes another user after the start, and a key that only root reads: it says so at once,
# and at a reload it keeps its certificate and takes all else. With a key that it may read, the renewed
# certificate is in use after a reload. And a certificate that ends is told of, wherever one looks.
. "$(dirname "$0")/lib.sh"
command -v openssl >/dev/null || skip "needs openssl (Debian: apt-get install openssl)"
party_up
chmod 711 "$tmp"
install -d -o nobody "$tmp/relay.state"

renew() { # renew DAYS: a new key and certificate, as an ACME client leaves them
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days "$1" -subj "/CN=$relay_name" \
		-keyout "$tmp/key.pem" -out "$tmp/chain.pem" 2>"$tmp/openssl.out"
}

reload() {
	ctl relay reload
}

other_pin() {
	[ "$(value relay status .status.pin)" != "$pin" ]
}

renew 90
sed -i "1i user = \"nobody\";" "$tmp/relay.conf"
sed -i "s|^relay: {|&\n	certificate = \"$tmp/chain.pem\";\n	key = \"$tmp/key.pem\";|" "$tmp/relay.conf"
start_relay
start gateway alice
set_address alice lanparty0 10.77.0.51/24
pin=$(value relay status .status.pin)
check "at the start it says that a reload will not do" logged relay 'key.pem cannot be read any more as user nobody'

renew 90
sed -i 's/code = "ROOM1"; }/&, { code = "ROOM2"; }/' "$tmp/relay.conf"
check "a reload succeeds, and who asked for it is told" grep -q 'is that of the start' <(reload 2>&1)
check "and says that the certificate stays" logged relay 'the certificate of the start stays in use'
check "it is the same" says "$pin" value relay status .status.pin
check "the status says so" grep -q 'is that of the start' <(ctl relay status)
sed -i 's/ROOM1/ROOM2/' "$tmp/bob.conf"
start bob
check "all else was reloaded: there is another room" says 2 value relay rooms '.rooms | length'

# The recipe of lanparty.conf(5).
chgrp "$(id -gn nobody)" "$tmp/key.pem"
chmod 640 "$tmp/key.pem"
check "with a key that it may read a reload succeeds" reload
check "and the new certificate is in use" other_pin
check "about which there is nothing to say" says 1 value relay status '.status.lines | length'
check "whoever is in stays in" pings alice "$pc_ip"

# One that has expired long ago; to make it, openssl needs a whole authority.
mkdir "$tmp/ca"
: >"$tmp/ca/index"
echo 01 >"$tmp/ca/serial"
cat >"$tmp/ca/conf" <<-END
	[ ca ]
	default_ca = it
	[ it ]
	database = $tmp/ca/index
	serial = $tmp/ca/serial
	new_certs_dir = $tmp/ca
	default_md = sha256
	policy = any
	[ any ]
	commonName = supplied
END
openssl req -new -key "$tmp/key.pem" -subj "/CN=$relay_name" -out "$tmp/ca/request" 2>"$tmp/openssl.out"
openssl ca -batch -selfsign -notext -config "$tmp/ca/conf" -in "$tmp/ca/request" -keyfile "$tmp/key.pem" \
	-startdate 20200101000000Z -enddate 20200201000000Z -out "$tmp/chain.pem" 2>"$tmp/openssl.out" ||
	fail "openssl ca: $(cat "$tmp/openssl.out")"
check "an expired certificate is no reason not to reload, but told" grep -q 'certificate expired' <(reload 2>&1)
check "but it is said in the log" logged relay "the relay's certificate expired [0-9]+ days ago"
check "and in the status" says bad value relay status '.status.lines[1].level'
stop relay
launch relay
wait_for 10 "the relay to answer" ctl relay status
check "it starts with it, too, and says it again" says 2 grep -c "the relay's certificate expired" "$tmp/relay.log"
shows R41
