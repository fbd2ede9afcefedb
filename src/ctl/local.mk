# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# The commands of lanpartyctl, in libbase.a: the tool links nothing of the daemon.
libbase_a_SOURCES += \
	src/ctl/answer.c src/ctl/answer.h \
	src/ctl/ask.c src/ctl/ask.h \
	src/ctl/command.c src/ctl/command.h \
	src/ctl/option.c src/ctl/option.h \
	src/ctl/table.c src/ctl/table.h \
	src/ctl/view.c src/ctl/view.h \
	src/ctl/watch.c
