/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/mem.h"
#include "crypto/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static void assert_hex(const uint8_t *data, size_t len, const char *hex)
{
	char text[2 * 256 + 1];

	assert_true(len <= 256);
	for (size_t i = 0; i < len; i++)
		snprintf(text + 2 * i, 3, "%02x", data[i]);
	assert_string_equal(text, hex);
}

/* FIPS 180-4 examples. */
static void sha256_gives_the_standard_vectors(void **state)
{
	static const struct {
		const char *text;
		const char *hex;
	} cases[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		uint8_t out[LP_SHA256_LEN];

		lp_sha256(cases[i].text, strlen(cases[i].text), out);
		assert_hex(out, sizeof(out), cases[i].hex);
	}
}

/* RFC 5869, A.3: no salt, no info; that is our scheme with an empty label. */
static void hkdf_gives_the_vector_of_the_rfc(void **state)
{
	uint8_t secret[22];
	uint8_t out[42];

	(void)state;
	memset(secret, 0x0b, sizeof(secret));
	lp_hkdf_sha256(secret, sizeof(secret), "", out, sizeof(out));
	assert_hex(out, sizeof(out),
		   "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
		   "9d201395faa4b61a96c8");
}

static void hkdf_separates_labels_and_secrets(void **state)
{
	uint8_t tokens[32];
	uint8_t tickets[32];
	uint8_t other[32];

	(void)state;
	lp_hkdf_sha256("secret", 6, "token", tokens, sizeof(tokens));
	lp_hkdf_sha256("secret", 6, "ticket", tickets, sizeof(tickets));
	lp_hkdf_sha256("secreT", 6, "token", other, sizeof(other));
	assert_memory_not_equal(tokens, tickets, sizeof(tokens));
	assert_memory_not_equal(tokens, other, sizeof(tokens));
}

/* RFC 5869, section 2.3: a longer output begins with the shorter one, up to 255 blocks. */
static void hkdf_fills_any_length(void **state)
{
	static uint8_t longest[255 * LP_SHA256_LEN];
	uint8_t some[100];

	(void)state;
	lp_hkdf_sha256("secret", 6, "token", longest, sizeof(longest));
	for (size_t len = 1; len <= sizeof(some); len++) {
		memset(some, 0, sizeof(some));
		lp_hkdf_sha256("secret", 6, "token", some, len);
		assert_memory_equal(some, longest, len);
		for (size_t i = len; i < sizeof(some); i++)
			assert_int_equal(some[i], 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_gives_the_standard_vectors),
		cmocka_unit_test(hkdf_gives_the_vector_of_the_rfc),
		cmocka_unit_test(hkdf_separates_labels_and_secrets),
		cmocka_unit_test(hkdf_fills_any_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
