#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# No signal that means nothing to a daemon ends it, those that end it let it clean up, and what it
# inherits from whoever starts it neither deafens nor misleads it.
. "$(dirname "$0")/lib.sh"
party_up

start_under() { # start_under COMMAND...: the relay, started by that
	: >"$tmp/relay.log"
	spawn relay relay "$@" "$LP_BUILD/lanpartyd" -c "$tmp/relay.conf" >>"$tmp/relay.log" 2>&1
	wait_for 10 "the relay to answer" ctl relay status
}

ends() { # ends SIGNAL: in order, and with nothing left behind
	kill "-$1" "${pid_of[relay]}"
	wait_for 3 "the relay to end on $1" is_gone "${pid_of[relay]}"
	wait "${pid_of[relay]}" && [ ! -e "$tmp/relay.sock" ]
}

# A shell cannot undo what it inherited, python can; and it starts with SIGPIPE ignored by itself.
inherit() { # inherit STATEMENT: a command that does that, and becomes the rest
	echo "import os, signal, sys; $1; os.execvp(sys.argv[1], sys.argv[1:])"
}

start_under env
for signal in USR2 ALRM VTALRM PROF IO XFSZ PIPE STKFLT TTOU TTIN CHLD URG WINCH RTMIN RTMIN+7 RTMAX; do
	kill "-$signal" "${pid_of[relay]}"
	wait_for 2 "an answer after SIG$signal" ctl relay status
done
echo "ok: signals that mean nothing are ignored"
kill -USR1 "${pid_of[relay]}"
wait_for 2 "the status in the log" logged relay 'status: relay, peers 0, rooms 1'
kill -HUP "${pid_of[relay]}"
wait_for 2 "a reload" logged relay 'configuration reloaded'
check "SIGTERM ends it" ends TERM
for signal in INT QUIT XCPU PWR; do
	start_under env
	check "SIG$signal ends it, and nothing is left" ends "$signal"
done

start_under python3 -c "$(inherit 'os.kill(os.getpid(), signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32)) and 0 or 0)')"
kill -HUP "${pid_of[relay]}"
wait_for 2 "a reload" logged relay 'configuration reloaded'
check "with all signals blocked it ends on SIGTERM" ends TERM
start_under python3 -c "$(inherit '[signal.signal(n, signal.SIG_IGN) for n in (1, 2, 3, 13, 14, 15, 17)]')"
check "with all signals ignored, too" ends TERM
start_under python3 -c "$(inherit 'signal.pthread_sigmask(signal.SIG_BLOCK, [1]); os.kill(os.getpid(), 1)')"
wait_for 2 "the reload that was asked for before" logged relay 'configuration reloaded'
check "a SIGHUP that comes while it starts is a reload" ends TERM

# A device that is opened as the standard error would get the log.
for closed in '0' '1' '2' '0, 1, 2'; do
	start_under python3 -c "$(inherit "[os.close(n) for n in ($closed,)]")"
	says "/dev/null /dev/null /dev/null" python3 -c '
import os, sys
here = [os.readlink(f"/proc/{sys.argv[1]}/fd/{n}") for n in range(3)]
print(*["/dev/null" if "socket:" not in name and "relay.state" not in name and "epoll" not in name else name
	for name in here])' "${pid_of[relay]}" || fail "with $closed closed, something else has its place"
	ends TERM || fail "with $closed closed it does not end"
done
echo "ok: closed standard descriptors are nobody else's"

mkdir "$tmp/gone"
start_under sh -c 'cd "$0" && rmdir "$0" && exec "$@"' "$tmp/gone"
check "it ends where its folder is gone" ends TERM
start_under sh -c 'umask 0777 && exec "$@"' sh
check "with no permission for new files" test "$(stat -c %a "$tmp/relay.sock" "$tmp/relay.state/relay-key.pem" | tr '\n' ' ')" = '660 600 '
ends TERM
start_under env JOURNAL_STREAM=8:12345 NOTIFY_SOCKET=/nowhere/at/all WATCHDOG_USEC=1000000 LISTEN_FDS=3 LISTEN_PID=1 \
	TZ=Pacific/Apia LC_ALL=tr_TR.UTF-8 COLUMNS=0 TERM=
sleep 0.5
check "it is not the journal's because somebody else is" logged relay '^20[0-9-]+T[0-9:.]+Z info  relay: listening on'
check "who cannot be told is told of once" says 1 grep -c 'was not told' "$tmp/relay.log"
ends TERM
