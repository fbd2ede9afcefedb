/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/mem.h"
#include "crypto/trust.h"
#include "quic/conn_impl.h"

#include <stdio.h>

#if defined(__aarch64__) || defined(__arm__)
#include <sys/auxv.h>
#endif

#define LOG "quic"

/*
 * AES-GCM first: with AES instructions it is nine times faster than ChaCha20 in GnuTLS. A client
 * without them offers ChaCha20 alone.
 */
#define PRIORITY_COMMON                                                                            \
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:%s:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:"  \
	"+GROUP-SECP384R1:%%DISABLE_TLS13_COMPAT_MODE%s"
#define CIPHERS_AES    "+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305"
#define CIPHERS_NO_AES "+CHACHA20-POLY1305"

static bool has_aes_instructions(void)
{
#if defined(__x86_64__) || defined(__i386__)
	return __builtin_cpu_supports("aes") != 0;
#elif defined(__aarch64__)
	return (getauxval(AT_HWCAP) & (1UL << 3)) != 0; /* HWCAP_AES */
#else
	return false;
#endif
}

static enum lp_err fail(const char *what, int code)
{
	lp_error(LOG, "TLS setup failed: %s: %s", what, gnutls_strerror(code));
	return LP_ERR_CRYPTO;
}

static ngtcp2_conn *quic_of_ref(ngtcp2_crypto_conn_ref *ref)
{
	return ((struct lp_conn *)ref->user_data)->quic;
}

/* Parsed once for all connections of the endpoint: a copy in each would take 8 kB. */
static int use_priority(struct lp_conn *conn, const char *ciphers, const char *extra)
{
	struct lp_endpoint *endpoint = conn->endpoint;
	char text[512];
	int code = 0;
	snprintf(text, sizeof(text), PRIORITY_COMMON, ciphers, extra);
	if (!endpoint->priority)
		code = gnutls_priority_init(&endpoint->priority, text, NULL);
	return code == 0 ? gnutls_priority_set(conn->tls, endpoint->priority) : code;
}

static enum lp_err setup(struct lp_conn *conn, unsigned flags, const char *ciphers,
			 const char *extra, gnutls_certificate_credentials_t credentials)
{
	int code = gnutls_init(&conn->tls, flags | GNUTLS_NO_TICKETS);
	if (code != 0)
		return fail("session", code);
	code = use_priority(conn, ciphers, extra);
	if (code != 0)
		return fail("priority", code);
	code = gnutls_credentials_set(conn->tls, GNUTLS_CRD_CERTIFICATE, credentials);
	if (code != 0)
		return fail("credentials", code);
	static const char alpn_text[] = LP_QUIC_ALPN;
	gnutls_datum_t alpn = {(unsigned char *)(uintptr_t)alpn_text, sizeof(alpn_text) - 1};
	code = gnutls_alpn_set_protocols(conn->tls, &alpn, 1, GNUTLS_ALPN_MANDATORY);
	if (code != 0)
		return fail("ALPN", code);
	conn->ref.get_conn = quic_of_ref;
	conn->ref.user_data = conn;
	gnutls_session_set_ptr(conn->tls, &conn->ref);
	return LP_OK;
}

bool lp_tls_has_alpn(const struct lp_conn *conn)
{
	gnutls_datum_t selected;
	return gnutls_alpn_get_selected_protocol(conn->tls, &selected) == 0 &&
	       selected.size == sizeof(LP_QUIC_ALPN) - 1 &&
	       memcmp(selected.data, LP_QUIC_ALPN, selected.size) == 0;
}

/*
 * GNUTLS_ALPN_MANDATORY acts on a list without our protocol, and not on a hello without a list:
 * that has to be refused as well (RFC 9001 §8.1).
 */
static int on_client_hello(gnutls_session_t session)
{
	ngtcp2_crypto_conn_ref *ref = gnutls_session_get_ptr(session);
	return lp_tls_has_alpn(ref->user_data) ? 0 : GNUTLS_E_NO_APPLICATION_PROTOCOL;
}

enum lp_err lp_tls_server(struct lp_conn *conn, struct lp_credential *credential)
{
	conn->credential = lp_credential_ref(credential);
	enum lp_err err = setup(conn, GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET, CIPHERS_AES,
				":%SERVER_PRECEDENCE", lp_credential_handle(credential));
	if (err != LP_OK)
		return err;
	/* A client certificate would be a second parser on the public port. */
	gnutls_certificate_server_set_request(conn->tls, GNUTLS_CERT_IGNORE);
	gnutls_handshake_set_post_client_hello_function(conn->tls, on_client_hello);
	if (ngtcp2_crypto_gnutls_configure_server_session(conn->tls) != 0)
		return fail("ngtcp2 server session", GNUTLS_E_INTERNAL_ERROR);
	return LP_OK;
}

/* GnuTLS asks this of every relay; without it any certificate would do. */
static int on_verify(gnutls_session_t session)
{
	ngtcp2_crypto_conn_ref *ref = gnutls_session_get_ptr(session);
	struct lp_conn *conn = ref->user_data;
	enum lp_err err = lp_trust_check(conn->trust, session, conn->server_name, conn->wall_ns,
					 conn->why, sizeof(conn->why));
	conn->is_trusted = err == LP_OK;
	return conn->is_trusted ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
}

enum lp_err lp_tls_client(struct lp_conn *conn)
{
	enum lp_err err =
		setup(conn, GNUTLS_CLIENT, has_aes_instructions() ? CIPHERS_AES : CIPHERS_NO_AES,
		      "", lp_trust_handle(conn->trust));
	if (err != LP_OK)
		return err;
	gnutls_session_set_verify_function(conn->tls, on_verify);
	struct lp_addr
		literal; /* an address is checked, but is no name to indicate (RFC 6066 §3) */
	if (conn->server_name && lp_addr_parse_ip(conn->server_name, &literal) != LP_OK) {
		int code = gnutls_server_name_set(conn->tls, GNUTLS_NAME_DNS, conn->server_name,
						  strlen(conn->server_name));
		if (code != 0)
			return fail("server name", code);
	}
	if (ngtcp2_crypto_gnutls_configure_client_session(conn->tls) != 0)
		return fail("ngtcp2 client session", GNUTLS_E_INTERNAL_ERROR);
	return LP_OK;
}
