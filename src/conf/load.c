/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "conf/load.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "conf/crosscheck.h"
#include "conf/field.h"
#include "conf/input.h"
#include "conf/mistake.h"
#include "conf/value.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PATH_MAX_LEN  128 /* longer ones are unknown anyway */
#define LABEL_MAX_LEN 32  /* "relay.rooms[65535]" */

static const struct lp_source_location on_command_line = {"-o", 0};

/* One parsed text: the file, or the value of one override. */
struct document {
	config_t config;
	struct lp_input input;
	bool is_override;
};

/* The list of rooms is read last, when it is known what holds for rooms that say nothing. */
struct rooms {
	const struct document *document; /* NULL = none were set */
	const config_setting_t *setting;
};

static struct lp_source_location place_of(const struct document *document,
					  const config_setting_t *setting)
{
	if (document->is_override)
		return on_command_line;
	return lp_input_location(&document->input, (unsigned)config_setting_source_line(setting));
}

/* What may stand in the group: offers the name of each member, answers with its whole path. */
static void offer_members(struct lp_suggest *suggest, const char *group)
{
	const size_t group_len = strlen(group);

	for (size_t i = 0; i < lp_schema_count; i++) {
		const char *path = lp_schema[i].path;
		char member[LP_SUGGEST_MAX + 1];
		const char *name;

		if (strncmp(path, group, group_len) != 0 ||
		    (group_len > 0 && path[group_len] != '.'))
			continue;
		name = path + group_len + (group_len > 0 ? 1 : 0);
		(void)lp_strcopy(member, (size_t)(name - path) + strcspn(name, ".") + 1, path);
		lp_suggest_offer(suggest, member + (name - path), member);
	}
}

static void fault_unknown(struct lp_load *load, struct lp_source_location place, const char *group,
			  const char *name, const char *path)
{
	struct lp_suggest suggest;

	lp_suggest_init(&suggest, name);
	offer_members(&suggest, group);
	/* Perhaps the right key in the wrong group. */
	for (size_t i = 0; i < lp_schema_count && suggest.best[0] == '\0'; i++) {
		if (strcmp(lp_schema_name(&lp_schema[i]), name) == 0)
			lp_suggest_offer(&suggest, name, lp_schema[i].path);
	}
	if (suggest.best[0] != '\0')
		lp_faults_add(&load->faults, place, path, "unknown key, did you mean \"%s\"?",
			      suggest.best);
	else
		lp_faults_add(&load->faults, place, path,
			      "unknown key: lanparty.conf(5) lists those that there are");
}

static void read_group(struct lp_load *load, const struct document *document,
		       const config_setting_t *group, const char *prefix, struct rooms *rooms)
{
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *setting = config_setting_get_elem(group, (unsigned)i);
		const char *name = config_setting_name(setting);
		const struct lp_source_location place = place_of(document, setting);
		const struct lp_schema_key *key;
		char path[PATH_MAX_LEN];

		(void)snprintf(path, sizeof(path), "%s%s%s", prefix, *prefix == '\0' ? "" : ".",
			       name);
		key = lp_schema_find(path);
		if (key != NULL) {
			load->places[key - lp_schema] = place;
			if (key->type == LP_SCHEMA_ROOMS)
				*rooms = (struct rooms){document, setting};
			else
				lp_value_read(key, load->conf, setting, place, path, &load->faults);
		} else if (!lp_schema_is_group(path)) {
			fault_unknown(load, place, prefix, name, path);
		} else if (config_setting_is_group(setting)) {
			read_group(load, document, setting, path, rooms);
		} else {
			lp_faults_add(&load->faults, place, path, "must be a group: %s: { ... };",
				      name);
			load->has_unread = true;
		}
	}
}

static void read_room(struct lp_load *load, const struct document *document,
		      const config_setting_t *group, const char *label, struct lp_conf_room *room)
{
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *setting = config_setting_get_elem(group, (unsigned)i);
		const char *name = config_setting_name(setting);
		const struct lp_source_location place = place_of(document, setting);
		const struct lp_schema_key *key;
		char path[PATH_MAX_LEN];

		(void)snprintf(path, sizeof(path), LP_SCHEMA_ROOM_PREFIX "%s", name);
		key = lp_schema_find(path);
		(void)snprintf(path, sizeof(path), "%s.%.64s", label, name);
		if (key == NULL)
			fault_unknown(load, place, "relay.rooms", name, path);
		else
			lp_value_read(key, room, setting, place, path, &load->faults);
	}
}

/* Room codes are compared without case, so they are kept in the map in lower case. */
static void check_code(struct lp_load *load, struct lp_map *codes, const config_setting_t *group,
		       struct lp_source_location place, const char *label, const char *code)
{
	char folded[LP_MAP_KEY_MAX + 1];
	char path[LABEL_MAX_LEN + 5];

	(void)snprintf(path, sizeof(path), "%s.code", label);
	if (config_setting_get_member(group, "code") == NULL)
		lp_faults_add(&load->faults, place, path, "must be set: %s",
			      lp_schema_find("relay.rooms.code")->help);
	if (code == NULL || !lp_strcopy(folded, sizeof(folded), code))
		return;
	for (char *p = folded; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	if (lp_map_put(codes, folded, strlen(folded), codes) != NULL)
		lp_faults_add(&load->faults, place, path,
			      "room \"%s\" is there twice; case does not matter", code);
}

static void read_rooms(struct lp_load *load, const struct rooms *rooms)
{
	const struct lp_schema_key *key = lp_schema_find("relay.rooms");
	const struct lp_schema_key *max_clients = lp_schema_find("relay.rooms.max_clients");
	const struct lp_source_location whole = load->places[key - lp_schema];
	struct lp_conf_room *room;
	struct lp_map *codes;

	if (!config_setting_is_list(rooms->setting)) {
		lp_faults_add(&load->faults, whole, key->path,
			      "must be a list of rooms: ( { code = \"...\"; }, ... )");
		load->has_unread = true;
		return;
	}
	room = lp_field_make_rooms(key, load->conf, (size_t)config_setting_length(rooms->setting));
	codes = lp_map_new();
	for (int i = 0; i < config_setting_length(rooms->setting); i++) {
		const config_setting_t *group =
			config_setting_get_elem(rooms->setting, (unsigned)i);
		const struct lp_source_location place = place_of(rooms->document, group);
		char label[LABEL_MAX_LEN];

		(void)snprintf(label, sizeof(label), "%s[%d]", key->path, i);
		if (!config_setting_is_group(group)) {
			lp_faults_add(&load->faults, whole, label,
				      "must be a group: { code = \"...\"; }");
			continue;
		}
		lp_field_reset(max_clients, &room[i]);
		read_room(load, rooms->document, group, label, &room[i]);
		check_code(load, codes, group, place, label, room[i].code);
	}
	lp_map_free(codes);
}

/* libconfig's own words are few: they get a remedy. */
static const char *explain(const char *error)
{
	if (strstr(error, "duplicate") != NULL)
		return "this name is there twice in its group: keep one of the two";
	if (strstr(error, "element type") != NULL)
		return "a list in [ ] holds values of one type only";
	/* Its parser's, whose stack has an end. */
	if (strstr(error, "memory exhausted") != NULL)
		return "too many groups or lists inside of each other: is a closing bracket "
		       "missing before?";
	if (strstr(error, "syntax") != NULL)
		return "syntax error: is a \";\", a bracket or a quote missing here or just "
		       "before?";
	return error;
}

static bool parse_document(struct document *document, struct lp_faults *faults)
{
	const char *error, *what;
	char mistake[LP_MISTAKE_LEN];
	unsigned line;

	if (document->input.text == NULL)
		return true;
	if (config_read_string(&document->config, document->input.text) == CONFIG_TRUE)
		return true;
	line = (unsigned)config_error_line(&document->config);
	error = config_error_text(&document->config);
	what = explain(error);
	if (strstr(error, "syntax") != NULL &&
	    lp_mistake_find(document->input.text, &line, mistake))
		what = mistake;
	lp_faults_add(faults, lp_input_location(&document->input, line), NULL, "%s", what);
	return false;
}

static void document_init(struct document *document, bool is_override)
{
	document->is_override = is_override;
	config_init(&document->config);
	lp_input_init(&document->input);
}

static void document_fini(struct document *document)
{
	config_destroy(&document->config);
	lp_input_fini(&document->input);
}

/*
 * The value of an override as libconfig would read it, or as bare text: `443/udp` needs no quotes
 * on a command line.
 */
static const config_setting_t *parse_override(struct document *document,
					      const struct lp_schema_key *key, const char *value)
{
	const bool is_text = key->type == LP_SCHEMA_TEXT || key->type == LP_SCHEMA_TEXTS ||
			     key->type == LP_SCHEMA_CHOICE || key->type == LP_SCHEMA_WORDS;
	struct lp_faults silent = {0};
	config_setting_t *setting;

	if (!is_text || strchr("\"[(", *value) != NULL) {
		static const char head[] = "value = ";
		const size_t len = sizeof(head) - 1 + strlen(value);
		char *text = lp_alloc(len + 1);
		bool is_value;

		memcpy(text, head, sizeof(head) - 1);
		memcpy(text + sizeof(head) - 1, value, len - (sizeof(head) - 1));
		is_value =
			lp_input_read_text(&document->input, "-o", text, len, &silent) == LP_OK &&
			parse_document(document, &silent) &&
			config_setting_length(config_root_setting(&document->config)) == 1;
		free(text);
		if (is_value)
			return config_setting_get_elem(config_root_setting(&document->config), 0);
		config_destroy(&document->config);
		config_init(&document->config);
	}
	setting = config_setting_add(config_root_setting(&document->config), "value",
				     CONFIG_TYPE_STRING);
	(void)config_setting_set_string(setting, value);
	return setting;
}

static void apply_override(struct lp_load *load, struct document *document,
			   const struct lp_conf_override *override, struct rooms *rooms)
{
	const struct lp_schema_key *key = lp_schema_find(override->path);
	const struct lp_source_location place = on_command_line;
	const config_setting_t *setting;

	if (key == NULL && lp_schema_is_group(override->path)) {
		lp_faults_add(&load->faults, place, override->path,
			      "is a group: name one key of it");
		return;
	}
	if (key == NULL) {
		const char *dot = strrchr(override->path, '.');
		char group[PATH_MAX_LEN] = "";

		if (dot != NULL)
			(void)lp_strcopy(group,
					 LP_MIN(sizeof(group), (size_t)(dot - override->path) + 1),
					 override->path);
		fault_unknown(load, place, group, dot == NULL ? override->path : dot + 1,
			      override->path);
		return;
	}
	if (lp_schema_is_room_key(key)) {
		lp_faults_add(&load->faults, place, override->path,
			      "is in a list: give the whole relay.rooms=( { code = \"...\"; } )");
		return;
	}
	load->places[key - lp_schema] = place;
	if (*override->value == '\0') {
		load->places[key - lp_schema] = (struct lp_source_location){0};
		lp_field_reset(key, load->conf);
		if (key->type == LP_SCHEMA_ROOMS)
			rooms->document = NULL;
		return;
	}
	setting = parse_override(document, key, override->value);
	if (key->type == LP_SCHEMA_ROOMS)
		*rooms = (struct rooms){document, setting};
	else
		lp_value_read(key, load->conf, setting, place, override->path, &load->faults);
}

/* `file` has been read into its input, faults and all. */
static enum lp_err finish(struct lp_load *load, struct document *file,
			  const struct lp_conf_override *overrides, size_t override_count,
			  struct lp_conf **out)
{
	struct document *documents = lp_alloc_array(override_count + 1, sizeof(*documents));
	struct rooms rooms = {0};
	enum lp_err err;

	for (size_t i = 0; i < lp_schema_count; i++) {
		if (!lp_schema_is_room_key(&lp_schema[i]))
			lp_field_reset(&lp_schema[i], load->conf);
	}
	for (size_t i = 0; i < override_count; i++)
		document_init(&documents[i], true);
	/* A file that is broken as a whole says nothing of what is missing in it. */
	if (load->faults.count == 0 && parse_document(file, &load->faults)) {
		read_group(load, file, config_root_setting(&file->config), "", &rooms);
		for (size_t i = 0; i < override_count; i++)
			apply_override(load, &documents[i], &overrides[i], &rooms);
		if (rooms.document != NULL)
			read_rooms(load, &rooms);
		lp_crosscheck(load);
	}
	err = load->faults.count == 0 ? LP_OK : LP_ERR_INVALID;
	for (size_t i = 0; i < override_count; i++)
		document_fini(&documents[i]);
	free(documents);
	free(load->places);
	if (err == LP_OK)
		*out = load->conf;
	else
		lp_conf_free(load->conf);
	return err;
}

static struct lp_load begin(const char *name, void (*on_error)(void *user, const char *line),
			    void *user)
{
	return (struct lp_load){
		.conf = lp_alloc(sizeof(struct lp_conf)),
		.faults = {.on_error = on_error, .user = user},
		.places = lp_alloc_array(lp_schema_count, sizeof(struct lp_source_location)),
		.whole = {.file = name},
	};
}

enum lp_err lp_conf_test(const char *file, const struct lp_conf_override *overrides,
			 size_t override_count, const struct lp_conf_machine *machine,
			 void (*on_error)(void *user, const char *line), void *user,
			 struct lp_conf **out)
{
	struct lp_load load = begin(file == NULL ? "-o" : file, on_error, user);
	struct document document;
	enum lp_err err;

	load.machine = machine;
	document_init(&document, false);
	if (file != NULL)
		lp_input_read_file(&document.input, file, &load.faults);
	err = finish(&load, &document, overrides, override_count, out);
	if (err == LP_OK)
		lp_input_give_files(&document.input, &(*out)->files, &(*out)->file_count);
	document_fini(&document);
	return err;
}

enum lp_err lp_conf_load(const char *file, const struct lp_conf_override *overrides,
			 size_t override_count, void (*on_error)(void *user, const char *line),
			 void *user, struct lp_conf **out)
{
	return lp_conf_test(file, overrides, override_count, NULL, on_error, user, out);
}

enum lp_err lp_conf_load_text(const char *name, const char *text, size_t len,
			      const struct lp_conf_override *overrides, size_t override_count,
			      void (*on_error)(void *user, const char *line), void *user,
			      struct lp_conf **out)
{
	struct lp_load load = begin(name, on_error, user);
	struct document document;
	enum lp_err err;

	document_init(&document, false);
	lp_input_read_text(&document.input, name, text, len, &load.faults);
	err = finish(&load, &document, overrides, override_count, out);
	document_fini(&document);
	return err;
}

void lp_conf_free(struct lp_conf *conf)
{
	if (conf == NULL)
		return;
	for (size_t i = 0; i < lp_schema_count; i++) {
		if (!lp_schema_is_room_key(&lp_schema[i]))
			lp_field_clear(&lp_schema[i], conf);
	}
	for (size_t i = 0; i < conf->file_count; i++)
		free(conf->files[i]);
	free(conf->files);
	free(conf);
}
