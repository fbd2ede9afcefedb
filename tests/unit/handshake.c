/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "handshake.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3"

static ssize_t on_push(gnutls_transport_ptr_t user, const void *data, size_t len)
{
	struct pipe *pipe = ((struct end *)user)->out;

	assert_true(pipe->len + len <= sizeof(pipe->data));
	memcpy(pipe->data + pipe->len, data, len);
	pipe->len += len;
	return (ssize_t)len;
}

static ssize_t on_pull(gnutls_transport_ptr_t user, void *data, size_t len)
{
	struct end *end = user;
	size_t count = LP_MIN(len, end->in->len);

	if (count == 0) {
		gnutls_transport_set_errno(end->session, EAGAIN);
		return -1;
	}
	memcpy(data, end->in->data, count);
	end->in->len -= count;
	memmove(end->in->data, end->in->data + count, end->in->len);
	return (ssize_t)count;
}

static int on_verify(gnutls_session_t session)
{
	struct check *check = gnutls_session_get_ptr(session);
	enum lp_err err;

	check->check_count++;
	err = lp_trust_check(check->trust, session, check->server_name, check->wall_ns, check->why,
			     sizeof(check->why));
	if (err != LP_OK)
		assert_int_equal(err, LP_ERR_TRUST);
	return err == LP_OK ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
}

void open_end(struct end *end, unsigned int flags, gnutls_certificate_credentials_t handle,
	      struct pipe *in, struct pipe *out)
{
	end->in = in;
	end->out = out;
	assert_int_equal(gnutls_init(&end->session, flags | GNUTLS_NONBLOCK), 0);
	assert_int_equal(gnutls_priority_set_direct(end->session, PRIORITY, NULL), 0);
	assert_int_equal(gnutls_credentials_set(end->session, GNUTLS_CRD_CERTIFICATE, handle), 0);
	gnutls_transport_set_ptr(end->session, end);
	gnutls_transport_set_push_function(end->session, on_push);
	gnutls_transport_set_pull_function(end->session, on_pull);
}

/* Runs both ends in turn until neither goes on. */
static bool shake_hands(struct end *client, struct end *server)
{
	int client_rv = GNUTLS_E_AGAIN;
	int server_rv = GNUTLS_E_AGAIN;

	for (int round = 0; round < 20; round++) {
		if (client_rv == GNUTLS_E_AGAIN)
			client_rv = gnutls_handshake(client->session);
		if (server_rv == GNUTLS_E_AGAIN)
			server_rv = gnutls_handshake(server->session);
	}
	return client_rv == 0 && server_rv == 0;
}

bool meet_with(struct check *check, const struct lp_credential *credential,
	       gnutls_certificate_credentials_t client_handle)
{
	static struct pipe up;
	static struct pipe down;
	struct end client;
	struct end server;
	bool is_done;

	up.len = 0;
	down.len = 0;
	check->why[0] = '\0';
	check->check_count = 0;
	open_end(&client, GNUTLS_CLIENT, client_handle, &down, &up);
	open_end(&server, GNUTLS_SERVER, lp_credential_handle(credential), &up, &down);
	gnutls_session_set_ptr(client.session, check);
	gnutls_session_set_verify_function(client.session, on_verify);
	is_done = shake_hands(&client, &server);
	gnutls_deinit(client.session);
	gnutls_deinit(server.session);
	assert_int_equal(check->check_count, 1);
	assert_int_equal(is_done, check->why[0] == '\0');
	return is_done;
}

bool meet(struct check *check, const struct lp_credential *credential)
{
	return meet_with(check, credential, lp_trust_handle(check->trust));
}

struct issued issue(const struct issued *by, const char *name, const char *purpose, int64_t days)
{
	time_t now = (time_t)(WALL_NS / LP_NS_PER_S);
	bool is_ca = purpose == NULL;
	struct issued to;
	uint8_t serial[2] = {1, (uint8_t)name[0]};

	assert_int_equal(gnutls_x509_privkey_init(&to.key), 0);
	assert_int_equal(gnutls_x509_privkey_generate(to.key, GNUTLS_PK_ECDSA, 256, 0), 0);
	assert_int_equal(gnutls_x509_crt_init(&to.crt), 0);
	gnutls_x509_crt_set_version(to.crt, 3);
	gnutls_x509_crt_set_serial(to.crt, serial, sizeof(serial));
	gnutls_x509_crt_set_activation_time(to.crt, now - 86400);
	gnutls_x509_crt_set_expiration_time(to.crt, now + days * 86400);
	gnutls_x509_crt_set_key(to.crt, to.key);
	gnutls_x509_crt_set_dn_by_oid(to.crt, GNUTLS_OID_X520_COMMON_NAME, 0, name,
				      (unsigned int)strlen(name));
	gnutls_x509_crt_set_basic_constraints(to.crt, is_ca, -1);
	if (is_ca) {
		gnutls_x509_crt_set_key_usage(to.crt, GNUTLS_KEY_KEY_CERT_SIGN);
	} else {
		gnutls_x509_crt_set_subject_alt_name(to.crt, GNUTLS_SAN_DNSNAME, name,
						     (unsigned int)strlen(name), GNUTLS_FSAN_SET);
		gnutls_x509_crt_set_key_purpose_oid(to.crt, purpose, 0);
	}
	assert_int_equal(gnutls_x509_crt_sign2(to.crt, by != NULL ? by->crt : to.crt,
					       by != NULL ? by->key : to.key, GNUTLS_DIG_SHA256, 0),
			 0);
	return to;
}

void drop(struct issued *issued)
{
	gnutls_x509_crt_deinit(issued->crt);
	gnutls_x509_privkey_deinit(issued->key);
}
