/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/log.h"
#include "base/mem.h"
#include "crypto/random.h"
#include "platform/files.h"
#include "relay/relay_impl.h"

#define LOG "relay"

#define KEY_FILE    "relay-key.pem"
#define KEY_PEM_MAX 4096

/* The relay's own key: made once, kept for good, since peers pin it. */
static enum lp_err own_key(struct lp_store *store, char pem[KEY_PEM_MAX], size_t *len)
{
	enum lp_err err = lp_store_read(store, KEY_FILE, pem, KEY_PEM_MAX - 1, len);
	if (err == LP_OK) {
		pem[*len] = '\0';
		return LP_OK;
	}
	if (err != LP_ERR_NOT_FOUND)
		return err;
	err = lp_credential_make_key(pem, KEY_PEM_MAX, len);
	if (err != LP_OK)
		return err;
	lp_info(LOG, "made a key of our own in %s/%s", lp_store_path(store), KEY_FILE);
	return lp_store_write(store, KEY_FILE, pem, *len, true);
}

static enum lp_err write_certificate(const char *path, const struct lp_credential *credential)
{
	size_t len;
	const uint8_t *der = lp_credential_der(credential, &len);
	enum lp_err err = lp_file_write(path, der, len, false);
	if (err != LP_OK)
		lp_error(LOG, "cannot write the certificate to %s (relay.certificate_out): %s",
			 path, lp_err_text(err));
	return err;
}

enum lp_err lp_relay_load_credential(struct lp_relay *relay, struct lp_credential **out)
{
	const struct lp_conf_relay *conf = &relay->conf->relay;
	char pem[KEY_PEM_MAX];
	size_t len;
	enum lp_err err;
	if (conf->certificate) {
		err = lp_credential_from_files(conf->certificate, conf->key, out);
	} else {
		err = own_key(relay->store, pem, &len);
		if (err == LP_OK)
			err = lp_credential_from_key(pem, len, conf->name ? conf->name : "lanparty",
						     lp_loop_now(relay->loop)->wall_ns, out);
		lp_wipe(pem, sizeof(pem));
	}
	if (err == LP_OK && conf->certificate_out) {
		err = write_certificate(conf->certificate_out, *out);
		if (err != LP_OK)
			lp_credential_free(*out);
	}
	return err;
}

enum lp_err lp_relay_load_keys(struct lp_relay *relay)
{
	struct lp_hub_config *config = &relay->hub_config;
	enum lp_err err = lp_store_open(relay->conf->state_dir, &relay->store);
	if (err != LP_OK)
		return err;
	err = lp_store_secret(relay->store, "reset.key", config->reset_key,
			      sizeof(config->reset_key), lp_random_secret);
	if (err == LP_OK)
		err = lp_store_secret(relay->store, "token.key", config->token_key,
				      sizeof(config->token_key), lp_random_secret);
	if (err == LP_OK)
		err = lp_store_secret(relay->store, "ticket.key", config->ticket_key,
				      sizeof(config->ticket_key), lp_random_secret);
	if (err == LP_OK)
		err = lp_relay_load_credential(relay, &relay->credential);
	config->credential = relay->credential;
	return err;
}
