/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "crypto/credential.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WALL_S 1800000000ULL /* January 2027 */
#define DAY_S  86400

static char folder[64];
static char certificate_path[96];
static char key_path[96];
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
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(certificate_path, sizeof(certificate_path), "%s/relay.pem", folder);
	snprintf(key_path, sizeof(key_path), "%s/relay.key", folder);
	lp_log_capture(keep_line, NULL);
	last_line[0] = '\0';
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	lp_log_capture(NULL, NULL);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

static void write_file(const char *path, const void *data, size_t len)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

/* A new key in pem[1024], and a credential over it. */
static struct lp_credential *make(char *pem, const char *name)
{
	struct lp_credential *credential;
	size_t len;

	assert_int_equal(lp_credential_make_key(pem, 1024, &len), LP_OK);
	assert_int_equal(len, strlen(pem));
	assert_int_equal(lp_credential_from_key(pem, len, name, &credential), LP_OK);
	return credential;
}

static gnutls_x509_crt_t parse(const struct lp_credential *credential)
{
	gnutls_x509_crt_t crt;
	gnutls_datum_t der;
	size_t len;

	der.data = (unsigned char *)(uintptr_t)lp_credential_der(credential, &len);
	der.size = (unsigned int)len;
	assert_int_equal(gnutls_x509_crt_init(&crt), 0);
	assert_int_equal(gnutls_x509_crt_import(crt, &der, GNUTLS_X509_FMT_DER), 0);
	return crt;
}

/* Writes the certificate as PEM to certificate_path. */
static void write_certificate(const struct lp_credential *credential)
{
	gnutls_x509_crt_t crt = parse(credential);
	gnutls_datum_t pem;

	assert_int_equal(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem), 0);
	write_file(certificate_path, pem.data, pem.size);
	gnutls_free(pem.data);
	gnutls_x509_crt_deinit(crt);
}

static void key_is_p256_in_pem_and_new_each_time(void **state)
{
	gnutls_x509_privkey_t key;
	gnutls_datum_t data;
	unsigned int bits;
	char first[1024];
	char second[1024];
	size_t len;

	(void)state;
	assert_int_equal(lp_credential_make_key(first, sizeof(first), &len), LP_OK);
	assert_int_equal(strncmp(first, "-----BEGIN PRIVATE KEY-----\n", 28), 0);
	data = (gnutls_datum_t){.data = (unsigned char *)first, .size = (unsigned int)len};
	assert_int_equal(gnutls_x509_privkey_init(&key), 0);
	assert_int_equal(gnutls_x509_privkey_import(key, &data, GNUTLS_X509_FMT_PEM), 0);
	assert_int_equal(gnutls_x509_privkey_get_pk_algorithm2(key, &bits), GNUTLS_PK_ECDSA);
	assert_int_equal(bits, 256);
	gnutls_x509_privkey_deinit(key);
	assert_int_equal(lp_credential_make_key(second, sizeof(second), &len), LP_OK);
	assert_string_not_equal(first, second);
	/* Some keys are a few bytes shorter than others, none by so much. */
	for (size_t cap = 0; cap < 200; cap++)
		assert_int_equal(lp_credential_make_key(second, cap, &len), LP_ERR_TOO_LARGE);
}

static void own_certificate_says_name_and_dates(void **state)
{
	char pem[1024];
	struct lp_credential *credential = make(pem, "party.example.org");
	gnutls_x509_crt_t crt = parse(credential);

	(void)state;
	assert_int_equal(gnutls_x509_crt_get_version(crt), 3);
	assert_true(gnutls_x509_crt_check_hostname(crt, "party.example.org"));
	assert_true(gnutls_x509_crt_check_hostname(crt, "PARTY.example.org"));
	assert_false(gnutls_x509_crt_check_hostname(crt, "x.party.example.org"));
	/* As RFC 5280 (4.1.2.5) writes them: UTCTime until 2049, GeneralizedTime from then on. */
	size_t len;
	const uint8_t *der = lp_credential_der(credential, &len);
	static const char dates[] = "\x17\x0d"
				    "700101000000Z"
				    "\x18\x0f"
				    "99991231235959Z";
	assert_non_null(memmem(der, len, dates, sizeof(dates) - 1));
	assert_true(gnutls_x509_crt_get_activation_time(crt) == 0);
	static const uint64_t clocks[] = {0, WALL_S, 3124224000 /* 2069 */};
	for (size_t i = 0; i < LP_ARRAY_COUNT(clocks); i++) {
		char text[LP_CREDENTIAL_TEXT_LEN];

		assert_int_equal(
			lp_credential_check_dates(credential, clocks[i] * LP_NS_PER_S, text),
			LP_CREDENTIAL_GOOD);
	}
	gnutls_x509_crt_deinit(crt);
	lp_credential_free(credential);
	lp_credential_free(NULL);
}

static void own_certificate_may_be_for_an_address_or_a_long_name(void **state)
{
	char long_name[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
			   "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.example.org";
	const char *const names[] = {"192.0.2.1", "2001:db8::1", long_name};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(names); i++) {
		char pem[1024];
		struct lp_credential *credential = make(pem, names[i]);
		gnutls_x509_crt_t crt = parse(credential);

		assert_true(gnutls_x509_crt_check_hostname(crt, names[i]));
		assert_false(gnutls_x509_crt_check_hostname(crt, "192.0.2.2"));
		gnutls_x509_crt_deinit(crt);
		lp_credential_free(credential);
	}
}

/* The pin is that of `openssl pkey -pubin -outform der | sha256sum`. */
static void pin_is_the_digest_of_the_public_key(void **state)
{
	char pem[1024];
	struct lp_credential *credential = make(pem, "party.example.org");
	struct lp_credential *again;
	gnutls_x509_crt_t crt = parse(credential);
	struct lp_pin pin = lp_credential_pin(credential);
	struct lp_pin wanted;
	gnutls_pubkey_t pubkey;
	gnutls_datum_t spki;

	(void)state;
	assert_int_equal(gnutls_pubkey_init(&pubkey), 0);
	assert_int_equal(gnutls_pubkey_import_x509(pubkey, crt, 0), 0);
	assert_int_equal(gnutls_pubkey_export2(pubkey, GNUTLS_X509_FMT_DER, &spki), 0);
	lp_sha256(spki.data, spki.size, wanted.sha256);
	assert_true(lp_pin_equal(&pin, &wanted));
	gnutls_free(spki.data);
	gnutls_pubkey_deinit(pubkey);
	gnutls_x509_crt_deinit(crt);

	assert_int_equal(lp_credential_from_key(pem, strlen(pem), "other.example.org", &again),
			 LP_OK);
	pin = lp_credential_pin(again);
	assert_true(lp_pin_equal(&pin, &wanted));
	lp_credential_free(again);
	lp_credential_free(credential);
	printf("shows R40\n");
}

static void reads_certificate_and_key_from_files(void **state)
{
	char pem[1024];
	struct lp_credential *credential = make(pem, "party.example.org");
	struct lp_credential *loaded;
	struct lp_pin pin = lp_credential_pin(credential);
	struct lp_pin loaded_pin;
	const uint8_t *der;
	const uint8_t *loaded_der;
	size_t len;
	size_t loaded_len;

	(void)state;
	write_certificate(credential);
	write_file(key_path, pem, strlen(pem));
	assert_int_equal(lp_credential_from_files(certificate_path, key_path, &loaded), LP_OK);
	loaded_pin = lp_credential_pin(loaded);
	assert_true(lp_pin_equal(&pin, &loaded_pin));
	der = lp_credential_der(credential, &len);
	loaded_der = lp_credential_der(loaded, &loaded_len);
	assert_int_equal(len, loaded_len);
	assert_memory_equal(der, loaded_der, len);
	assert_non_null(lp_credential_handle(loaded));
	lp_credential_free(loaded);
	lp_credential_free(credential);
	printf("shows R41\n");
}

static enum lp_credential_dates dates_at(const struct lp_credential *credential, uint64_t wall_s)
{
	char text[LP_CREDENTIAL_TEXT_LEN];
	enum lp_credential_dates dates =
		lp_credential_check_dates(credential, wall_s * LP_NS_PER_S, text);

	assert_true((dates == LP_CREDENTIAL_GOOD) == (text[0] == '\0'));
	snprintf(last_line, sizeof(last_line), "%s", text);
	return dates;
}

/* A certificate of so many days over the key; issuer NULL = its own. */
static gnutls_x509_crt_t sign(gnutls_x509_privkey_t key, const char *name, unsigned int days,
			      gnutls_x509_crt_t issuer)
{
	gnutls_x509_crt_t crt;
	unsigned char serial = issuer ? 2 : 1;

	assert_int_equal(gnutls_x509_crt_init(&crt), 0);
	assert_int_equal(gnutls_x509_crt_set_version(crt, 3), 0);
	assert_int_equal(gnutls_x509_crt_set_serial(crt, &serial, 1), 0);
	assert_int_equal(gnutls_x509_crt_set_activation_time(crt, (time_t)WALL_S), 0);
	assert_int_equal(gnutls_x509_crt_set_expiration_time(crt, (time_t)(WALL_S + days * DAY_S)),
			 0);
	assert_int_equal(gnutls_x509_crt_set_key(crt, key), 0);
	assert_int_equal(gnutls_x509_crt_set_dn(crt, name, NULL), 0);
	bool is_ed = gnutls_x509_privkey_get_pk_algorithm(key) == GNUTLS_PK_EDDSA_ED25519;
	gnutls_digest_algorithm_t digest = is_ed ? GNUTLS_DIG_SHA512 : GNUTLS_DIG_SHA256;
	assert_int_equal(gnutls_x509_crt_sign2(crt, issuer ? issuer : crt, key, digest, 0), 0);
	return crt;
}

/* Writes a certificate of so many days, and that of its issuer behind it. */
static void write_chain(const char *key_pem, unsigned int days, unsigned int issuer_days)
{
	gnutls_datum_t key_data = {(unsigned char *)(uintptr_t)key_pem,
				   (unsigned int)strlen(key_pem)};
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t chain[2];
	char text[8192];
	size_t len = 0;

	assert_int_equal(gnutls_x509_privkey_init(&key), 0);
	assert_int_equal(gnutls_x509_privkey_import(key, &key_data, GNUTLS_X509_FMT_PEM), 0);
	chain[1] = sign(key, "CN=issuer", issuer_days, NULL);
	chain[0] = sign(key, "CN=relay", days, chain[1]);
	for (int i = 0; i < 2; i++) {
		gnutls_datum_t pem;

		assert_int_equal(gnutls_x509_crt_export2(chain[i], GNUTLS_X509_FMT_PEM, &pem), 0);
		memcpy(text + len, pem.data, pem.size);
		len += pem.size;
		gnutls_free(pem.data);
		gnutls_x509_crt_deinit(chain[i]);
	}
	gnutls_x509_privkey_deinit(key);
	write_file(certificate_path, text, len);
	write_file(key_path, key_pem, strlen(key_pem));
}

static void dates_are_told(void **state)
{
	char pem[1024];
	struct lp_credential *credential;
	uint64_t end_s = WALL_S + 3650ULL * DAY_S;
	size_t len;

	(void)state;
	assert_int_equal(lp_credential_make_key(pem, sizeof(pem), &len), LP_OK);
	write_file(key_path, pem, len);
	write_chain(pem, 3650, 4000);
	assert_int_equal(lp_credential_from_files(certificate_path, key_path, &credential), LP_OK);
	assert_int_equal(dates_at(credential, WALL_S), LP_CREDENTIAL_GOOD);
	assert_int_equal(dates_at(credential, end_s - 14 * DAY_S), LP_CREDENTIAL_GOOD);
	assert_int_equal(dates_at(credential, end_s - 14 * DAY_S + 1), LP_CREDENTIAL_ENDING);
	assert_non_null(strstr(last_line, "expires in 13 days"));
	assert_int_equal(dates_at(credential, end_s - 7200), LP_CREDENTIAL_ENDING);
	assert_non_null(strstr(last_line, "expires in 2 hours"));
	assert_int_equal(dates_at(credential, end_s), LP_CREDENTIAL_ENDING);
	assert_int_equal(dates_at(credential, end_s + 3 * DAY_S), LP_CREDENTIAL_BAD);
	assert_non_null(strstr(last_line, "expired 3 days ago"));
	assert_int_equal(dates_at(credential, WALL_S - 2 * DAY_S), LP_CREDENTIAL_BAD);
	assert_non_null(strstr(last_line, "is not valid for another 2 days"));
	lp_credential_free(credential);
}

static void dates_of_files_are_told(void **state)
{
	static const struct {
		unsigned int days, issuer_days, at_days;
		enum lp_credential_dates dates;
	} cases[] = {
		{90, 900, 75, LP_CREDENTIAL_GOOD}, {90, 900, 77, LP_CREDENTIAL_ENDING},
		{90, 900, 91, LP_CREDENTIAL_BAD},  {8, 900, 5, LP_CREDENTIAL_GOOD},
		{8, 900, 7, LP_CREDENTIAL_ENDING}, {900, 90, 77, LP_CREDENTIAL_ENDING},
		{900, 90, 91, LP_CREDENTIAL_BAD},
	};
	char pem[1024];
	size_t len;

	(void)state;
	assert_int_equal(lp_credential_make_key(pem, sizeof(pem), &len), LP_OK);
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		struct lp_credential *credential;

		write_chain(pem, cases[i].days, cases[i].issuer_days);
		assert_int_equal(lp_credential_from_files(certificate_path, key_path, &credential),
				 LP_OK);
		assert_int_equal(dates_at(credential, WALL_S + cases[i].at_days * DAY_S),
				 cases[i].dates);
		lp_credential_free(credential);
	}
}

static void refuses_a_weak_key(void **state)
{
	static const struct {
		gnutls_pk_algorithm_t algorithm;
		unsigned int bits;
		const char *why; /* NULL: it is strong enough */
	} cases[] = {
		{GNUTLS_PK_RSA, 512, "(RSA, 512 bits)"},
		{GNUTLS_PK_RSA, 1024, "(RSA, 1024 bits)"},
		{GNUTLS_PK_RSA, 2047, "(RSA, 2047 bits)"},
		{GNUTLS_PK_RSA, 2048, NULL},
		{GNUTLS_PK_DSA, 2048, "(DSA, 2048 bits)"},
		{GNUTLS_PK_ECDSA, 224, "(EC/ECDSA, 224 bits)"},
		{GNUTLS_PK_ECDSA, 256, NULL},
		{GNUTLS_PK_EDDSA_ED25519, 256, NULL},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		struct lp_credential *credential = NULL;
		bool is_strong = cases[i].why == NULL;
		gnutls_x509_privkey_t key;
		char pem[4096];
		size_t len = sizeof(pem);

		assert_int_equal(gnutls_x509_privkey_init(&key), 0);
		assert_int_equal(
			gnutls_x509_privkey_generate(key, cases[i].algorithm, cases[i].bits, 0), 0);
		assert_int_equal(gnutls_x509_privkey_export_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL,
								  GNUTLS_PKCS_PLAIN, pem, &len),
				 0);
		gnutls_x509_privkey_deinit(key);
		write_chain(pem, 90, 90);
		assert_int_equal(lp_credential_from_files(certificate_path, key_path, &credential),
				 is_strong ? LP_OK : LP_ERR_CRYPTO);
		if (!is_strong)
			assert_non_null(strstr(last_line, cases[i].why));
		lp_credential_free(credential);
	}
}

static void says_which_file_is_wrong(void **state)
{
	char pem[1024];
	char other_pem[1024];
	struct lp_credential *credential = make(pem, "party.example.org");
	struct lp_credential *out;
	size_t len;

	(void)state;
	assert_int_equal(lp_credential_from_files(certificate_path, key_path, &out),
			 LP_ERR_NOT_FOUND);
	assert_non_null(strstr(last_line, key_path));
	assert_non_null(strstr(last_line, "No such file"));
	assert_non_null(strstr(last_line, "set relay.key to one"));

	write_file(key_path, pem, strlen(pem));
	assert_int_equal(lp_credential_from_files(certificate_path, key_path, &out),
			 LP_ERR_NOT_FOUND);
	assert_non_null(strstr(last_line, certificate_path));

	write_file(certificate_path, "nonsense", 8);
	assert_int_equal(lp_credential_from_files(certificate_path, key_path, &out), LP_ERR_CRYPTO);
	assert_non_null(strstr(last_line, certificate_path));

	write_certificate(credential);
	write_file(key_path, "nonsense", 8);
	assert_int_equal(lp_credential_from_files(certificate_path, key_path, &out), LP_ERR_CRYPTO);
	assert_non_null(strstr(last_line, key_path));
	assert_non_null(strstr(last_line, "set relay.key to a file that does"));

	assert_int_equal(lp_credential_make_key(other_pem, sizeof(other_pem), &len), LP_OK);
	write_file(key_path, other_pem, len);
	assert_int_equal(lp_credential_from_files(certificate_path, key_path, &out), LP_ERR_CRYPTO);
	assert_non_null(strstr(last_line, "do not belong together"));
	lp_credential_free(credential);
}

static void refuses_a_broken_key(void **state)
{
	struct lp_credential *out;
	char pem[1024];
	size_t len;

	(void)state;
	assert_int_equal(lp_credential_make_key(pem, sizeof(pem), &len), LP_OK);
	for (size_t cut = 0; cut < len - 26; cut += 7)
		assert_int_equal(lp_credential_from_key(pem, cut, "relay", &out), LP_ERR_CRYPTO);
	assert_non_null(strstr(last_line, "relay-key.pem in state_dir"));
	assert_non_null(strstr(last_line, "or remove it for a new one"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(key_is_p256_in_pem_and_new_each_time),
		TEST(own_certificate_says_name_and_dates),
		TEST(own_certificate_may_be_for_an_address_or_a_long_name),
		TEST(pin_is_the_digest_of_the_public_key),
		TEST(reads_certificate_and_key_from_files),
		TEST(dates_are_told),
		TEST(dates_of_files_are_told),
		TEST(refuses_a_weak_key),
		TEST(says_which_file_is_wrong),
		TEST(refuses_a_broken_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
