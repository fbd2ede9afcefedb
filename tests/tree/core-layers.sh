#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# The core asks the operating system for nothing: no socket, file, clock, sleep or name is among what its
# objects want from outside, so it runs wherever there is a C library, and in simulated time. What it does
# want is memory and text, ngtcp2, GnuTLS, json-c, and of our base/ everything but the clock.
. "$(dirname "$0")/lib.sh"
command -v nm >/dev/null || { echo "there is no nm; install binutils" && exit 77; }

core_folders='frame wire queue crypto quic link session relay'
# What stands around the core in these folders: roles, devices, and who reads key files …
shell='crypto/credential crypto/trust session/host session/host_report session/bridge
	relay/relay relay/relay_admin relay/relay_keys relay/token_file'
# … and what belongs to it in those of the roles: what may pass.
more='gateway/addrtable gateway/cam gateway/addrguard gateway/dhcpguard gateway/addrprobe gateway/gateway_filter
	gateway/gateway_filter_loop gateway/loopguard gateway/maccase client/client_filter'
# Instrumentation of a build is not the source's; bcmp() is what clang makes of memcmp(),
# and lp_heap_trim() gives back what malloc() keeps.
allowed='bcmp|mem(cmp|cpy|move|set|chr)|str(len|nlen|chr|rchr|cmp|ncmp|str|spn|cspn)|str(n?casecmp|error)|(__isoc23_)?strtou?ll?
	v?snprintf|__[a-z]+_chk|malloc|calloc|realloc|free|abort|qsort|bsearch|__assert_fail|__errno_location|__ctype_b_loc
	__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__cpu_model|__cpu_indicator_init
	ngtcp2_[a-z0-9_]+|gnutls_[a-z0-9_]+|json_[a-z0-9_]+|lp_(credential|trust)_[a-z]+|lp_heap_trim
	__(a|ub|l)san_.*|__sanitizer_.*|__gcov_.*|__llvm_.*|__start_.*|__stop_.*'
allowed=$(tr -s '\n\t ' '|' <<<"$allowed" | sed 's/|$//')
# Of GnuTLS: what reads files.
refused='gnutls_load_file|gnutls_certificate_set_x509_(key|trust)_file.*'

objects=()
for name in $more; do
	objects+=("$build_dir/src/$name.o")
done
for folder in $core_folders; do
	for object in "$build_dir/src/$folder"/*.o; do
		name=$folder/$(basename "$object" .o)
		# A build folder may still have what the source had once.
		[ -e "$source_dir/src/$name.c" ] && ! grep -qw "$name" <<<"$shell" || continue
		objects+=("$object")
	done
done
[ ${#objects[@]} -ge 40 ] || fail "only ${#objects[@]} objects of the core in $build_dir"

names() { # names NM-OPTION OBJECT...
	nm -P -g "$@" | awk '!/:$/ { print $1 }' | sort -u
}
base=()
for object in "$build_dir"/src/base/*.o; do
	[ "$(basename "$object")" = clock.o ] || base+=("$object")
done
names --defined-only "${objects[@]}" "${base[@]}" >"$tmp/ours"
names -u "${objects[@]}" >"$tmp/wanted"

foreign() {
	{
		comm -23 "$tmp/wanted" "$tmp/ours" | grep -vxE "$allowed" || true
		grep -xE "$refused" "$tmp/wanted" || true
	} | grep .
}
wants_nothing_else() {
	foreign >"$tmp/foreign" || true
	while read -r name; do
		echo "$name: wanted by $(nm -A -u "${objects[@]}" | awk -v name="$name" '$NF == name { print $1 }' | xargs -n 1 basename | tr '\n' ' ')"
	done <"$tmp/foreign"
	[ ! -s "$tmp/foreign" ]
}
check "${#objects[@]} objects of the core want nothing of the operating system" wants_nothing_else
# The control run: with what stands around it, it would.
objects+=("$build_dir/src/session/host.o" "$build_dir/src/session/bridge.o")
names -u "${objects[@]}" >"$tmp/wanted"
check "the roles around it do" foreign
shows K12
