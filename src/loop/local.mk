# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# libevent: the loop, timers, signals, the UDP endpoint's batches.

liblanparty_a_SOURCES += \
	src/loop/linger.c src/loop/linger.h \
	src/loop/loop.c src/loop/loop.h \
	src/loop/rest.c src/loop/rest.h
