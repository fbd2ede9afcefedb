#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# One command builds and installs everything: both programs, which work in every role, their pages, and
# what the README speaks of.
. "$(dirname "$0")/lib.sh"
readme=$source_dir/README

make_install install
lanpartyd=$(installed '*/sbin/lanpartyd') lanpartyctl=$(installed '*/bin/lanpartyctl')
check "lanpartyd runs" "$lanpartyd" -V
check "lanpartyctl runs" "$lanpartyctl" -V
for role in relay gateway client; do
	conf=$(installed "*/examples/$role.conf")
	check "it is a $role" "$lanpartyd" --role "$role" -t -c "$conf"
done
for page in lanparty.7 lanparty-protocol.7 lanparty-setup.7 lanparty.conf.5 lanpartyctl.1 lanpartyd.8; do
	check "the page $page" installed "*/man/man${page##*.}/$page"
done
check "an administrator's file" installed '*/etc/lanparty.conf'
check "it is not for everybody" test "$(stat -c %a "$(installed '*/etc/lanparty.conf')")" = 640

# Every example that a page names is there under that name.
examples=$(find "$tmp/root" -path '*/man/man?/lanparty*' -exec grep -hoE '/[^ ]*/examples/[a-z-]+(/[a-z-]+)*' {} + |
	sort -u)
[ "$(wc -w <<<"$examples")" -ge 3 ] || fail "the pages name only: $examples"
for example in $examples; do
	check "the pages' $example is installed" test -e "$tmp/root$example"
done
for folder in dhcp-hooks gateway-host systemd-networkd; do
	for file in "$source_dir/contrib/$folder"/*; do
		check "contrib/$folder/${file##*/} is installed" installed "*/examples/$folder/${file##*/}"
	done
done

# --- the README ---

# Each command of the README that is of this tree.
scripts=$(grep -oE 'scripts/[a-z]+' "$readme" | sort -u)
[ "$(wc -w <<<"$scripts")" -ge 8 ] || fail "the README names only: $scripts"
for script in $scripts; do
	check "the README's $script is there" test -x "$source_dir/$script"
done
check "it has the way by hand" grep -qF 'autoreconf -fi && ./configure --sysconfdir=/etc && make && make check && sudo make install' "$readme"
by_script() { # scripts/build ends with the one that was run here
	grep -qE '^step build make .* all$' "$source_dir/scripts/build" &&
		grep -q '^scripts/build ' "$source_dir/scripts/test" &&
		grep -q 'scripts/build$' "$source_dir/scripts/demo"
}
check "its two commands build by the same" by_script
for word in $(grep -oE '\b[a-z]+(/[a-z_*]+)+\.c\b' "$readme" | sort -u); do
	[[ $word != *'*'* ]] || word=${word/\*/linux}
	check "the README's src/$word is there" test -e "$source_dir/src/$word"
done

# The conf files of "To a real party", by role: each is checked by lanpartyd itself.
conf_of() { # conf_of ROLE
	awk -v role="role = \"$1\";" '
		index($0, role) { is_in = 1 }
		is_in && /^[0-9]\.|^[A-Z]/ { exit }
		is_in { gsub(/sha256:\.\.\./, "sha256:" sprintf("%064d", 0)); print }' "$readme"
}
for role in relay gateway client; do
	conf_of "$role" >"$tmp/$role.conf"
	check "the README's conf file of a $role is good" "$lanpartyd" --role "$role" -t -c "$tmp/$role.conf"
done
shows B1
