# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# The relay role.

liblanparty_a_SOURCES += \
	src/relay/admission.c src/relay/admission.h \
	src/relay/ban.c src/relay/ban.h \
	src/relay/forward.c src/relay/forward.h \
	src/relay/worker.c src/relay/worker.h \
	src/relay/worker_impl.h \
	src/relay/worker_admin.c \
	src/relay/worker_log.c \
	src/relay/limit.c src/relay/limit.h \
	src/relay/reclaim.c src/relay/reclaim.h \
	src/relay/naming.c src/relay/naming.h \
	src/relay/peer.c src/relay/peer.h \
	src/relay/peer_drops.c \
	src/relay/peer_leave.c \
	src/relay/peer_link.c \
	src/relay/relay.c \
	src/relay/relay_admin.c \
	src/relay/relay_impl.h \
	src/relay/relay_keys.c \
	src/relay/report.c \
	src/relay/room.c src/relay/room.h \
	src/relay/rooms.c src/relay/rooms.h \
	src/relay/seat.c src/relay/seat.h \
	src/relay/ticket.c src/relay/ticket.h \
	src/relay/token_file.c src/relay/token_file.h
