# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# What waits to be sent: frame pool, queues, token buckets.
liblanparty_a_SOURCES += \
	src/queue/bucket.c src/queue/bucket.h \
	src/queue/fair.c src/queue/fair.h \
	src/queue/frameq.c src/queue/frameq.h \
	src/queue/pool.c src/queue/pool.h
