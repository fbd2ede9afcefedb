#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# Whom one has to trust is said where people look: in lanparty(7), which is installed, and in the README.
. "$(dirname "$0")/lib.sh"
make_install install-man
page=$(installed '*/man/man7/lanparty.7')

# The text of the section, or of a part of it, without macros and line breaks.
text_of() { # text_of MACRO TITLE
	awk -v begin=".$1 $2" -v end="^\\.($([ "$1" = Sh ] && echo Sh || echo 'Sh|Ss')) " '
		$0 == begin { is_in = 1; next }
		is_in && $0 ~ end { exit }
		is_in' "$page" | sed -E 's/^\.[A-Z][a-z]* ?//' | tr -s '\n' ' '
}
says() { # says MACRO TITLE PHRASE...: does it say each of these?
	local text phrase
	text=$(text_of "$1" "$2")
	[ -n "$text" ] || { echo "there is no section \"$2\"" && return 1; }
	for phrase in "${@:3}"; do
		grep -qiF -- "$phrase" <<<"$text" || { echo "\"$2\" does not say: $phrase" && return 1; }
	done
}

check "what the relay sees and can do" says Ss "What the relay can do" \
	"in plain text" "read" "change" "which policy"
check "how one knows the relay" says Ss "How you know the relay" \
	"pin" "certificate" "never nothing"
check "what somebody on the way can do" says Ss "What somebody on the way can do" "QUIC" "TLS 1.3" "how much"
check "what another player can do" says Ss "What another player can do" \
	"room code" "DHCP" "router advertisement" "own MAC" "firewall"
check "what encryption in a room would change, and that it is not there" \
	says Ss "What encryption within a room would change" "not there yet" "Ethernet header"
shows R42 B4

check "the README says the same, in short" grep -qF 'sees every frame in plain text' "$source_dir/README"
