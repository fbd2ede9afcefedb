#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# What starts the daemons: systemd's own tools find no fault in the units, each gives its daemon little
# that it does not need, and the scripts for others are good shell.
. "$(dirname "$0")/lib.sh"
units=contrib/systemd/lanparty-

make -s -C "$build_dir" ${units}{relay,gateway,gateway@,client}.service >"$tmp/make.log" 2>&1 ||
	{ cat "$tmp/make.log" >&2 && fail "make of the units"; }
has_no_at() { ! grep -nE '@[a-z]+dir@' "$1"; }
for unit in relay gateway gateway@ client; do
	file=$build_dir/$units$unit.service
	check "lanparty-$unit: all folders are filled in" has_no_at "$file"
	check "lanparty-$unit names its role" grep -q -- "^ExecStart=.*/lanpartyd --role ${unit%@}\b" "$file"
	check "lanparty-$unit: restarted for ever" grep -qx StartLimitIntervalSec=0 "$file"
	check "lanparty-$unit: the daemon tells that it is ready" grep -qx Type=notify "$file"
	check "lanparty-$unit: and that it is alive" grep -q '^WatchdogSec=' "$file"
done

if ! command -v systemd-analyze >/dev/null; then
	echo "no systemd-analyze (Debian: apt-get install systemd): the rest is not looked at"
	exit 0
fi
# What the units start is not installed: there it is something that is.
mkdir "$tmp/units"
for unit in relay gateway gateway@ client; do
	sed -E 's,^(Exec[A-Za-z]+=)[^ ]*/(lanpartyd|lanpartyctl),\1/bin/true,' "$build_dir/$units$unit.service" >"$tmp/units/lanparty-$unit.service"
done
cp "$source_dir/${units}relay.socket" "$tmp/units"
mv "$tmp/units/lanparty-gateway@.service" "$tmp/units/lanparty-gateway@x.service"
is_verified() { # is_verified UNIT: without a word
	local said
	said=$(systemd-analyze verify --man=no --recursive-errors=no "$1" 2>&1) && [ -z "$said" ] || { echo "$said" && false; }
}
for unit in "$tmp"/units/*; do
	name=$(basename "$unit")
	check "$name: nothing that systemd does not know" is_verified "$unit"
	[[ $name != *.service ]] || check "$name: exposure of 2.0 at the most" \
		systemd-analyze security --offline=true --threshold=20 "$unit"
done
check "the user is made" systemd-sysusers --dry-run "$source_dir/contrib/systemd/sysusers/lanparty.conf"

