/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/log.h"
#include "base/mem.h"
#include "crypto/random.h"
#include "platform/files.h"
#include "relay/relay_impl.h"
#include "relay/token_file.h"

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
	return lp_file_write(path, der, len, false);
}

static enum lp_err load_credential(struct lp_relay *relay, struct lp_credential **out)
{
	const struct lp_conf_relay *conf = &relay->conf->relay;
	char pem[KEY_PEM_MAX];
	size_t len;
	if (conf->certificate)
		return lp_credential_from_files(conf->certificate, conf->key, out);
	enum lp_err err = own_key(relay->store, pem, &len);
	if (err == LP_OK)
		err = lp_credential_from_key(pem, len, conf->name ? conf->name : "lanparty", out);
	lp_wipe(pem, sizeof(pem));
	return err;
}

void lp_relay_tell_dates(const struct lp_relay *relay)
{
	char text[LP_CREDENTIAL_TEXT_LEN];
	uint64_t wall_ns = lp_loop_now(relay->loop)->wall_ns;
	if (lp_credential_check_dates(relay->credential, wall_ns, text) != LP_CREDENTIAL_GOOD)
		lp_warn(LOG, "%s", text);
}

/* Before the privileges go: whoever reads the key now may not be able to later. */
static enum lp_err load_first_credential(struct lp_relay *relay)
{
	enum lp_err err = load_credential(relay, &relay->credential);
	if (err == LP_OK && relay->conf->relay.certificate_out)
		err = write_certificate(relay->conf->relay.certificate_out, relay->credential);
	return err;
}

void lp_relay_check_reload(const struct lp_relay *relay)
{
	const char *path = relay->conf->relay.key;
	uint8_t first;
	size_t len;
	if (!path || lp_file_read(path, &first, sizeof(first), &len) != LP_ERR_PERMISSION)
		return;
	lp_warn(LOG,
		"the key %s cannot be read any more as user %s: a new certificate will need a "
		"restart, not a reload; let that user read it (relay.key in lanparty.conf(5))",
		path, relay->conf->user ? relay->conf->user : "that lanpartyd runs as");
}

static bool is_same_path(const char *one, const char *other)
{
	return one == other || (one && other && strcmp(one, other) == 0);
}

/* Does the configuration name another certificate than the one before? */
static bool names_another(const struct lp_conf_relay *old, const struct lp_conf_relay *conf)
{
	return !is_same_path(old->certificate, conf->certificate) ||
	       !is_same_path(old->key, conf->key);
}

enum lp_err lp_relay_reload_credential(struct lp_relay *relay, const struct lp_conf *old,
				       struct lp_credential **out)
{
	const struct lp_conf_relay *conf = &relay->conf->relay;
	enum lp_err err = load_credential(relay, out);
	if (err == LP_ERR_PERMISSION && !names_another(&old->relay, conf)) {
		lp_warn(LOG,
			"the certificate of the start stays in use, all else was reloaded: let the "
			"user that lanpartyd runs as read the key (relay.key in lanparty.conf(5)), "
			"or "
			"restart");
		*out = lp_credential_ref(relay->credential);
		relay->is_credential_old = true;
		err = LP_OK;
	} else if (err == LP_OK) {
		relay->is_credential_old = false;
		if (conf->certificate_out &&
		    write_certificate(conf->certificate_out, *out) != LP_OK)
			lp_warn(LOG,
				"the certificate that is there stays; it still vouches for the key "
				"unless that is another one");
	}
	return err;
}

/* When keys that were made then have to be changed. */
static uint64_t due_ns(const struct lp_relay *relay, uint64_t made_ns)
{
	const struct lp_now *now = lp_loop_now(relay->loop);
	uint64_t age_ns =
		LP_MIN(now->wall_ns - LP_MIN(made_ns, now->wall_ns), LP_TOKEN_FILE_AGE_NS);
	return now->mono_ns + LP_TOKEN_FILE_AGE_NS - age_ns;
}

static void set_token_keys(void *arg)
{
	struct lp_worker_thread *thread = arg;
	lp_worker_set_token_keys(thread->worker, &thread->relay->worker_config.token_keys);
}

void lp_relay_on_day(void *arg)
{
	struct lp_relay *relay = arg;
	const struct lp_now *now = lp_loop_now(relay->loop);
	if (now->mono_ns >= relay->day_due_ns) {
		enum lp_err err = lp_token_file_rotate(relay->store, now->wall_ns,
						       &relay->worker_config.token_keys);
		if (err != LP_OK)
			lp_warn(LOG,
				"cannot write the new token keys to %s: %s; they are in use all "
				"the "
				"same, until the next start",
				lp_store_path(relay->store), lp_err_text(err));
		relay->day_due_ns = now->mono_ns + LP_TOKEN_FILE_AGE_NS;
		for (unsigned i = 0; i < relay->worker_count; i++)
			lp_loop_call(relay->threads[i].loop, set_token_keys, &relay->threads[i]);
		lp_relay_tell_dates(relay);
	}
	lp_timer_set(relay->day_timer, relay->day_due_ns);
}

enum lp_err lp_relay_load_keys(struct lp_relay *relay)
{
	struct lp_worker_config *config = &relay->worker_config;
	uint64_t made_ns = 0;
	enum lp_err err = lp_store_secret(relay->store, "reset.key", config->reset_key,
					  sizeof(config->reset_key), lp_random_secret);
	if (err == LP_OK)
		err = lp_token_file_load(relay->store, lp_loop_now(relay->loop)->wall_ns,
					 &config->token_keys, &made_ns);
	relay->day_due_ns = due_ns(relay, made_ns);
	if (err == LP_OK)
		err = lp_store_secret(relay->store, "ticket.key", config->ticket_key,
				      sizeof(config->ticket_key), lp_random_secret);
	if (err == LP_OK)
		err = load_first_credential(relay);
	config->credential = relay->credential;
	return err;
}
