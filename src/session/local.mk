# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# What gateway and client share.

liblanparty_a_SOURCES += \
	src/session/bridge.c \
	src/session/dropped.c src/session/dropped.h \
	src/session/host.c src/session/host.h \
	src/session/host_impl.h \
	src/session/host_report.c \
	src/session/peers.c \
	src/session/race.c \
	src/session/retry.c \
	src/session/session.c src/session/session.h \
	src/session/session_impl.h \
	src/session/session_link.c
