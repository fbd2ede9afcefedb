#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# SIGHUP with another value of each key: the log's level is taken at once, every other key is named as
# one that counts from the next start on, a fault is told, and nothing of it is felt in the room.
. "$(dirname "$0")/lib.sh"
. "$netns_dir/home.sh"
party_up
start_relay
start gateway
remember alice
start alice
set_address alice lanparty0 10.77.0.51/24
pings alice "$pc_ip" >/dev/null
cp "$tmp/alice.conf" "$tmp/alice.good"

reload_with() { # reload_with SED-SCRIPT: the good file, but for that
	sed "$1" "$tmp/alice.good" >"$tmp/alice.conf"
	: >"$tmp/alice.log"
	kill -HUP "${pid_of[alice]}"
	wait_for 2 "a reload with $1" logged alice 'configuration (reloaded|was not reloaded)'
}

named() { # named: the keys that the log says to count later
	sed -nE 's/.* daemon: ([a-z_.]+) has changed .*: restart lanpartyd to apply it/\1/p' "$tmp/alice.log" | xargs
}

reload_with ''
check "with the same file nothing is named" says "" named
while read -r key script; do
	reload_with "$script"
	check "$key is named, and alone" says "$key" named
done <<'END_OF_KEYS'
client.relay s/relay = .*/relay = "nowhere.example";/
client.server_name s/^client: {/&\nserver_name = "other.example";/
client.room s/room = .*/room = "OTHER";/
client.name s/name = .*/name = "eve";/
client.trust.pin s/sha256:[0-9a-f]*/sha256:0000000000000000000000000000000000000000000000000000000000000000/
client.udp_payload_max s/^client: {/&\nudp_payload_max = 1300;/
client.fragments s/^client: {/&\nfragments = false;/
client.tap s/^client: {/&\ntap = "other0";/
client.mac s/^client: {/&\nmac = "02:00:00:00:00:99";/
client.routes s/^client: {/&\nroutes = false;/
state_dir s/state_dir = .*/state_dir = "\/nowhere";/
user s/^role = /user = "nobody";\n&/
control.socket s/socket = "[^"]*"/socket = "\/nowhere\/sock"/
control.group s/socket = /group = "nogroup"; &/
END_OF_KEYS
check "nothing was felt of it" says 0 value alice status .status.reconnect_count
check "the pin is where it was" has_route "$relay_ip/32" via 192.168.1.1 dev eth0
check "frames pass" pings alice "$pc_ip"

reload_with 's/^role = /log: { level = "debug"; };\nbatching = false;\n&/'
check "the log's level, and to batch frames, are taken at once" says "" named
check "and in effect" grep -q 'level = "debug"' <(ctl alice config)
reload_with 's/room = .*/rom = "X";/'
check "a fault is told with its line" logged alice 'alice.conf:[0-9]+: client.rom: unknown key, did you mean "client.room"'
check "and nothing is taken" logged alice 'the configuration was not reloaded: the old one stays in effect'
reload_with 's/role = "client"/role = "relay"/; s/^client:/relay:/'
check "another role is a fault" logged alice 'the configuration was not reloaded: the old one stays in effect'
rm "$tmp/alice.conf"
: >"$tmp/alice.log"
kill -HUP "${pid_of[alice]}"
wait_for 2 "a missing file to be told" logged alice 'the configuration was not reloaded: the old one stays in effect'
check "lanpartyctl says so, too" sh -c "! '$LP_BUILD/lanpartyctl' -s '$tmp/alice.sock' reload"
check "frames pass after all of it" pings alice "$pc_ip"

# What was named counts from the next start on.
sed 's/room = .*/room = "OTHER";/' "$tmp/alice.good" >"$tmp/alice.conf"
ctl alice reload >/dev/null || check "the exit code says that it waits" test $? = 7
stop alice
check "the machine is as it was" is_as_before alice
launch alice
wait_for 5 "the other room to be asked for" logged alice 'room "OTHER": the relay refused us'
