/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "conf/crosscheck.h"

#include "conf/field.h"

/* Where the key of this path was set; nowhere when it was not. */
static struct lp_source_location location_of(const struct lp_load *load, const char *path)
{
	const struct lp_schema_key *key = lp_schema_find(path);

	return key == NULL ? (struct lp_source_location){0} : load->places[key - lp_schema];
}

static bool is_set(const struct lp_load *load, const char *path)
{
	return location_of(load, path).file != NULL;
}

/* Keys without which the role cannot start. */
static void check_required(struct lp_load *load)
{
	const enum lp_conf_role role = load->conf->role;
	struct lp_source_location place = location_of(load, "role");

	if (place.line == 0)
		place = load->whole;
	for (size_t i = 0; i < lp_schema_count; i++) {
		const struct lp_schema_key *key = &lp_schema[i];

		if (!key->is_required || (key->roles & (1U << role)) == 0 ||
		    lp_schema_is_room_key(key) || is_set(load, key->path))
			continue;
		lp_faults_add(&load->faults, place, key->path, "must be set for role \"%s\": %s",
			      lp_conf_role_name(role), key->help);
	}
}

static void check_trust(struct lp_load *load, const char *pin, const char *ca_file)
{
	if (is_set(load, pin) && is_set(load, ca_file))
		lp_faults_add(&load->faults, location_of(load, ca_file), ca_file,
			      "there is a pin too: keep one of the two");
}

static void check_certificate(struct lp_load *load)
{
	const bool has_certificate = is_set(load, "relay.certificate");

	if (has_certificate == is_set(load, "relay.key"))
		return;
	if (has_certificate)
		lp_faults_add(&load->faults, location_of(load, "relay.certificate"),
			      "relay.certificate", "needs relay.key too: its key file");
	else
		lp_faults_add(&load->faults, location_of(load, "relay.key"), "relay.key",
			      "needs relay.certificate too: its certificate file");
}

static void check_rooms(struct lp_load *load)
{
	const struct lp_conf_relay *relay = &load->conf->relay;
	struct lp_source_location place = location_of(load, "relay.rooms");

	if (place.file == NULL)
		place = load->whole;
	if (relay->room_count == 0 && !relay->open_rooms && !load->has_unread)
		lp_faults_add(&load->faults, place, "relay.rooms",
			      "nobody could join: name a room, or set relay.open_rooms = true");
	if (relay->limits.rooms != 0 && relay->room_count > relay->limits.rooms)
		lp_faults_add(&load->faults, place, "relay.rooms",
			      "%zu rooms are more than relay.limits.rooms = %u allows",
			      relay->room_count, (unsigned)relay->limits.rooms);
}

/* Is what the keys of the role name there? */
static void check_machine(struct lp_load *load)
{
	const struct lp_conf_machine *machine = load->machine;
	struct lp_faults warnings = {.on_error = machine->on_warning, .user = load->faults.user};

	for (size_t i = 0; i < lp_schema_count; i++) {
		const struct lp_schema_key *key = &lp_schema[i];
		const bool is_used = key->names != LP_CONF_OBJECT_NONE &&
				     (key->roles & (1U << load->conf->role)) != 0;
		const char *name = is_used ? lp_field_text(key, load->conf) : NULL;
		bool is_missing = false;
		const char *wrong;

		if (name == NULL)
			continue;
		wrong = machine->check(key->names, name, &is_missing);
		if (wrong != NULL)
			lp_faults_add(is_missing ? &warnings : &load->faults, load->places[i],
				      key->path, "\"%s\" %s", name, wrong);
	}
}

void lp_crosscheck(struct lp_load *load)
{
	if (!is_set(load, "role")) {
		lp_faults_add(&load->faults, load->whole, "role",
			      "is not set: write role = \"relay\", \"gateway\" or \"client\"");
		return;
	}
	if (!load->has_unread)
		check_required(load);
	switch (load->conf->role) {
	case LP_CONF_ROLE_RELAY:
		check_certificate(load);
		check_rooms(load);
		break;
	case LP_CONF_ROLE_GATEWAY:
		check_trust(load, "gateway.trust.pin", "gateway.trust.ca_file");
		break;
	case LP_CONF_ROLE_CLIENT:
		check_trust(load, "client.trust.pin", "client.trust.ca_file");
		break;
	case LP_CONF_ROLE_NONE:
		break;
	}
	if (load->machine != NULL)
		check_machine(load);
}
