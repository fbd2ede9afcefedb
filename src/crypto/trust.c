/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "crypto/trust.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "crypto/pin.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NAME_MAX_LEN 254 /* a DNS name with its trailing dot */

struct lp_trust {
	enum trust_way { TRUST_PIN, TRUST_CA_FILE, TRUST_SYSTEM } way;
	struct lp_pin pin;
	gnutls_certificate_credentials_t handle;
};

/*
 * GnuTLS asks one function of the whole process for the date. During lp_trust_check() it hears the
 * time that this thread was given, otherwise the system's.
 */
static _Thread_local time_t given_time;
static _Thread_local bool is_time_given;

static time_t answer_time(time_t *out)
{
	time_t answer = is_time_given ? given_time : time(NULL);

	if (out != NULL)
		*out = answer;
	return answer;
}

static void install_time(void)
{
	gnutls_global_set_time_function(answer_time);
}

static enum lp_err load_ca_file(gnutls_certificate_credentials_t handle, const char *path)
{
	gnutls_datum_t data;
	int count;
	int saved;
	int rv;

	errno = 0;
	rv = gnutls_load_file(path, &data);
	saved = errno;
	if (rv < 0) {
		lp_error("crypto",
			 "cannot read CA file %s: %s; put it there for the user that lanpartyd "
			 "runs as, or set trust.ca_file to another",
			 path, saved != 0 ? strerror(saved) : gnutls_strerror(rv));
		return saved == ENOENT ? LP_ERR_NOT_FOUND : LP_ERR_SYSTEM;
	}
	count = gnutls_certificate_set_x509_trust_mem(handle, &data, GNUTLS_X509_FMT_PEM);
	if (count <= 0)
		count = gnutls_certificate_set_x509_trust_mem(handle, &data, GNUTLS_X509_FMT_DER);
	gnutls_free(data.data);
	if (count > 0)
		return LP_OK;
	lp_error("crypto",
		 "CA file %s holds no certificate, neither as PEM nor as DER: name the relay's "
		 "certificate, or that of its CA",
		 path);
	return LP_ERR_CRYPTO;
}

static enum lp_err load_system(gnutls_certificate_credentials_t handle)
{
	if (gnutls_certificate_set_x509_system_trust(handle) > 0)
		return LP_OK;
	lp_error("crypto", "this system has no CA certificates; install them (ca-certificates), or "
			   "set trust.pin or trust.ca_file");
	return LP_ERR_NOT_FOUND;
}

static enum lp_err load(struct lp_trust *trust, const char *pin_text, const char *ca_path)
{
	if (pin_text != NULL && ca_path != NULL) {
		lp_error("crypto", "both a pin and a CA file are given; set one of them");
		return LP_ERR_INVALID;
	}
	if (gnutls_certificate_allocate_credentials(&trust->handle) < 0)
		return LP_ERR_NOMEM;
	if (pin_text != NULL) {
		trust->way = TRUST_PIN;
		if (lp_pin_parse(pin_text, &trust->pin) == LP_OK)
			return LP_OK;
		lp_error("crypto",
			 "\"%s\" is not a pin; copy the line sha256:… that the relay "
			 "prints at start",
			 pin_text);
		return LP_ERR_INVALID;
	}
	trust->way = ca_path != NULL ? TRUST_CA_FILE : TRUST_SYSTEM;
	return ca_path != NULL ? load_ca_file(trust->handle, ca_path) : load_system(trust->handle);
}

enum lp_err lp_trust_new(const char *pin_text, const char *ca_path, struct lp_trust **out)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct lp_trust *trust = lp_alloc(sizeof(*trust));
	enum lp_err err = load(trust, pin_text, ca_path);

	if (err != LP_OK) {
		lp_trust_free(trust);
		return err;
	}
	(void)pthread_once(&once, install_time);
	*out = trust;
	return LP_OK;
}

void lp_trust_free(struct lp_trust *trust)
{
	if (trust == NULL)
		return;
	if (trust->handle != NULL)
		gnutls_certificate_free_credentials(trust->handle);
	free(trust);
}

gnutls_certificate_credentials_t lp_trust_handle(const struct lp_trust *trust)
{
	return trust->handle;
}

/* The pin of the certificate that the peer has shown, if it has shown one. */
static bool read_pin(gnutls_session_t session, struct lp_pin *pin)
{
	unsigned int count = 0;
	const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
	size_t pin_len = sizeof(pin->sha256);
	gnutls_x509_crt_t crt;
	bool is_read;

	if (gnutls_certificate_type_get2(session, GNUTLS_CTYPE_SERVER) != GNUTLS_CRT_X509)
		return false;
	if (chain == NULL || count == 0 || gnutls_x509_crt_init(&crt) < 0)
		return false;
	is_read = gnutls_x509_crt_import(crt, &chain[0], GNUTLS_X509_FMT_DER) == 0 &&
		  gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA256, pin->sha256, &pin_len) ==
			  0;
	gnutls_x509_crt_deinit(crt);
	return is_read;
}

/* What is wrong first, in the order in which it helps a person. */
static const char *text_of_status(unsigned int status)
{
	static const struct {
		unsigned int bit;
		const char *text;
	} reasons[] = {
		{GNUTLS_CERT_REVOKED, "was revoked"},
		{GNUTLS_CERT_SIGNER_NOT_FOUND,
		 "is signed by nobody whom we trust: if its admin says that the key is right, set "
		 "trust.pin to it"},
		{GNUTLS_CERT_SIGNER_NOT_CA, "is signed by a certificate that is not a CA's"},
		{GNUTLS_CERT_SIGNATURE_FAILURE, "has a wrong signature"},
		{GNUTLS_CERT_INSECURE_ALGORITHM, "uses an algorithm that is not safe any more"},
		{GNUTLS_CERT_NOT_ACTIVATED, "is not valid yet; check this machine's clock"},
		{GNUTLS_CERT_EXPIRED,
		 "has expired; have it renewed, or check this machine's clock"},
		{GNUTLS_CERT_PURPOSE_MISMATCH, "is not for servers"},
		{GNUTLS_CERT_UNEXPECTED_OWNER, "is for another name"},
	};

	for (size_t i = 0; i < LP_ARRAY_COUNT(reasons); i++)
		if (status & reasons[i].bit)
			return reasons[i].text;
	return "is not acceptable";
}

/* Asks GnuTLS about chain, dates, purpose and name. *status is 0 when all is well. */
static int verify_chain(gnutls_session_t session, const char *server_name, uint64_t wall_ns,
			unsigned int *status)
{
	static unsigned char purpose[] = GNUTLS_KP_TLS_WWW_SERVER;
	unsigned char name[NAME_MAX_LEN + 1];
	gnutls_typed_vdata_st data[2] = {
		{.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = purpose},
		{.type = GNUTLS_DT_DNS_HOSTNAME, .data = name},
	};
	int rv;

	if (server_name != NULL) {
		size_t len = strlen(server_name);

		if (len > 0 &&
		    server_name[len - 1] == '.') /* the DNS root, never in certificates */
			len--;
		if (len == 0 || len > NAME_MAX_LEN)
			return GNUTLS_E_INVALID_REQUEST;
		memcpy(name, server_name, len);
		name[len] = '\0';
	}
	given_time = (time_t)(wall_ns / LP_NS_PER_S);
	is_time_given = true;
	rv = gnutls_certificate_verify_peers(session, data, server_name != NULL ? 2 : 1, status);
	is_time_given = false;
	return rv;
}

static enum lp_err check_pin(const struct lp_trust *trust, const struct lp_pin *seen, char *why,
			     size_t why_len)
{
	char seen_text[LP_PIN_TEXT_LEN];
	char pinned_text[LP_PIN_TEXT_LEN];

	if (lp_pin_equal(seen, &trust->pin))
		return LP_OK;
	snprintf(why, why_len,
		 "the relay's key is %s, not the pinned %s: ask its admin for the pin, and set "
		 "trust.pin",
		 lp_pin_format(seen, seen_text), lp_pin_format(&trust->pin, pinned_text));
	return LP_ERR_TRUST;
}

static enum lp_err check_chain(const struct lp_trust *trust, const struct lp_pin *seen,
			       gnutls_session_t session, const char *server_name, uint64_t wall_ns,
			       char *why, size_t why_len)
{
	char pin_text[LP_PIN_TEXT_LEN];
	unsigned int status = 0;
	int rv;

	if (trust->way == TRUST_SYSTEM && server_name == NULL) {
		snprintf(why, why_len,
			 "the system's CAs vouch for names, and the relay (key %s) "
			 "has none; set server_name",
			 lp_pin_format(seen, pin_text));
		return LP_ERR_TRUST;
	}
	rv = verify_chain(session, server_name, wall_ns, &status);
	if (rv == 0 && status == 0)
		return LP_OK;
	lp_pin_format(seen, pin_text);
	if (rv != 0)
		snprintf(why, why_len, "the relay's certificate (key %s) cannot be checked: %s",
			 pin_text, gnutls_strerror(rv));
	else if (status == (GNUTLS_CERT_INVALID | GNUTLS_CERT_UNEXPECTED_OWNER))
		snprintf(why, why_len,
			 "the relay's certificate (key %s) is not for \"%s\"; set server_name to a "
			 "name that is in it",
			 pin_text, server_name);
	else
		snprintf(why, why_len, "the relay's certificate (key %s) %s", pin_text,
			 text_of_status(status));
	return LP_ERR_TRUST;
}

enum lp_err lp_trust_check(const struct lp_trust *trust, gnutls_session_t session,
			   const char *server_name, uint64_t wall_ns, char *why, size_t why_len)
{
	void *used = NULL;
	struct lp_pin seen;

	/* Chains are judged by the session's own handle; with another one it would not be this
	 * trust. */
	if (gnutls_credentials_get(session, GNUTLS_CRD_CERTIFICATE, &used) != 0 ||
	    used != trust->handle || !read_pin(session, &seen)) {
		snprintf(why, why_len, "the relay has shown no certificate that can be read");
		return LP_ERR_TRUST;
	}
	if (trust->way == TRUST_PIN)
		return check_pin(trust, &seen, why, why_len);
	return check_chain(trust, &seen, session, server_name, wall_ns, why, why_len);
}
