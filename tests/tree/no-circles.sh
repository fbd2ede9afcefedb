#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# No files call each other in a circle: whoever reads one of them has to read only what lies below it. What calls
# upward is a table of callbacks that was handed down.
. "$(dirname "$0")/lib.sh"
command -v nm >/dev/null || { echo "there is no nm; install binutils" && exit 77; }
command -v tsort >/dev/null || { echo "there is no tsort; install coreutils" && exit 77; }

objects=()
while read -r object; do
	name=${object#"$build_dir"/}
	# A build folder may still have what the source had once; the programs' own objects are of their mains.
	[ -e "$source_dir/${name%.o}.c" ] && objects+=("$object")
done < <(find "$build_dir/src" -name '*.o' | sort)
[ ${#objects[@]} -ge 100 ] || fail "only ${#objects[@]} objects in $build_dir/src"

# "FILE FILE NAME": the first one calls, or hands on, what the second one has.
nm -A -P -g "${objects[@]}" | sed "s@^$build_dir/@@; s@\.o: @.c @" |
	awk '$3 == "U" { wants[$1 " " $2]; next } $3 ~ /^[TDBRVWC]$/ { has[$2] = $1 }
		END { for (want in wants) { split(want, w, " "); if (w[2] in has && has[w[2]] != w[1]) print w[1], has[w[2]], w[2] } }' |
	sort >"$tmp/all"
# The engine's files, which are a circle of their own still; nothing else calls it but from above.
grep -v '^src/quic/.* src/quic/' "$tmp/all" >"$tmp/calls"

circles() { # CALLS: each file of a circle, one a line
	cut -d' ' -f1,2 "$1" | sort -u | tsort 2>&1 >/dev/null | sed -n 's@^tsort: \(src/.*\)@\1@p' | sort -u
}
is_straight() {
	local names
	names=$(circles "$tmp/calls")
	[ -z "$names" ] && return 0
	echo "these call each other in a circle; move what is called by the lower one into it, or into a file below both:"
	awk -v names="$names" 'BEGIN { split(names, list, "\n"); for (i in list) in_circle[list[i]] }
		$1 in in_circle && $2 in in_circle { print "  " $1 " calls " $3 " of " $2 }' "$tmp/calls"
	return 1
}
check "none of $(cut -d' ' -f1 "$tmp/calls" | sort -u | wc -l) files is called by what it calls" is_straight
# The control run: one call upward would be found.
(cat "$tmp/calls" && echo src/base/mem.c src/relay/worker.c lp_worker_new) >"$tmp/more"
is_found() { grep -qx src/base/mem.c <<<"$(circles "$tmp/more")"; }
check "a call upward is found" is_found
