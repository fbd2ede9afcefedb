# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# One header per service of the operating system; the folder that implements it is chosen here. What
# lanpartyctl needs goes into libbase.a, the rest into liblanparty.a.

libbase_a_SOURCES += src/platform/ctl_socket.h src/platform/files.h src/platform/service.h

if HOST_LINUX
libbase_a_SOURCES += \
	src/platform/posix/ctl_socket.c \
	src/platform/posix/files.c \
	src/platform/posix/service.c
endif HOST_LINUX

if HOST_WINDOWS
endif HOST_WINDOWS
