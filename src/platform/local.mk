# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# One header per service of the operating system; the folder that implements it is chosen here. What
# lanpartyctl needs goes into libbase.a, the rest into liblanparty.a.

libbase_a_SOURCES += src/platform/ctl_socket.h src/platform/files.h src/platform/process.h \
	src/platform/service.h src/platform/sockaddr.c src/platform/sockaddr.h \
	src/platform/source.h src/platform/terminal.h

liblanparty_a_SOURCES += \
	src/platform/crash.h \
	src/platform/framedev.h \
	src/platform/heap.h \
	src/platform/logsink.h \
	src/platform/sleep.h \
	src/platform/netcfg.h src/platform/netcfg_terms.c \
	src/platform/chown.h \
	src/platform/privs.h \
	src/platform/rawif.h \
	src/platform/resolve.h \
	src/platform/signals.h \
	src/platform/tap.h \
	src/platform/udp.h

if HOST_LINUX
libbase_a_SOURCES += \
	src/platform/linux/ctl_socket.c \
	src/platform/linux/files.c \
	src/platform/linux/notify.c src/platform/linux/notify.h \
	src/platform/linux/service.c \
	src/platform/posix/process.c \
	src/platform/posix/terminal.c
liblanparty_a_SOURCES += \
	src/platform/linux/heap.c \
	src/platform/linux/inherit.c src/platform/linux/inherit.h \
	src/platform/linux/netcfg.c \
	src/platform/linux/netcfg_link.c \
	src/platform/linux/netcfg_rule.c \
	src/platform/linux/privs.c \
	src/platform/linux/rawif.c \
	src/platform/linux/rawif_filter.c src/platform/linux/rawif_filter.h \
	src/platform/linux/rawif_nic.c src/platform/linux/rawif_nic.h \
	src/platform/linux/rawif_port.c src/platform/linux/rawif_port.h \
	src/platform/linux/route_read.c src/platform/linux/route_read.h \
	src/platform/linux/rtnl.c src/platform/linux/rtnl.h \
	src/platform/linux/tap.c \
	src/platform/linux/udp.c \
	src/platform/linux/udp_inherit.c src/platform/linux/udp_inherit.h \
	src/platform/linux/udp_socket.c src/platform/linux/udp_socket.h \
	src/platform/linux/vnet.c src/platform/linux/vnet.h \
	src/platform/posix/crash.c \
	src/platform/posix/logsink.c \
	src/platform/posix/logwriter.c src/platform/posix/logwriter.h \
	src/platform/posix/sleep.c \
	src/platform/posix/chown.c \
	src/platform/posix/resolve.c \
	src/platform/posix/signals.c
endif HOST_LINUX

if HOST_WINDOWS
libbase_a_SOURCES += \
	src/platform/win32/ctl_socket.c \
	src/platform/win32/ctl_stream.c src/platform/win32/ctl_stream.h \
	src/platform/win32/files.c \
	src/platform/win32/iocp.c src/platform/win32/iocp.h \
	src/platform/win32/process.c \
	src/platform/win32/scm.h src/platform/win32/service.c \
	src/platform/win32/terminal.c \
	src/platform/win32/wake.c src/platform/win32/wake.h \
	src/platform/win32/winerr.c src/platform/win32/winerr.h
liblanparty_a_SOURCES += \
	src/platform/win32/crash.c \
	src/platform/win32/heap.c \
	src/platform/win32/logsink.c \
	src/platform/win32/sleep.c \
	src/platform/win32/netcfg.c \
	src/platform/win32/netcfg_link.c \
	src/platform/win32/netcfg_row.h \
	src/platform/win32/chown.c \
	src/platform/win32/privs.c \
	src/platform/win32/rawif.c \
	src/platform/win32/resolve.c \
	src/platform/win32/signals.c \
	src/platform/win32/tap.c \
	src/platform/win32/tap_adapter.c src/platform/win32/tap_adapter.h \
	src/platform/win32/tap_io.c src/platform/win32/tap_io.h \
	src/platform/win32/udp.c
endif HOST_WINDOWS
