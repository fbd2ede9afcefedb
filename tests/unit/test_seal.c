/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/mem.h"
#include "crypto/base64url.h"
#include "crypto/random.h"
#include "crypto/seal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include <string.h>

#define OVERHEAD 28 /* nonce and tag */

static uint8_t key[LP_SEAL_KEY_LEN];

static int make_key(void **state)
{
	(void)state;
	lp_random_secret(key, sizeof(key));
	return 0;
}

static void returns_what_was_sealed(void **state)
{
	uint8_t data[300];
	uint8_t back[300];
	char text[512];

	(void)state;
	lp_random_public(data, sizeof(data));
	for (size_t n = 0; n <= sizeof(data); n++) {
		size_t text_len = lp_base64url_text_len(n + OVERHEAD);
		size_t len = 999;

		assert_int_equal(lp_seal(key, "ticket", data, n, text, text_len), LP_ERR_TOO_LARGE);
		assert_int_equal(lp_seal(key, "ticket", data, n, text, text_len + 1), LP_OK);
		assert_int_equal(strlen(text), text_len);
		assert_int_equal(lp_unseal(key, "ticket", text, back, n, &len), LP_OK);
		assert_int_equal(len, n);
		assert_memory_equal(data, back, n);
		if (n > 0)
			assert_int_equal(lp_unseal(key, "ticket", text, back, n - 1, &len),
					 LP_ERR_TOO_LARGE);
	}
}

static void can_stand_in_json_and_urls(void **state)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789-_";
	char text[512];

	(void)state;
	assert_int_equal(lp_seal(key, "ticket", "", 0, text, sizeof(text)), LP_OK);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(lp_seal(key, "ticket", "0123456789", 10, text, sizeof(text)),
				 LP_OK);
		assert_int_equal(strspn(text, allowed), strlen(text));
	}
}

static void never_seals_twice_the_same(void **state)
{
	char first[128];
	char second[128];

	(void)state;
	assert_int_equal(lp_seal(key, "ticket", "peer 7", 6, first, sizeof(first)), LP_OK);
	assert_int_equal(lp_seal(key, "ticket", "peer 7", 6, second, sizeof(second)), LP_OK);
	assert_string_not_equal(first, second);
	assert_null(strstr(first, "cGVlciA3")); /* "peer 7" in base64 */
}

static void refuses_other_purpose_and_other_key(void **state)
{
	uint8_t other[LP_SEAL_KEY_LEN];
	char text[128];
	char back[16];
	size_t len;

	(void)state;
	memcpy(other, key, sizeof(other));
	other[31] ^= 1;
	assert_int_equal(lp_seal(key, "ticket", "peer 7", 6, text, sizeof(text)), LP_OK);
	assert_int_equal(lp_unseal(key, "token", text, back, sizeof(back), &len), LP_ERR_CRYPTO);
	assert_int_equal(lp_unseal(key, "", text, back, sizeof(back), &len), LP_ERR_CRYPTO);
	assert_int_equal(lp_unseal(other, "ticket", text, back, sizeof(back), &len), LP_ERR_CRYPTO);
}

/* Each character exchanged for each other one, and the text cut at each place. */
static void refuses_every_change(void **state)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				       "0123456789-_+/= .";
	char text[128];
	char changed[128];
	char back[16];
	size_t len;

	(void)state;
	assert_int_equal(lp_seal(key, "ticket", "peer 7", 6, text, sizeof(text)), LP_OK);
	for (size_t i = 0; text[i] != '\0'; i++) {
		for (const char *c = alphabet; *c != '\0'; c++) {
			memcpy(changed, text, sizeof(text));
			changed[i] = *c;
			if (*c != text[i])
				assert_int_equal(
					lp_unseal(key, "ticket", changed, back, sizeof(back), &len),
					LP_ERR_CRYPTO);
		}
		memcpy(changed, text, sizeof(text));
		changed[i] = '\0';
		assert_int_equal(lp_unseal(key, "ticket", changed, back, sizeof(back), &len),
				 LP_ERR_CRYPTO);
	}
	memcpy(changed, text, sizeof(text));
	memcpy(changed + strlen(changed), "AAAA", 5);
	assert_int_equal(lp_unseal(key, "ticket", changed, back, sizeof(back), &len),
			 LP_ERR_CRYPTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(returns_what_was_sealed),
		cmocka_unit_test(can_stand_in_json_and_urls),
		cmocka_unit_test(never_seals_twice_the_same),
		cmocka_unit_test(refuses_other_purpose_and_other_key),
		cmocka_unit_test(refuses_every_change),
	};

	return cmocka_run_group_tests(tests, make_key, NULL);
}
