#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# lanparty-setup(7) to the letter: its conf files in their place, its commands typed one after the other
# at a server, in a hall and at a player's, and after each what it says is to be seen.
. "$(dirname "$0")/lib.sh"
[ -x /sbin/dhclient-script ] || skip "needs dhclient (Debian: apt-get install isc-dhcp-client)"
source_dir=$(cd "$netns_dir/../.." && pwd)
page=$source_dir/man/lanparty-setup.7
party_up
start_dhcp_server
ip -n "$prefix-gateway" link set lan0 down
ip -n "$prefix-gateway" link set lan0 name eth0 up
declare -A host_named=([server]=relay [hall]=gateway [player]=alice) typists typed_count

# --- three machines, each with a root shell ---

# A machine has the folders of its own that the page speaks of; dhclient is a copy that no AppArmor
# profile knows.
mkdir -p "$tmp/bin"
ln -s "$LP_BUILD/lanpartyd" "$LP_BUILD/lanpartyctl" "$tmp/bin"
cp "$(command -v dhclient)" "$tmp/bin"

# Stand-ins for what these machines lack. There is no service manager: what the unit has in its ExecStart
# line is started, and stopped; the packages are taken for installed, and the files for edited.
cat >"$tmp/bin/systemctl" <<-'END'
	#!/bin/bash
	unit=${!#}
	case $1 in
	enable)
		line=$(sed -n 's,^ExecStart=.*/lanpartyd,lanpartyd,p' "contrib/systemd/$unit.service.in")
		[ -n "$line" ] || { echo "unknown unit $unit" && exit 1; }
		$line >"/run/$unit.log" 2>&1 &
		echo "$!" >"/run/$unit.pid"
		for ((i = 0; i < 100; i++)); do
			! lanpartyctl version >/dev/null 2>&1 || exit 0
			sleep 0.1
		done
		exit 1
		;;
	disable)
		kill "$(cat "/run/$unit.pid")"
		for ((i = 0; i < 100; i++)); do
			kill -0 "$(cat "/run/$unit.pid")" 2>/dev/null || exit 0
			sleep 0.1
		done
		exit 1
		;;
	esac
END
printf '#!/bin/sh\ncat "/run/$2.log"\n' >"$tmp/bin/journalctl"
printf '#!/bin/sh\n' | tee "$tmp/bin/apt" >"$tmp/bin/editor"
chmod +x "$tmp"/bin/*
open_shell() { # open_shell MACHINE
	local own=$tmp/$1
	mkdir -p "$own/etc" "$own/run" "$own/lib"
	cp -a /etc/dhcp /etc/passwd /etc/group /etc/nsswitch.conf "$own/etc"
	cp "$tmp/hosts" "$own/etc/hosts"
	touch "$own/etc/resolv.conf" "$own/etc/fstab"
	mkdir -p "$own/lib/dhcp"
	mkfifo "$own/typed"
	# shellcheck disable=SC2016 # meant for the inner shell
	spawn "$1" "${host_named[$1]}" bash -c 'mount --bind "$0/etc" /etc && mount --bind "$0/run" /run &&
		mount --bind "$0/lib" /var/lib && cd "$1" && PATH=$2:$PATH && set -m &&
		while IFS= read -r -u 9 line; do eval "$line"; done 9<"$0/typed"' \
		"$own" "$source_dir" "$tmp/bin" >"$own/screen" 2>&1
	exec {typist}>"$own/typed"
	typists[$1]=$typist
}
type_line() { # type_line MACHINE COMMAND: returns when it has ended, or is in the background
	local machine=$1 mark
	typed_count[$machine]=$((${typed_count[$machine]:-0} + 1))
	mark="-- ${typed_count[$machine]} --"
	printf '%s\necho "%s"\n' "$2" "$mark" >&"${typists[$machine]}"
	wait_for 30 "$machine# $2" grep -qxF -- "$mark" "$tmp/$machine/screen"
}

screen_since() { # screen_since MACHINE LINE-NUMBER
	tail -n +$(($2 + 1)) "$tmp/$1/screen"
}

# Does what came since have such a line? [...] is anything.
is_seen() { # is_seen MACHINE LINE-NUMBER EXPECTED
	local pattern
	pattern=$(sed 's/[][\.*^$(){}?+|]/\\&/g; s/\\\[\\\.\\\.\\\.\\\]/.*/g' <<<"$3")
	screen_since "$1" "$2" | grep -qE -- "^ *${pattern##+( )} *$"
}

# A command that only looks may have been too early.
try_again() { # try_again MACHINE LINE-NUMBER COMMAND EXPECTED
	is_seen "$1" "$2" "$4" && return
	[[ $3 != lanpartyctl* && $3 != ping* && $3 != journalctl* ]] || type_line "$1" "$3"
	is_seen "$1" "$2" "$4"
}

# --- the page ---

literal_blocks() { # each literal block, a line "----" before it
	awk '/^\.Bd -literal/ { is_in = 1; print "----"; next } /^\.Ed/ { is_in = 0 } is_in' "$page" | sed 's/^\\&//; s|/usr/share/doc/lanparty/examples/|contrib/|'
}

shopt -s extglob
machine='' command='' conf_machine='' seen=0 commands=0 sights=0
for machine in "${!host_named[@]}"; do
	open_shell "$machine"
done
while IFS= read -r line; do
	case $line in
	----) machine='' conf_machine='' ;;
	"# /etc/lanparty.conf of the "*)
		conf_machine=${line##* }
		: >"$tmp/$conf_machine/etc/lanparty.conf"
		;;
	@(server|hall|player)"# "*)
		machine=${line%%#*} command=${line#*# }
		seen=$(wc -l <"$tmp/$machine/screen")
		type_line "$machine" "$command"
		commands=$((commands + 1))
		! screen_since "$machine" "$seen" | grep -qE 'unknown|usage:|command not found' ||
			{ screen_since "$machine" "$seen" && fail "$machine# $command"; }
		;;
	*)
		if [ -n "$conf_machine" ]; then
			echo "${line/sha256:.../${pin:-}}" >>"$tmp/$conf_machine/etc/lanparty.conf"
			continue
		fi
		[ -n "$machine" ] || fail "the page has a line that belongs to nobody: $line"
		wait_for 15 "$machine# $command
$line
in: $(screen_since "$machine" "$seen")" try_again "$machine" "$seen" "$command" "$line"
		echo "ok: $machine# $command: $line"
		sights=$((sights + 1))
		[[ $line != *"pin sha256:"* ]] || pin=$(grep -oE -m 1 'sha256:[0-9a-f]{64}' "$tmp/server/screen")
		;;
	esac
done < <(literal_blocks)
[ "$commands" -ge 20 ] && [ "$sights" -ge 20 ] || fail "only $commands commands and $sights sights in the page"

check "the player's name server is that of before" says "" cat "$tmp/player/etc/resolv.conf"
check "nothing is left of the route to the relay" says "" \
	ip -n "$prefix-alice" route show proto 76
shows B2
