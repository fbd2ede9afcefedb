/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "link/shard.h"

#include "crypto/digest.h"
#include "wire/message.h"

#include <string.h>

uint8_t lp_shard_of_room(const char *room)
{
	char folded[LP_ROOM_MAX + 1];
	uint8_t digest[LP_SHA256_LEN];
	lp_room_fold(room, folded);
	lp_sha256(folded, strlen(folded), digest);
	return digest[0];
}
