#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# A file that only root reads cannot be read again by a relay that has become another user: that is said
# at the start, and at a reload with what to do. And after a reload the relay shows what is in force, not
# what waits for a restart.
. "$(dirname "$0")/lib.sh"
party_up
chmod 711 "$tmp"
sed -i '1i user = "nobody";' "$tmp/relay.conf"
chmod 600 "$tmp/relay.conf"

reload() {
	ctl relay reload
}

config() {
	ctl relay config
}

start_relay
chmod 600 "$tmp/relay.conf"
check "at the start it says that a reload would fail" \
	logged relay "warn .*a reload would fail.*$tmp/relay.conf: cannot be opened .*chmod 640"
check "a reload fails, and says what to do" grep -q 'relay\.conf: cannot be opened .*chgrp.*chmod 640' <(reload 2>&1)
chgrp "$(id -gn nobody)" "$tmp/relay.conf"
chmod 640 "$tmp/relay.conf"
check "that done, it succeeds" reload

sed -i 's/ROOM1"; }/&, { code = "ROOM2"; }/; s|^relay: {|&\n	listen = "4433/udp";\n	workers = 3;|' "$tmp/relay.conf"
reload >"$tmp/reload.out" 2>&1 || status=$?
check "with another place to listen a reload says that this waits" test "${status:-0}" = 7
check "key by key" grep -q 'waiting .*relay\.listen has changed from "443/udp" to "4433/udp"' "$tmp/reload.out"
check "and what does not wait" grep -q 'in effect .*room "ROOM2" was added' "$tmp/reload.out"
check "the status says so, too" says relay.listen,relay.workers value relay status '.status.waiting_for_restart | join(",")'
check "the log says that this waits for a restart" logged relay 'relay\.listen has changed .*restart lanpartyd'
check "what is in force is what it listens at" grep -q '^	listen = "443/udp";' <(config)
check "and how many workers it has" grep -q '^	workers = 1;' <(config)
check "what has been taken is there, too" grep -q 'code = "ROOM2";' <(config)
check "and what waits is marked" grep -q '^# relay\.listen has changed in the file' <(config)
check "the status says where it listens" says 443/udp value relay status .status.listen
start gateway
check "for there it is" says bridging value gateway status .status.state
sed -i '/listen = "4433/d; /workers = 3/d' "$tmp/relay.conf"
check "set back" reload
check "nothing waits any more" says 0 grep -c '^# relay\.' <(config)
