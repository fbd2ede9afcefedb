/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/mem.h"
#include "crypto/base64url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include <string.h>

/* RFC 4648, section 10, in its URL-safe form without padding. */
static const struct {
	const char *data;
	const char *text;
} cases[] = {
	{"", ""},	    {"f", "Zg"},	  {"fo", "Zm8"},	  {"foo", "Zm9v"},
	{"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff", "-_8"},
};

static void encodes_the_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		size_t len = strlen(cases[i].data);
		char text[16];

		assert_int_equal(lp_base64url_text_len(len), strlen(cases[i].text));
		assert_int_equal(lp_base64url_encode((const uint8_t *)cases[i].data, len, text,
						     strlen(cases[i].text) + 1),
				 LP_OK);
		assert_string_equal(text, cases[i].text);
		assert_int_equal(lp_base64url_encode((const uint8_t *)cases[i].data, len, text,
						     strlen(cases[i].text)),
				 LP_ERR_TOO_LARGE);
	}
}

static void decodes_the_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		size_t wanted = strlen(cases[i].data);
		uint8_t data[16];
		size_t len = 99;

		assert_int_equal(lp_base64url_decode(cases[i].text, strlen(cases[i].text), data,
						     wanted, &len),
				 LP_OK);
		assert_int_equal(len, wanted);
		assert_memory_equal(data, cases[i].data, wanted);
		if (wanted > 0)
			assert_int_equal(lp_base64url_decode(cases[i].text, strlen(cases[i].text),
							     data, wanted - 1, &len),
					 LP_ERR_TOO_LARGE);
	}
}

static void refuses_what_it_would_not_write(void **state)
{
	static const char *const bad[] = {"Z",	   "Zg==", "Zh",    "Zm9",	 "Zm9v Zg",
					  "Zm9vY", "+/8A", "Zm9\n", "Zm\xc3\xbc"};
	uint8_t data[16];
	size_t len;

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(bad); i++)
		assert_int_equal(
			lp_base64url_decode(bad[i], strlen(bad[i]), data, sizeof(data), &len),
			LP_ERR_INVALID);
}

static void returns_every_byte(void **state)
{
	uint8_t data[256];
	uint8_t back[256];
	char text[400];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)i;
	for (size_t n = 0; n <= sizeof(data); n++) {
		assert_int_equal(lp_base64url_encode(data, n, text, sizeof(text)), LP_OK);
		assert_int_equal(lp_base64url_decode(text, strlen(text), back, n, &len), LP_OK);
		assert_int_equal(len, n);
		assert_memory_equal(data, back, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodes_the_vectors),
		cmocka_unit_test(decodes_the_vectors),
		cmocka_unit_test(refuses_what_it_would_not_write),
		cmocka_unit_test(returns_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
