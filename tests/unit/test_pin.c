/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/mem.h"
#include "crypto/pin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include <string.h>

/* SHA-256 of "abc" in the ways in which it is written. */
#define HEX	  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define UPPER	  "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"
#define BASE64	  "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0"
#define BASE64URL "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"

static void reads_hex_and_base64(void **state)
{
	static const char *const good[] = {"sha256:" HEX,	 "sha256:" UPPER,
					   "SHA256:" HEX,	 "sha256:" BASE64,
					   "sha256:" BASE64 "=", "sha256:" BASE64URL};
	struct lp_pin wanted;
	char text[LP_PIN_TEXT_LEN];

	(void)state;
	lp_sha256("abc", 3, wanted.sha256);
	assert_int_equal(sizeof("sha256:" HEX), LP_PIN_TEXT_LEN);
	for (size_t i = 0; i < LP_ARRAY_COUNT(good); i++) {
		struct lp_pin pin;

		assert_int_equal(lp_pin_parse(good[i], &pin), LP_OK);
		assert_true(lp_pin_equal(&pin, &wanted));
		assert_string_equal(lp_pin_format(&pin, text), "sha256:" HEX);
	}
}

static void refuses_all_else_and_leaves_the_pin_alone(void **state)
{
	static const char *const bad[] = {
		"",
		"sha256:",
		HEX,
		"sha1:" HEX,
		"sha256:" HEX "0",
		"sha256: " HEX,
		"sha256:ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"sha256:" BASE64 "==",
		"sha256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa1", /* a bit left over */
		"sha256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa ",
	};
	struct lp_pin zero = {{0}};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(bad); i++) {
		struct lp_pin pin = {{0}};

		assert_int_equal(lp_pin_parse(bad[i], &pin), LP_ERR_INVALID);
		assert_true(lp_pin_equal(&pin, &zero));
	}
}

/* Every prefix of a good pin is a bad one. */
static void refuses_it_cut_anywhere(void **state)
{
	char text[] = "sha256:" HEX;
	struct lp_pin pin;

	(void)state;
	for (size_t len = strlen(text) - 1; len > 0; len--) {
		text[len] = '\0';
		if (len != strlen("sha256:") + 43) /* 43 hex digits are base64 of another pin */
			assert_int_equal(lp_pin_parse(text, &pin), LP_ERR_INVALID);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_hex_and_base64),
		cmocka_unit_test(refuses_all_else_and_leaves_the_pin_alone),
		cmocka_unit_test(refuses_it_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
