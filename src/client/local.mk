# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# The client role.

liblanparty_a_SOURCES += \
	src/client/journal.c src/client/journal.h \
	src/client/client.c \
	src/client/client_impl.h \
	src/client/client_mac.c \
	src/client/client_report.c \
	src/client/diagnose.c src/client/diagnose.h \
	src/client/network.c \
	src/client/refusal.c src/client/refusal.h \
	src/client/relay_route.c src/client/relay_route.h \
	src/client/tapnet.c src/client/tapnet.h \
	src/client/client_filter.c src/client/client_filter.h
