#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# Every function that one file offers to the others is called by one of them, in the programs and not only in
# the tests: what nobody needs is removed, and what only its own file needs is static.
. "$(dirname "$0")/lib.sh"
command -v nm >/dev/null || { echo "there is no nm; install binutils" && exit 77; }

# What only tests call, and why it is there all the same.
allowed='
lp_admin_answer		a request without a socket
lp_addrguard_count		that a table stays within its bounds
lp_conf_load_text	a configuration without a file
lp_datagram_encode	the other half of the decoder: the link writes header and payload apart
lp_diagnose_address	one sentence of many
lp_fragment6_check	the table without the part that is made late
lp_fragment6_new	as above
lp_frameq_deadline	that nothing waits for too long
lp_hkdf_sha256		for the keys of rooms with a secret, which are to come
lp_logsink_flush	that all is written now
lp_pool_free_count	that nothing is lost
lp_rand_next		the numbers themselves
lp_suggest_distance	the distance itself
lp_udp_local_addr	the port that the system chose
'

objects=()
while read -r object; do
	name=${object#"$build_dir"/}
	# A build folder may still have what the source had once.
	[ -e "$source_dir/${name%.o}.c" ] || [[ $name == src/*-lanparty*.o ]] || continue
	objects+=("$object")
done < <(find "$build_dir/src" -name '*.o' | sort)
[ ${#objects[@]} -ge 100 ] || fail "only ${#objects[@]} objects in $build_dir/src"

nm -P -g --defined-only "${objects[@]}" | awk '!/:$/ && $2 == "T" { print $1 }' | grep '^lp_' | sort -u >"$tmp/offered"
nm -P -u "${objects[@]}" | awk '!/:$/ { print $1 }' | sort -u >"$tmp/wanted"
awk 'NF { print $1 }' <<<"$allowed" | sort -u >"$tmp/allowed"
comm -23 "$tmp/offered" "$tmp/wanted" >"$tmp/uncalled"

# The same of functions in headers: their names stand there once, and nowhere else.
words() {
	find "$source_dir/src" -name '*.[ch]' -exec cat {} + | sed 's@/\*.*\*/@@' | grep -oE '\blp_[a-z0-9_]+\b' | sort
}
find "$source_dir/src" -name '*.h' -exec grep -hE '^static inline .*\(' {} + |
	grep -oE '\blp_[a-z0-9_]+\(' | tr -d '(' | sort -u >"$tmp/inline"
words | uniq -u | comm -12 - "$tmp/inline" >>"$tmp/uncalled"
sort -u -o "$tmp/uncalled" "$tmp/uncalled"

is_called() { # every function but those that are allowed
	comm -23 "$tmp/uncalled" "$tmp/allowed" | sed 's/$/: nothing in src calls it from another file/' | tee "$tmp/dead"
	[ ! -s "$tmp/dead" ]
}
is_needed() { # what is allowed is there, and tests call it
	local name
	while read -r name; do
		grep -qx "$name" "$tmp/uncalled" || { echo "$name: called, or gone: no exception any more" && return 1; }
		grep -qrw --include='*.c' "$name" "$source_dir/tests" || { echo "$name: no test calls it" && return 1; }
	done <"$tmp/allowed"
}
check "each of $(wc -l <"$tmp/offered") functions is called from another file" is_called
check "the exceptions are still ones" is_needed
# The control run: without its callers, a function would be found.
sed -i '/^lp_map_get$/d' "$tmp/wanted"
comm -23 "$tmp/offered" "$tmp/wanted" >"$tmp/uncalled"
check "one that nobody calls is found" grep -qx lp_map_get "$tmp/uncalled"
