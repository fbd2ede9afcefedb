/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/log.h"
#include "base/mem.h"
#include "handshake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "party.example.org"

static char folder[64];
static char last_line[512];

static void keep_line(void *user, enum lp_log_level level, const char *line)
{
	(void)user;
	(void)level;
	snprintf(last_line, sizeof(last_line), "%s", line);
}

static int set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/lanparty-test.XXXXXX");
	lp_log_capture(keep_line, NULL);
	last_line[0] = '\0';
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	lp_log_capture(NULL, NULL);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

static const char *path_to(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void write_file(const char *name, const void *data, size_t len, const char *mode)
{
	FILE *file = fopen(path_to(name), mode);

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static struct lp_credential *make_over(const char *pem, const char *name)
{
	struct lp_credential *credential;

	assert_int_equal(lp_credential_from_key(pem, strlen(pem), name, &credential), LP_OK);
	return credential;
}

static struct lp_credential *make(const char *name)
{
	char pem[1024];
	size_t len;

	assert_int_equal(lp_credential_make_key(pem, sizeof(pem), &len), LP_OK);
	return make_over(pem, name);
}

static void write_der(const struct lp_credential *credential, const char *name)
{
	size_t len;
	const uint8_t *der = lp_credential_der(credential, &len);

	write_file(name, der, len, "wb");
}

static void write_crt(gnutls_x509_crt_t crt, const char *name, const char *mode)
{
	gnutls_datum_t pem;

	assert_int_equal(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem), 0);
	write_file(name, pem.data, pem.size, mode);
	gnutls_free(pem.data);
}

static void write_pem(const struct lp_credential *credential, const char *name)
{
	gnutls_datum_t der;
	gnutls_x509_crt_t crt;
	size_t len;

	der.data = (unsigned char *)(uintptr_t)lp_credential_der(credential, &len);
	der.size = (unsigned int)len;
	assert_int_equal(gnutls_x509_crt_init(&crt), 0);
	assert_int_equal(gnutls_x509_crt_import(crt, &der, GNUTLS_X509_FMT_DER), 0);
	write_crt(crt, name, "wb");
	gnutls_x509_crt_deinit(crt);
}

/*
 * A relay with a certificate of an intermediate CA of a root: root.pem is what the client gets.
 * `days` is for how long the relay's own is valid, `ca_days` for how long the root.
 */
static struct lp_credential *make_issued(const char *name, const char *purpose, int64_t days,
					 int64_t ca_days)
{
	struct issued root = issue(NULL, "root", NULL, ca_days);
	struct issued middle = issue(&root, "middle", NULL, 1000);
	struct issued leaf = issue(&middle, name, purpose, days);
	struct lp_credential *credential;
	gnutls_datum_t pem;
	char chain_path[128];

	write_crt(root.crt, "root.pem", "wb");
	write_crt(leaf.crt, "chain.pem", "wb");
	write_crt(middle.crt, "chain.pem", "ab");
	assert_int_equal(gnutls_x509_privkey_export2(leaf.key, GNUTLS_X509_FMT_PEM, &pem), 0);
	write_file("key.pem", pem.data, pem.size, "wb");
	gnutls_free(pem.data);
	snprintf(chain_path, sizeof(chain_path), "%s", path_to("chain.pem"));
	assert_int_equal(lp_credential_from_files(chain_path, path_to("key.pem"), &credential),
			 LP_OK);
	drop(&leaf);
	drop(&middle);
	drop(&root);
	return credential;
}

static struct lp_trust *trust_pin(const struct lp_credential *credential)
{
	struct lp_pin pin = lp_credential_pin(credential);
	struct lp_trust *trust;
	char text[LP_PIN_TEXT_LEN];

	assert_int_equal(lp_trust_new(lp_pin_format(&pin, text), NULL, &trust), LP_OK);
	return trust;
}

static struct lp_trust *trust_file(const char *name)
{
	struct lp_trust *trust;

	assert_int_equal(lp_trust_new(NULL, path_to(name), &trust), LP_OK);
	return trust;
}

/* The reason is there, and the pin that was seen too. */
static void assert_why(const struct check *check, const struct lp_credential *seen,
		       const char *reason)
{
	struct lp_pin pin = lp_credential_pin(seen);
	char text[LP_PIN_TEXT_LEN];

	assert_non_null(strstr(check->why, reason));
	assert_non_null(strstr(check->why, lp_pin_format(&pin, text)));
	assert_null(strchr(check->why, '\n'));
}

static void pin_accepts_its_key_only(void **state)
{
	struct lp_credential *relay = make(NAME);
	struct lp_credential *other = make(NAME);
	struct lp_trust *trust = trust_pin(relay);
	struct check check = {.trust = trust, .server_name = NAME, .wall_ns = WALL_NS};
	struct lp_pin pin = lp_credential_pin(relay);
	char text[LP_PIN_TEXT_LEN];

	(void)state;
	assert_true(meet(&check, relay));
	assert_false(meet(&check, other));
	assert_why(&check, other, "the relay's key is sha256:");
	assert_non_null(strstr(check.why, lp_pin_format(&pin, text)));
	lp_trust_free(trust);
	lp_credential_free(relay);
	lp_credential_free(other);
	printf("shows K1 G23\n");
}

static void pin_does_not_look_at_name_or_dates(void **state)
{
	struct lp_credential *relay = make(NAME);
	struct lp_trust *trust = trust_pin(relay);
	struct check check = {.trust = trust};

	(void)state;
	check.wall_ns = WALL_NS + 30 * YEAR_NS;
	assert_true(meet(&check, relay));
	check.wall_ns = 0;
	check.server_name = "other.example.org";
	assert_true(meet(&check, relay));
	lp_trust_free(trust);
	lp_credential_free(relay);
}

static void ca_file_may_be_the_relays_own_certificate(void **state)
{
	struct lp_credential *relay = make(NAME);
	struct lp_credential *other = make(NAME);
	static const char *const files[] = {"relay.pem", "relay.der"};

	(void)state;
	write_pem(relay, "relay.pem");
	write_der(relay, "relay.der");
	for (size_t i = 0; i < LP_ARRAY_COUNT(files); i++) {
		struct lp_trust *trust = trust_file(files[i]);
		struct check check = {.trust = trust, .server_name = NAME, .wall_ns = WALL_NS};

		assert_true(meet(&check, relay));
		check.server_name = NAME "."; /* the same name, written fully qualified */
		assert_true(meet(&check, relay));
		check.server_name = NULL;
		assert_true(meet(&check, relay));
		assert_false(meet(&check, other));
		assert_why(&check, other, "signed by nobody whom we trust");
		lp_trust_free(trust);
	}
	lp_credential_free(relay);
	lp_credential_free(other);
	printf("shows R40\n");
}

/* The relay makes another certificate over its key at each start; the file that it gave out holds.
 */
static void ca_file_of_an_earlier_start_still_holds(void **state)
{
	struct lp_credential *before;
	struct lp_credential *after;
	struct lp_trust *trust;
	struct check check = {.server_name = NAME, .wall_ns = WALL_NS + YEAR_NS};
	char pem[1024];
	size_t len;

	(void)state;
	assert_int_equal(lp_credential_make_key(pem, sizeof(pem), &len), LP_OK);
	before = make_over(pem, NAME);
	after = make_over(pem, NAME);
	write_der(before, "relay.der");
	trust = trust_file("relay.der");
	check.trust = trust;
	assert_true(meet(&check, after));
	lp_trust_free(trust);
	lp_credential_free(before);
	lp_credential_free(after);
}

static void ca_file_checks_the_name(void **state)
{
	struct lp_credential *relay = make(NAME);
	struct lp_credential *address = make("192.0.2.1");
	struct lp_trust *trust;
	struct check check = {.wall_ns = WALL_NS};

	(void)state;
	write_pem(relay, "relay.pem");
	trust = trust_file("relay.pem");
	check.trust = trust;
	check.server_name = "other.example.org";
	assert_false(meet(&check, relay));
	assert_why(&check, relay, "is not for \"other.example.org\"; set server_name");
	check.server_name = "192.0.2.1";
	assert_false(meet(&check, relay));
	check.server_name = "";
	assert_false(meet(&check, relay));
	lp_trust_free(trust);

	write_pem(address, "relay.pem");
	trust = trust_file("relay.pem");
	check.trust = trust;
	check.server_name = "192.0.2.1";
	assert_true(meet(&check, address));
	check.server_name = "192.0.2.2";
	assert_false(meet(&check, address));
	lp_trust_free(trust);
	lp_credential_free(relay);
	lp_credential_free(address);
}

/* Whatever the clocks of relay and player say, at this start or an earlier one. */
static void own_certificate_holds_at_any_time(void **state)
{
	struct lp_credential *relay = make(NAME);
	struct lp_trust *trust;
	struct check check = {.server_name = NAME};
	static const uint64_t years[] = {0, 1, 30, 56, 99, 130};

	(void)state;
	write_pem(relay, "relay.pem");
	trust = trust_file("relay.pem");
	check.trust = trust;
	for (size_t i = 0; i < LP_ARRAY_COUNT(years); i++) {
		check.wall_ns = years[i] * YEAR_NS;
		assert_true(meet(&check, relay));
	}
	lp_trust_free(trust);
	lp_credential_free(relay);
}

static void ca_vouches_through_a_chain(void **state)
{
	struct lp_credential *relay = make_issued(NAME, GNUTLS_KP_TLS_WWW_SERVER, 90, 1000);
	struct lp_trust *trust = trust_file("root.pem");
	struct check check = {.trust = trust, .server_name = NAME, .wall_ns = WALL_NS};

	(void)state;
	assert_true(meet(&check, relay));
	check.wall_ns = WALL_NS + 91 * DAY_NS;
	assert_false(meet(&check, relay));
	assert_why(&check, relay, "has expired");
	check.wall_ns = WALL_NS;
	check.server_name = "root";
	assert_false(meet(&check, relay));
	lp_trust_free(trust);
	lp_credential_free(relay);
	printf("shows R41\n");
}

static void ca_of_somebody_else_does_not_vouch(void **state)
{
	struct lp_credential *relay = make_issued(NAME, GNUTLS_KP_TLS_WWW_SERVER, 90, 1000);
	struct lp_credential *fake = make_issued(NAME, GNUTLS_KP_TLS_WWW_SERVER, 90, 1000);
	struct lp_trust *trust = trust_file("root.pem"); /* the second root, of the same name */
	struct check check = {.trust = trust, .server_name = NAME, .wall_ns = WALL_NS};

	(void)state;
	assert_true(meet(&check, fake));
	assert_false(meet(&check, relay));
	lp_trust_free(trust);
	lp_credential_free(relay);
	lp_credential_free(fake);
}

static void ca_that_has_expired_does_not_vouch(void **state)
{
	struct lp_credential *relay = make_issued(NAME, GNUTLS_KP_TLS_WWW_SERVER, 90, 10);
	struct lp_trust *trust = trust_file("root.pem");
	struct check check = {.trust = trust, .server_name = NAME, .wall_ns = WALL_NS};

	(void)state;
	assert_true(meet(&check, relay));
	check.wall_ns = WALL_NS + 20 * DAY_NS;
	assert_false(meet(&check, relay));
	assert_why(&check, relay, "has expired");
	lp_trust_free(trust);
	lp_credential_free(relay);
}

static void certificate_for_something_else_is_refused(void **state)
{
	struct lp_credential *relay = make_issued(NAME, GNUTLS_KP_EMAIL_PROTECTION, 90, 1000);
	struct lp_trust *trust = trust_file("root.pem");
	struct check check = {.trust = trust, .server_name = NAME, .wall_ns = WALL_NS};

	(void)state;
	assert_false(meet(&check, relay));
	assert_why(&check, relay, "is not for servers");
	lp_trust_free(trust);
	lp_credential_free(relay);
}

static void system_refuses_whom_it_does_not_know(void **state)
{
	struct lp_credential *relay = make(NAME);
	struct lp_trust *trust;
	struct check check = {.server_name = NAME, .wall_ns = WALL_NS};

	(void)state;
	if (lp_trust_new(NULL, NULL, &trust) != LP_OK) {
		/* A machine without CAs: then there is no trust, and a sentence that says so. */
		assert_non_null(strstr(last_line, "no CA certificates"));
		lp_credential_free(relay);
		skip();
	}
	check.trust = trust;
	assert_false(meet(&check, relay));
	assert_why(&check, relay, "signed by nobody whom we trust");
	check.server_name = NULL; /* any site of the world would do: never */
	assert_false(meet(&check, relay));
	assert_why(&check, relay, "set server_name");
	lp_trust_free(trust);
	lp_credential_free(relay);
}

/* A session that was set up with another handle is not judged by this trust. */
static void session_with_another_handle_is_refused(void **state)
{
	struct lp_credential *relay = make(NAME);
	struct lp_trust *trust = trust_pin(relay);
	struct lp_trust *other = trust_pin(relay);
	struct check check = {.trust = trust, .server_name = NAME, .wall_ns = WALL_NS};

	(void)state;
	assert_true(meet(&check, relay));
	assert_false(meet_with(&check, relay, lp_trust_handle(other)));
	lp_trust_free(trust);
	lp_trust_free(other);
	lp_credential_free(relay);
}

static void session_without_a_certificate_is_refused(void **state)
{
	struct lp_credential *relay = make(NAME);
	struct lp_trust *trust = trust_pin(relay);
	char why[LP_TRUST_WHY_LEN];
	struct pipe *nowhere = lp_alloc(sizeof(*nowhere));
	struct end end;

	(void)state;
	open_end(&end, GNUTLS_CLIENT, lp_trust_handle(trust), nowhere, nowhere);
	assert_int_equal(lp_trust_check(trust, end.session, NAME, WALL_NS, why, sizeof(why)),
			 LP_ERR_TRUST);
	assert_non_null(strstr(why, "no certificate"));
	gnutls_deinit(end.session);
	free(nowhere);
	lp_trust_free(trust);
	lp_credential_free(relay);
}

static void nothing_usable_gives_no_trust(void **state)
{
	struct lp_trust *trust = NULL;
	char pin[LP_PIN_TEXT_LEN];
	struct lp_pin zero = {{0}};

	(void)state;
	assert_int_equal(lp_trust_new("", NULL, &trust), LP_ERR_INVALID);
	assert_int_equal(lp_trust_new("sha256:", NULL, &trust), LP_ERR_INVALID);
	assert_non_null(strstr(last_line, "is not a pin"));
	assert_int_equal(lp_trust_new(NULL, path_to("missing"), &trust), LP_ERR_NOT_FOUND);
	assert_non_null(strstr(last_line, "missing"));
	assert_int_not_equal(lp_trust_new(NULL, "", &trust), LP_OK);
	write_file("empty", "", 0, "wb");
	assert_int_equal(lp_trust_new(NULL, path_to("empty"), &trust), LP_ERR_CRYPTO);
	write_file("text", "hello", 5, "wb");
	assert_int_equal(lp_trust_new(NULL, path_to("text"), &trust), LP_ERR_CRYPTO);
	assert_non_null(strstr(last_line, "holds no certificate"));
	lp_pin_format(&zero, pin);
	assert_int_equal(lp_trust_new(pin, path_to("text"), &trust), LP_ERR_INVALID);
	assert_null(trust);
	lp_trust_free(NULL);
}

/* A buffer that is too small cuts the sentence and nothing else. */
static void reason_may_be_cut(void **state)
{
	struct lp_credential *relay = make(NAME);
	struct lp_trust *trust = trust_pin(relay);
	struct pipe *nowhere = lp_alloc(sizeof(*nowhere));
	char why[8];
	struct end end;

	(void)state;
	open_end(&end, GNUTLS_CLIENT, lp_trust_handle(trust), nowhere, nowhere);
	assert_int_equal(lp_trust_check(trust, end.session, NAME, WALL_NS, why, sizeof(why)),
			 LP_ERR_TRUST);
	assert_string_equal(why, "the rel");
	gnutls_deinit(end.session);
	free(nowhere);
	lp_trust_free(trust);
	lp_credential_free(relay);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pin_accepts_its_key_only),
		TEST(pin_does_not_look_at_name_or_dates),
		TEST(ca_file_may_be_the_relays_own_certificate),
		TEST(ca_file_of_an_earlier_start_still_holds),
		TEST(ca_file_checks_the_name),
		TEST(own_certificate_holds_at_any_time),
		TEST(ca_vouches_through_a_chain),
		TEST(ca_of_somebody_else_does_not_vouch),
		TEST(ca_that_has_expired_does_not_vouch),
		TEST(certificate_for_something_else_is_refused),
		TEST(system_refuses_whom_it_does_not_know),
		TEST(session_with_another_handle_is_refused),
		TEST(session_without_a_certificate_is_refused),
		TEST(nothing_usable_gives_no_trust),
		TEST(reason_may_be_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
