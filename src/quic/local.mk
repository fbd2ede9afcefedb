# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# ngtcp2: connections and what they carry, without a socket or a clock.

liblanparty_a_SOURCES += \
	src/quic/accept.c \
	src/quic/inflight.c src/quic/inflight.h \
	src/quic/compat.h \
	src/quic/conn.c src/quic/conn.h \
	src/quic/conn_events.c \
	src/quic/conn_impl.h \
	src/quic/conn_read.c \
	src/quic/conn_write.c \
	src/quic/endpoint.c src/quic/endpoint.h \
	src/quic/frame_scan.c src/quic/frame_scan.h \
	src/quic/half_open.c \
	src/quic/late_ack.c src/quic/late_ack.h \
	src/quic/move.c src/quic/move.h \
	src/quic/tx_batch.c \
	src/quic/path.c \
	src/quic/quota.c src/quic/quota.h \
	src/quic/rtt.c src/quic/rtt.h \
	src/quic/stream.c \
	src/quic/tls.c \
	src/quic/tls_filter.c src/quic/tls_filter.h
