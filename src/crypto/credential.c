/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "crypto/credential.h"

#include "base/addr.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "crypto/random.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY_S 86400
/* 9999-12-31 23:59:59; a time_t of 32 bits ends before. */
#define NO_END_S                                                                                   \
	((time_t)(sizeof(time_t) > 4 ? 253402300799 : GNUTLS_X509_NO_WELL_DEFINED_EXPIRATION))
#define SERIAL_LEN  16
#define KEY_ID_LEN  20
#define CN_MAX	    64 /* RFC 5280, ub-common-name */
#define CHAIN_MAX   16
#define CN_FALLBACK "lanparty relay"
#define ENDING_S    ((time_t)14 * DAY_S)

struct lp_credential {
	atomic_uint ref_count;
	gnutls_certificate_credentials_t handle;
	gnutls_datum_t der; /* GnuTLS's memory */
	struct lp_pin pin;
	time_t from; /* the time in which all of the chain is valid */
	time_t until;
};

/* Returns *pem, to be freed with gnutls_free. */
static int generate_key(gnutls_datum_t *pem)
{
	unsigned int bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
	gnutls_x509_privkey_t key;
	int rv = gnutls_x509_privkey_init(&key);

	if (rv < 0)
		return rv;
	rv = gnutls_x509_privkey_generate2(key, GNUTLS_PK_ECDSA, bits, 0, NULL, 0);
	if (rv == 0)
		rv = gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL,
						       GNUTLS_PKCS_PLAIN, pem);
	gnutls_x509_privkey_deinit(key);
	return rv;
}

enum lp_err lp_credential_make_key(char *pem, size_t cap, size_t *len)
{
	gnutls_datum_t made;
	enum lp_err err = LP_ERR_TOO_LARGE;
	int rv = generate_key(&made);

	if (rv < 0) {
		lp_error("crypto", "cannot make a key: %s", gnutls_strerror(rv));
		return LP_ERR_CRYPTO;
	}
	if (made.size < cap) {
		memcpy(pem, made.data, made.size);
		pem[made.size] = '\0';
		*len = made.size;
		err = LP_OK;
	}
	lp_wipe(made.data, made.size);
	gnutls_free(made.data);
	return err;
}

static void read_dates(struct lp_credential *credential, gnutls_x509_crt_t *chain,
		       unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		time_t from = gnutls_x509_crt_get_activation_time(chain[i]);
		time_t until = gnutls_x509_crt_get_expiration_time(chain[i]);

		if (i == 0 || from > credential->from)
			credential->from = from;
		if (i == 0 || until < credential->until)
			credential->until = until;
	}
}

/* Copies what the getters give from the leaf, and gives chain and key to GnuTLS. */
static int fill(struct lp_credential *credential, gnutls_x509_crt_t *chain, unsigned int count,
		gnutls_x509_privkey_t key)
{
	size_t pin_len = sizeof(credential->pin.sha256);
	int rv = gnutls_certificate_allocate_credentials(&credential->handle);

	if (rv == 0)
		rv = gnutls_certificate_set_x509_key(credential->handle, chain, (int)count, key);
	if (rv >= 0)
		rv = gnutls_x509_crt_export2(chain[0], GNUTLS_X509_FMT_DER, &credential->der);
	if (rv >= 0)
		rv = gnutls_x509_crt_get_key_id(chain[0], GNUTLS_KEYID_USE_SHA256,
						credential->pin.sha256, &pin_len);
	if (rv >= 0)
		read_dates(credential, chain, count);
	return rv;
}

/* Bits that a key must have; RFC 8446 (4.2.3) has no curve that is smaller. */
static unsigned int least_bits(int algorithm)
{
	switch (algorithm) {
	case GNUTLS_PK_RSA:
	case GNUTLS_PK_RSA_PSS:
		return 2048;
	case GNUTLS_PK_ECDSA:
	case GNUTLS_PK_EDDSA_ED25519:
	case GNUTLS_PK_EDDSA_ED448:
		return 256;
	default:
		return UINT_MAX;
	}
}

/* With a weaker one nobody could join, or anybody could be the relay. */
static bool is_strong(gnutls_x509_crt_t crt)
{
	unsigned int bits = 0;
	int algorithm = gnutls_x509_crt_get_pk_algorithm(crt, &bits);

	if (algorithm >= 0 && bits >= least_bits(algorithm))
		return true;
	lp_error("crypto",
		 "the key of the relay's certificate is too weak (%s, %u bits): use ECDSA with 256 "
		 "bits, or RSA with at least 2048",
		 algorithm < 0 ? gnutls_strerror(algorithm)
			       : gnutls_pk_get_name((gnutls_pk_algorithm_t)algorithm),
		 bits);
	return false;
}

static enum lp_err credential_new(gnutls_x509_crt_t *chain, unsigned int count,
				  gnutls_x509_privkey_t key, struct lp_credential **out)
{
	struct lp_credential *credential;
	int rv;

	if (!is_strong(chain[0]))
		return LP_ERR_CRYPTO;
	credential = lp_alloc(sizeof(*credential));
	rv = fill(credential, chain, count, key);
	atomic_init(&credential->ref_count, 1);
	if (rv >= 0) {
		*out = credential;
		return LP_OK;
	}
	lp_credential_free(credential);
	if (rv == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
		lp_error("crypto", "certificate and key do not belong together; give the key that "
				   "the certificate was made for");
	else
		lp_error("crypto", "certificate cannot be used: %s", gnutls_strerror(rv));
	return LP_ERR_CRYPTO;
}

/* CN is decoration, the name that counts is the alternative name (RFC 6125, section 6.4.4). */
static int set_names(gnutls_x509_crt_t crt, const char *name)
{
	size_t name_len = strlen(name);
	const char *cn = name_len <= CN_MAX ? name : CN_FALLBACK;
	int rv = gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, cn,
					       (unsigned int)strlen(cn));
	gnutls_x509_subject_alt_name_t type = GNUTLS_SAN_DNSNAME;
	const void *data = name;
	struct lp_addr addr;

	if (rv < 0)
		return rv;
	if (lp_addr_parse_ip(name, &addr) == LP_OK) {
		type = GNUTLS_SAN_IPADDRESS;
		data = addr.ip;
		name_len = addr.family == LP_ADDR_IP4 ? 4 : 16;
	}
	return gnutls_x509_crt_set_subject_alt_name(crt, type, data, (unsigned int)name_len,
						    GNUTLS_FSAN_SET);
}

/*
 * It is a CA's certificate, although it vouches for nobody else: only so may the certificate of an
 * earlier start, given out as file, vouch for the one of this start.
 */
static int set_usage(gnutls_x509_crt_t crt)
{
	unsigned int usage = GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_CERT_SIGN;
	uint8_t key_id[KEY_ID_LEN];
	size_t key_id_len = sizeof(key_id);
	int rv = gnutls_x509_crt_set_basic_constraints(crt, 1, 0);

	if (rv >= 0)
		rv = gnutls_x509_crt_set_key_usage(crt, usage);
	if (rv >= 0)
		rv = gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
	if (rv >= 0)
		rv = gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA1, key_id, &key_id_len);
	if (rv >= 0)
		rv = gnutls_x509_crt_set_subject_key_id(crt, key_id, key_id_len);
	if (rv >= 0)
		rv = gnutls_x509_crt_set_authority_key_id(crt, key_id, key_id_len);
	return rv;
}

/*
 * From the begin of all clocks on, and without a well-defined end (RFC 5280, 4.1.2.5): a board
 * without a clock starts in 1970 or at any other time, and files that it gave out then must hold
 * when it knows better. What ends the trust in it is another key.
 */
static int set_dates(gnutls_x509_crt_t crt)
{
	int rv = gnutls_x509_crt_set_activation_time(crt, 0);

	return rv < 0 ? rv : gnutls_x509_crt_set_expiration_time(crt, NO_END_S);
}

static int self_sign(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, const char *name)
{
	uint8_t serial[SERIAL_LEN];
	int rv;

	lp_random_public(serial, sizeof(serial));
	serial[0] = (serial[0] & 0x7f) | 0x40; /* positive, and of one length (RFC 5280, 4.1.2.2) */
	rv = gnutls_x509_crt_set_version(crt, 3);
	if (rv >= 0)
		rv = gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
	if (rv >= 0)
		rv = set_dates(crt);
	if (rv >= 0)
		rv = gnutls_x509_crt_set_key(crt, key);
	if (rv >= 0)
		rv = set_names(crt, name);
	if (rv >= 0)
		rv = set_usage(crt);
	if (rv >= 0)
		rv = gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0);
	return rv;
}

/* Reads the PEM key in data; the log says where it is from, and the remedy. Returns *key. */
static enum lp_err import_key(const gnutls_datum_t *data, const char *where, const char *remedy,
			      gnutls_x509_privkey_t *key)
{
	int rv = gnutls_x509_privkey_init(key);

	if (rv < 0)
		return LP_ERR_CRYPTO;
	rv = gnutls_x509_privkey_import2(*key, data, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (rv == 0)
		return LP_OK;
	gnutls_x509_privkey_deinit(*key);
	lp_error("crypto", "%s holds no usable PEM key without passphrase: %s (%s)", where, remedy,
		 gnutls_strerror(rv));
	return LP_ERR_CRYPTO;
}

enum lp_err lp_credential_from_key(const char *key_pem, size_t key_len, const char *name,
				   struct lp_credential **out)
{
	gnutls_datum_t data;
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t crt;
	char *copy = lp_alloc(key_len + 1); /* GnuTLS's input type has no const */
	enum lp_err err;
	int rv;

	memcpy(copy, key_pem, key_len);
	data = (gnutls_datum_t){.data = (unsigned char *)copy, .size = (unsigned int)key_len};
	err = import_key(&data, "the relay's own key file, relay-key.pem in state_dir,",
			 "put a copy of it back, or remove it for a new one, with another pin",
			 &key);
	lp_wipe(copy, key_len);
	free(copy);
	if (err != LP_OK)
		return err;
	rv = gnutls_x509_crt_init(&crt);
	if (rv < 0) {
		gnutls_x509_privkey_deinit(key);
		return LP_ERR_CRYPTO;
	}
	rv = self_sign(crt, key, name);
	if (rv >= 0) {
		err = credential_new(&crt, 1, key, out);
	} else {
		lp_error("crypto", "cannot make a certificate for \"%s\": %s", name,
			 gnutls_strerror(rv));
		err = LP_ERR_CRYPTO;
	}
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(key);
	return err;
}

/* Returns *data, to be freed with gnutls_free. */
static enum lp_err load_file(const char *what, const char *path, gnutls_datum_t *data)
{
	int saved;
	int rv;

	errno = 0;
	rv = gnutls_load_file(path, data);
	saved = errno;
	if (rv == 0)
		return LP_OK;
	lp_error("crypto",
		 "cannot read %s file %s (%s): set relay.%s to one that this user may read", what,
		 path, saved != 0 ? strerror(saved) : gnutls_strerror(rv), what);
	if (saved == ENOENT)
		return LP_ERR_NOT_FOUND;
	return saved == EACCES ? LP_ERR_PERMISSION : LP_ERR_SYSTEM;
}

/* Returns chain[*count], leaf first. */
static enum lp_err load_chain(const char *path, gnutls_x509_crt_t chain[CHAIN_MAX],
			      unsigned int *count)
{
	gnutls_datum_t data;
	enum lp_err err = load_file("certificate", path, &data);
	int rv;

	if (err != LP_OK)
		return err;
	*count = CHAIN_MAX;
	rv = gnutls_x509_crt_list_import(chain, count, &data, GNUTLS_X509_FMT_PEM,
					 GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED |
						 GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED);
	gnutls_free(data.data);
	if (rv >= 0)
		return LP_OK;
	lp_error("crypto",
		 "certificate file %s cannot be used: %s; it must hold PEM certificates, the "
		 "relay's own first, then its issuers in order",
		 path, gnutls_strerror(rv));
	return LP_ERR_CRYPTO;
}

static enum lp_err load_key(const char *path, gnutls_x509_privkey_t *key)
{
	gnutls_datum_t data;
	enum lp_err err = load_file("key", path, &data);

	if (err != LP_OK)
		return err;
	err = import_key(&data, path, "set relay.key to a file that does", key);
	lp_wipe(data.data, data.size);
	gnutls_free(data.data);
	return err;
}

enum lp_err lp_credential_from_files(const char *certificate_path, const char *key_path,
				     struct lp_credential **out)
{
	gnutls_x509_crt_t chain[CHAIN_MAX];
	gnutls_x509_privkey_t key;
	unsigned int count;
	enum lp_err err = load_key(key_path, &key);

	if (err != LP_OK)
		return err;
	err = load_chain(certificate_path, chain, &count);
	if (err == LP_OK) {
		err = credential_new(chain, count, key, out);
		for (unsigned int i = 0; i < count; i++)
			gnutls_x509_crt_deinit(chain[i]);
	}
	gnutls_x509_privkey_deinit(key);
	return err;
}

struct lp_credential *lp_credential_ref(struct lp_credential *credential)
{
	atomic_fetch_add(&credential->ref_count, 1);
	return credential;
}

void lp_credential_free(struct lp_credential *credential)
{
	if (credential == NULL || atomic_fetch_sub(&credential->ref_count, 1) > 1)
		return;
	if (credential->handle != NULL)
		gnutls_certificate_free_credentials(credential->handle);
	gnutls_free(credential->der.data);
	free(credential);
}

/* "3 days", "5 hours" */
static const char *format_span(time_t seconds, char text[32])
{
	bool is_days = seconds >= 2 * DAY_S;

	snprintf(text, 32, "%lld %s", (long long)(seconds / (is_days ? DAY_S : 3600)),
		 is_days ? "days" : "hours");
	return text;
}

enum lp_credential_dates lp_credential_check_dates(const struct lp_credential *credential,
						   uint64_t wall_ns,
						   char text[LP_CREDENTIAL_TEXT_LEN])
{
	time_t now = (time_t)(wall_ns / LP_NS_PER_S);
	time_t ending = LP_MIN(ENDING_S, (credential->until - credential->from) / 4);
	time_t left = credential->until - now;
	char span[32];

	text[0] = '\0';
	if (now < credential->from) {
		snprintf(text, LP_CREDENTIAL_TEXT_LEN,
			 "the relay's certificate is not valid for another %s: is this machine's "
			 "clock right?",
			 format_span(credential->from - now, span));
		return LP_CREDENTIAL_BAD;
	}
	if (left < 0) {
		snprintf(text, LP_CREDENTIAL_TEXT_LEN,
			 "the relay's certificate expired %s ago: only those who pin its key can "
			 "join until it is renewed",
			 format_span(-left, span));
		return LP_CREDENTIAL_BAD;
	}
	if (left >= ending)
		return LP_CREDENTIAL_GOOD;
	snprintf(text, LP_CREDENTIAL_TEXT_LEN,
		 "the relay's certificate expires in %s: renew it, and reload",
		 format_span(left, span));
	return LP_CREDENTIAL_ENDING;
}

struct lp_pin lp_credential_pin(const struct lp_credential *credential)
{
	return credential->pin;
}

const uint8_t *lp_credential_der(const struct lp_credential *credential, size_t *len)
{
	*len = credential->der.size;
	return credential->der.data;
}

gnutls_certificate_credentials_t lp_credential_handle(const struct lp_credential *credential)
{
	return credential->handle;
}
