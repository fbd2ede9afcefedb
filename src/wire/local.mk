# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# The codecs: cursor, overlay datagram, fragments, control messages, budget.
liblanparty_a_SOURCES += \
	src/wire/budget.c src/wire/budget.h \
	src/wire/cursor.h \
	src/wire/datagram.c src/wire/datagram.h \
	src/wire/drop_news.c src/wire/drop_news.h \
	src/wire/message.c src/wire/message.h \
	src/wire/message_decode.c \
	src/wire/message_encode.c \
	src/wire/message_fields.h \
	src/wire/message_json.c \
	src/wire/fragment.c src/wire/fragment.h \
	src/wire/record.c
