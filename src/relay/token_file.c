/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/token_file.h"

#include "base/log.h"
#include "base/mem.h"
#include "crypto/random.h"
#include "wire/cursor.h"

#define FILE_NAME "token.keys"
#define FILE_LEN  (8 + 1 + 2 * LP_QUIC_KEY_LEN) /* made at, is there one before, the two */

static enum lp_err write_keys(struct lp_store *store, const struct lp_token_keys *keys,
			      uint64_t made_ns)
{
	uint8_t bytes[FILE_LEN];
	struct lp_writer writer = lp_writer_init(bytes, sizeof(bytes));
	lp_writer_u64(&writer, made_ns);
	lp_writer_u8(&writer, keys->has_before);
	lp_writer_bytes(&writer, keys->now, LP_QUIC_KEY_LEN);
	lp_writer_bytes(&writer, keys->before, LP_QUIC_KEY_LEN);
	enum lp_err err = lp_store_write(store, FILE_NAME, bytes, sizeof(bytes), true);
	lp_wipe(bytes, sizeof(bytes));
	return err;
}

/* LP_ERR_NOT_FOUND also for a file that holds something else. */
static enum lp_err read_keys(struct lp_store *store, struct lp_token_keys *keys, uint64_t *made_ns)
{
	uint8_t bytes[FILE_LEN];
	size_t len = 0;
	enum lp_err err = lp_store_read(store, FILE_NAME, bytes, sizeof(bytes), &len);
	struct lp_reader reader = lp_reader_init(bytes, sizeof(bytes));
	if (err == LP_OK && len == sizeof(bytes)) {
		*made_ns = lp_reader_u64(&reader);
		keys->has_before = lp_reader_u8(&reader) == 1;
		memcpy(keys->now, lp_reader_bytes(&reader, LP_QUIC_KEY_LEN), LP_QUIC_KEY_LEN);
		memcpy(keys->before, lp_reader_bytes(&reader, LP_QUIC_KEY_LEN), LP_QUIC_KEY_LEN);
	} else if (err == LP_OK || err == LP_ERR_TOO_LARGE) {
		lp_warn("relay", "%s/%s is damaged: making new keys", lp_store_path(store),
			FILE_NAME);
		err = LP_ERR_NOT_FOUND;
	}
	lp_wipe(bytes, sizeof(bytes));
	return err;
}

enum lp_err lp_token_file_rotate(struct lp_store *store, uint64_t wall_ns,
				 struct lp_token_keys *keys)
{
	memcpy(keys->before, keys->now, LP_QUIC_KEY_LEN);
	keys->has_before = true;
	lp_random_secret(keys->now, LP_QUIC_KEY_LEN);
	return write_keys(store, keys, wall_ns);
}

enum lp_err lp_token_file_load(struct lp_store *store, uint64_t wall_ns, struct lp_token_keys *keys,
			       uint64_t *made_ns)
{
	enum lp_err err = read_keys(store, keys, made_ns);
	if (err == LP_ERR_NOT_FOUND) {
		*keys = (struct lp_token_keys){0};
		*made_ns = wall_ns;
		lp_random_secret(keys->now, LP_QUIC_KEY_LEN);
		return write_keys(store, keys, wall_ns);
	}
	if (err != LP_OK)
		return err;
	/* Of tomorrow: the clock was set back, and says nothing of its age. */
	if (*made_ns <= wall_ns && wall_ns - *made_ns < LP_TOKEN_FILE_AGE_NS)
		return LP_OK;
	*made_ns = wall_ns;
	return lp_token_file_rotate(store, wall_ns, keys);
}
