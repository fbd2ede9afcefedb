#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# lanpartyd -t on a machine that lacks what the configuration names: warnings with file and line, for it
# may be meant for another one; and where what is there cannot be what is meant, the test fails.
. "$(dirname "$0")/lib.sh"
command -v openssl >/dev/null || skip "needs openssl (Debian: apt-get install openssl)"

make_certificate() { # make_certificate NAME
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj "/CN=$1" \
		-keyout "$tmp/$1.key" -out "$tmp/$1.pem" 2>"$tmp/openssl.out"
}

test_conf() { # test_conf STATUS [OPTION...]
	local status=0
	"$LP_BUILD/lanpartyd" -t -c "$tmp/test.conf" "${@:2}" >"$tmp/test.out" 2>&1 || status=$?
	cat "$tmp/test.out"
	[ "$status" = "$1" ]
}

warned() { # warned LINE KEY
	grep -q "^lanpartyd: warning: $tmp/test.conf:$1: $2: " "$tmp/test.out"
}

failed() { # failed LINE KEY
	grep -q "^lanpartyd: $tmp/test.conf:$1: $2: " "$tmp/test.out"
}

make_certificate one
make_certificate other
cat >"$tmp/test.conf" <<END
role = "relay";
user = "nobody-knows-him";
control: { group = "nobody-knows-it"; };
state_dir = "$tmp/will/be/made";
relay: {
	open_rooms = true;
	certificate = "$tmp/gone.pem";
	key = "$tmp/gone.key";
};
END
check "what is missing does not make it fail" test_conf 0
check "a user that is missing is told" warned 2 user
check "and a group" warned 3 control.group
check "and a certificate" warned 7 relay.certificate
check "and a key" warned 8 relay.key
check "nothing was made" test ! -e "$tmp/will"
check "and it is not just called fine" grep -q 'fine but for the warnings' "$tmp/test.out"

sed -i "/^user/s/\".*\"/\"nobody\"/; /^control/s/\".*\"/\"root\"/; s/gone/one/" "$tmp/test.conf"
check "where all is there it is fine" test_conf 0
check "without a warning" says "$tmp/test.conf is fine: role relay" cat "$tmp/test.out"
check "a key of another certificate makes it fail" test_conf 1 -o "relay.key=$tmp/other.key"
echo nonsense >"$tmp/one.key"
check "and what is no key at all" test_conf 1
check "and a folder" test_conf 1 -o "relay.key=$tmp"
sed -i "/^state_dir/s/\".*\"/\"\/etc\/passwd\"/" "$tmp/test.conf"
check "and a state directory that is a file" test_conf 1
check "which is told with its line" failed 4 state_dir

cat >"$tmp/test.conf" <<END
role = "gateway";
gateway: {
	relay = "party.example.org";
	room = "ROOM1";
	interface = "no-such-nic";
};
END
check "a network card that is not there does not make it fail" test_conf 0
check "but is told with its line" warned 5 gateway.interface
check "one that is there is fine" test_conf 0 -o gateway.interface=lo
check "without a warning" says "$tmp/test.conf is fine: role gateway" cat "$tmp/test.out"

cat >"$tmp/test.conf" <<END
role = "client";
client: {
	relay = "party.example.org";
	room = "ROOM1";
	trust: { ca_file = "$tmp/one.pem"; };
	mac = "01:00:5e:00:00:01";
};
END
check "a client that cannot be makes it fail" test_conf 1
check "by the MAC address of a group" failed 6 client.mac
sed -i '/mac =/d' "$tmp/test.conf"
check "without that it is fine" test_conf 0
for name in lanparty0 fifteen-letters; do
	check "$name may be the name of its TAP" test_conf 0 -o "client.tap=$name"
done
# The last: the kernel takes the byte a0 in it for white space.
for name in sixteen-letters- a/b a:b "a b" . .. all default tap% tap%d à; do
	check "$name may not" test_conf 1 -o "client.tap=$name"
	check "by its name" grep -q '^lanpartyd: -o: client.tap: ' "$tmp/test.out"
done
echo nonsense >"$tmp/one.pem"
check "until what it trusts is no certificate" test_conf 1
rm "$tmp/one.pem"
check "or warned of where it is not there" test_conf 0
check "with its line" warned 5 client.trust.ca_file
chmod 755 "$tmp"
touch "$tmp/one.pem"
chmod 600 "$tmp/one.pem"
if command -v setpriv >/dev/null; then
	check "or may not be read" grep -q 'warning: .*:5: .*cannot be read' <(
		setpriv --reuid=nobody --clear-groups "$LP_BUILD/lanpartyd" -t -c "$tmp/test.conf" 2>&1)
fi
