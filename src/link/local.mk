# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# The overlay on one QUIC connection, the same at both ends.

liblanparty_a_SOURCES += \
	src/link/link.c src/link/link.h \
	src/link/link_impl.h \
	src/link/link_rx.c \
	src/link/pathprobe.c src/link/pathprobe.h \
	src/link/shard.c src/link/shard.h
