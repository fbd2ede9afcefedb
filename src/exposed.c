/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "exposed.h"

#include "base/log.h"
#include "base/mem.h"
#include "platform/files.h"

#include <stdio.h>
#include <string.h>

#define LOG "conf"

/* Whoever knows a room's code may join it. */
static bool has_secret(const struct lp_conf *conf)
{
	return conf->role != LP_CONF_ROLE_RELAY || conf->relay.room_count > 0;
}

void lp_exposed_tell(const struct lp_conf *conf, char *text, size_t text_len)
{
	for (size_t i = 0; i < conf->file_count && has_secret(conf); i++) {
		char line[512];
		size_t used = strlen(text);
		if (!lp_file_is_public(conf->files[i]))
			continue;
		snprintf(line, sizeof(line),
			 "every user of this machine can read %.200s, and the room's code is in "
			 "the configuration: chmod 640 %.200s",
			 conf->files[i], conf->files[i]);
		lp_warn(LOG, "%s", line);
		if (used + strlen(line) + 2 <= text_len)
			snprintf(text + used, text_len - used, "%s%s",
				 used > 0 && text[used - 1] != '\n' ? "\n" : "", line);
	}
}
