# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# libevent: the loop, timers, signals, and what other threads hand over to it.

liblanparty_a_SOURCES += \
	src/loop/busy_poll.c src/loop/busy_poll.h \
	src/loop/loop.c src/loop/loop.h \
	src/loop/batching.c src/loop/batching.h \
	src/loop/posts.c src/loop/posts.h
