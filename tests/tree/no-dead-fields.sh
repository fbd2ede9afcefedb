#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# Every field of a struct is read by the programs, and not only written: what nobody reads is removed, with all
# that was done to fill it.
. "$(dirname "$0")/lib.sh"

# What only tests read, and why it is there all the same.
allowed='
lp_link_stats.probes_rx		that the path is probed no more often than promised
lp_udp_stats.buffers_rx		that packets come many to a system call
lp_udp_stats.buffers_tx		that packets go many to a system call
lp_udp_stats.icmp_unreachable	that the errors are read, and not only the last address
lp_worker.trim_count		that memory goes back only where much was freed
'

# The interpreter that Debian packages its modules for comes first.
census() { # census SOURCE_DIR
	local python status
	for python in /usr/bin/python3 python3; do
		command -v "$python" >/dev/null || continue
		"$python" "$source_dir/tests/tree/unread_fields.py" "$1" "$build_dir" && return 0
		status=$?
		[ "$status" = 77 ] || return "$status"
	done
	return 77
}

census "$source_dir" >"$tmp/unread" || {
	[ $? = 77 ] || fail "tests/tree/unread_fields.py"
	echo "libclang for Python is missing; install python3-clang"
	exit 77
}
awk 'NF { print $1 }' <<<"$allowed" | sort -u >"$tmp/allowed"
awk '{ print $2 }' "$tmp/unread" | sort -u >"$tmp/names"

is_read() { # every field but those that are allowed
	comm -23 "$tmp/names" "$tmp/allowed" >"$tmp/dead"
	! grep -Fwf "$tmp/dead" "$tmp/unread"
}
is_needed() { # what is allowed is there, and tests read it
	local name
	while read -r name; do
		grep -qx "$name" "$tmp/names" || { echo "$name: read, or gone: no exception any more" && return 1; }
		grep -qrE --include='*.c' "(\.|->)${name#*.}\\b" "$source_dir/tests" ||
			{ echo "$name: no test reads it" && return 1; }
	done <"$tmp/allowed"
}
check "each field is read" is_read
check "the exceptions are still ones" is_needed

# The control run: of these fields some are only written.
mkdir "$tmp/src"
cat >"$tmp/src/control.c" <<'END'
#include <string.h>
struct inner { int read; int written; };
struct outer { struct inner inner; int counted; int initialised; int by_macro; char filled[8]; int conditional; };
#define SET(o) ((o)->by_macro)
static struct outer outer = {.initialised = 1};
int ask(struct outer *o, int n)
{
	o->counted++;
	o->inner.written = n;
	o->inner.written |= n;
	memset(o->filled, 0, sizeof(o->filled));
	if (n > 2)
		o->conditional = n;
	o = n > 0 ? o : &outer;
	return SET(o) + (o->inner.read = n);
}
END
census "$tmp" 2>/dev/null | awk '{ print $2 }' | sort >"$tmp/found"
printf '%s\n' inner.written outer.conditional outer.counted outer.filled outer.initialised >"$tmp/expected"
check "fields that are only written are found, and no others" diff "$tmp/expected" "$tmp/found"
