# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# Errors, log, memory, containers: goes into libbase.a, for lanpartyctl too.

libbase_a_SOURCES += \
	src/base/addr.c src/base/addr.h \
	src/base/calendar.c src/base/calendar.h \
	src/base/clock.c src/base/clock.h \
	src/base/current.c src/base/current.h \
	src/base/err.c src/base/err.h \
	src/base/inet.h \
	src/base/list.h \
	src/base/log.c src/base/log.h \
	src/base/logqueue.c src/base/logqueue.h \
	src/base/map.c src/base/map.h \
	src/base/mem.c src/base/mem.h \
	src/base/packet.h \
	src/base/envpath.c src/base/envpath.h \
	src/base/quote.c src/base/quote.h \
	src/base/rand.c src/base/rand.h \
	src/base/seen.c src/base/seen.h \
	src/base/skeleton.c src/base/skeleton.h \
	src/base/strbuf.c src/base/strbuf.h \
	src/base/suggest.c src/base/suggest.h \
	src/base/utf8.c src/base/utf8.h
