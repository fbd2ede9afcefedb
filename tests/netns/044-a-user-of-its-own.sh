#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# Daemons that become another user after the start, with nothing prepared for that user: their state is
# his, whichever role, so that what is written later can be. What is not ours is never given to him, and
# where he could not write, the start fails with a sentence.
. "$(dirname "$0")/lib.sh"
party_up
chmod 711 "$tmp"
for name in relay gateway alice; do
	sed -i "1i user = \"nobody\";" "$tmp/$name.conf"
	sed -i "s|^state_dir.*|state_dir = \"$tmp/$name.var/lib/lanparty\";|" "$tmp/$name.conf"
done

state_of() { # state_of NAME: its state directory
	echo "$tmp/$1.var/lib/lanparty"
}

not_nobodys() { # not_nobodys NAME: what is there and somebody else's
	find "$(state_of "$1")" ! -user nobody
}

start_relay
start gateway alice
set_address alice lanparty0 10.77.0.51/24
check "they carry frames" pings alice "$pc_ip"
for name in relay gateway alice; do
	check "$name is nobody" says "$(id -u nobody)" ps -o uid= -p "${pid_of[$name]}"
	check "the state of $name is his, all of it" says "" not_nobodys "$name"
	check "and nobody else's" says 700 stat -c %a "$(state_of "$name")"
done
for name in relay gateway alice; do
	check "the sockets of $name have the buffers that they want, for it opened them as root" \
		says "" awk '!/[(,]rb8388608,.*[(,]tb8388608,/' <(at "$name" ss -HOuamn)
done
check "the ticket of alice was written after she had become nobody" test -s "$(state_of alice)/resume.json"
check "and that of the gateway" test -s "$(state_of gateway)/resume.json"

id=$(value alice status .status.peer_id)
crash alice
start alice
check "with it she has her place again" says "$id" value alice status .status.peer_id
stop alice
check "her list of changes is gone" test ! -e "$(state_of alice)/journal.json"
reload() {
	ctl relay reload
}
check "the relay can read its own key again at a reload" reload
check "and says nothing else" says 0 grep -c 'stays in use' "$tmp/relay.log"
for name in relay gateway alice; do
	check "$name had nothing to complain of" says 0 grep -cE ' (warn|error) .*(permi|Permi|cannot)' "$tmp/$name.log"
done

# What another start as root has left is given as well.
stop gateway
launch gateway -o gateway.relay=nowhere.invalid
wait_for 10 "the gateway to answer" ctl gateway status
check "sockets are opened before it is known where the relay is" says 2 wc -l < <(at gateway ss -HOun state unconnected)

dir=$(state_of alice)
chown -R root "$dir"
start alice
check "what was root's is his again" says "" not_nobodys alice
stop alice

refuses() { # refuses WHAT SENTENCE
	local status=0
	: >"$tmp/alice.log"
	launch alice
	wait_for 5 "$1: to end" is_gone "${pid_of[alice]}"
	wait "${pid_of[alice]}" || status=$?
	[ $status = 1 ] || fail "$1: status $status"
	says 1 grep -c ' error ' "$tmp/alice.log" || fail "$1: not one sentence"
	logged alice "$2" || fail "$1: not the sentence \"$2\""
	echo "ok: $1"
}

echo secret >"$tmp/secret"
chmod 600 "$tmp/secret"
ln "$tmp/secret" "$dir/ticket.key"
ln -s "$tmp/secret" "$dir/reset.key"
start alice
check "a file that has another name elsewhere is not given" says root stat -c %U "$tmp/secret"
stop alice
rm "$dir/ticket.key" "$dir/reset.key"

chown root "$dir"
touch "$dir/ours.txt"
refuses "a folder with something else in it" "state directory $dir, and it was not given away: .*ours\.txt.*chown -R nobody"
check "it is still root's" says root stat -c %U "$dir"
rm "$dir/ours.txt"
chown daemon "$dir"
refuses "a folder of somebody else" 'it belongs to somebody else'
check "it is still his" says daemon stat -c %U "$dir"
chown root "$dir"
chmod 777 "$dir"
mv "$dir" "$dir.real"
ln -s "$dir.real" "$dir"
chmod 700 "$dir.real"
refuses "a symbolic link" 'it is a symbolic link'
check "what it leads to is still root's" says root stat -c %U "$dir.real"
rm "$dir"
mv "$dir.real" "$dir"
chmod 700 "${dir%/*}"
refuses "a folder that he cannot get to" 'cannot get to the state directory .*chmod a\+x'
chmod 755 "${dir%/*}"
start alice
check "and when that is set right, she comes" says bridging value alice status .status.state
