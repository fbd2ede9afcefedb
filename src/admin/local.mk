# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# The control socket's requests and the state they show.
liblanparty_a_SOURCES += \
	src/admin/drops.c src/admin/drops.h \
	src/admin/admin.c src/admin/admin.h \
	src/admin/json.c src/admin/json.h \
	src/admin/line.c src/admin/line.h \
	src/admin/request.c src/admin/request.h \
	src/admin/snapshot.h
