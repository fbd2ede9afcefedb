#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# Every man page is drawn to its end, without a warning of the programs that draw it, where they are there:
# groff stops at a macro where text was meant, mandoc does not, and each sees faults that the other forgives.
. "$(dirname "$0")/lib.sh"

groff_is_content() { # groff_is_content PAGE
	groff -ww -mandoc -Tutf8 "$1" 2>&1 >/dev/null | tee "$tmp/groff.out"
	[ ! -s "$tmp/groff.out" ]
}
mandoc_is_content() { # mandoc_is_content PAGE
	mandoc -Tlint -W error "$1"
}
# The last line of text of the page is in what is drawn.
is_whole() { # is_whole PAGE
	local last
	last=$(grep -v '^\.' "$1" | tail -n 1 | sed 's/\\&//g; s/\\-/-/g' | tr -s ' ')
	groff -mandoc -Tascii -P-c "$1" 2>/dev/null | sed 's/.\x08//g' | tr -s ' \n' '  ' | grep -qF -- "${last:0:40}"
}
# A word that is a macro of mdoc, first in the argument of another one, is called: "An Unreliable" as a title.
has_no_macro_in_a_title() { # has_no_macro_in_a_title PAGE
	! grep -nE '^\.%T (A[cdnopqrt]|B[cdfklnqotx]|C[dm]|D[1bcdlotqtvx]|E[cdfklmnorsv]|F[acdlnortx]|Hf|I[cnt]|L[bikp]|M[st]|N[dmosx]|O[copstx]|P[acfopqr]|Q[cloq]|R[esv]|S[choqstmxy]|T[an]|U[dnx]|V[at]|X[cor]) ' "$1"
}

for page in "$source_dir"/man/*.[1-8]; do
	name=$(basename "$page")
	check "$name has no macro where a title is" has_no_macro_in_a_title "$page"
	if type groff >/dev/null 2>&1; then
		check "groff draws $name without a warning" groff_is_content "$page"
		check "groff draws $name to its end" is_whole "$page"
	fi
	if type mandoc >/dev/null 2>&1; then
		check "mandoc draws $name without an error" mandoc_is_content "$page"
	fi
done
