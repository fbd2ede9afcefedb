/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "state/rollback.h"

#include "base/log.h"
#include "base/mem.h"
#include "state/object.h"

#include <json-c/json.h>
#include <string.h>

#define FILE_NAME "journal.json"

/* --- writing --- */

static void add_u32(struct json_object *object, const char *key, uint32_t value)
{
	json_object_object_add(object, key, json_object_new_int64(value));
}

static struct json_object *encode(const struct lp_rollback *change)
{
	struct json_object *object = json_object_new_object();
	char text[LP_ADDR_TEXT_LEN];

	lp_object_add_text(object, "interface", change->interface);
	add_u32(object, "ifindex", change->ifindex);
	if (change->hardware[0] != '\0')
		lp_object_add_text(object, "hardware", change->hardware);
	if (change->kind == LP_ROLLBACK_ROUTE) {
		lp_object_add_text(object, "route", lp_prefix_format(&change->route.dst, text));
		if (change->route.gateway.family != LP_ADDR_NONE)
			lp_object_add_text(object, "via",
					   lp_addr_format_ip(&change->route.gateway, text));
		add_u32(object, "metric", change->route.metric);
		if (change->route.table != 0)
			add_u32(object, "table", change->route.table);
	} else {
		lp_object_add_text(object, "setting", lp_netcfg_setting_name(change->setting));
		add_u32(object, "was", change->was);
		add_u32(object, "is", change->is);
	}
	return object;
}

enum lp_err lp_rollback_write(struct lp_store *store, const struct lp_rollback *list, size_t count)
{
	struct json_object *object, *array;
	char boot[LP_NETCFG_BOOT_ID_LEN];
	enum lp_err err;

	if (count == 0)
		return lp_store_remove(store, FILE_NAME);
	object = json_object_new_object();
	array = json_object_new_array();
	for (size_t i = 0; i < count; i++)
		json_object_array_add(array, encode(&list[i]));
	json_object_object_add(object, "version", json_object_new_int(1));
	lp_object_add_text(object, "boot", lp_netcfg_boot_id(boot));
	json_object_object_add(object, "changes", array);
	err = lp_object_write(store, FILE_NAME, object, false);
	json_object_put(object);
	return err;
}

/* --- reading --- */

static bool decode_route(struct json_object *object, struct lp_rollback *change)
{
	const char *dst = lp_object_text(object, "route"), *via = lp_object_text(object, "via");

	change->kind = LP_ROLLBACK_ROUTE;
	change->route.ifindex = change->ifindex;
	(void)lp_object_u32(object, "table", &change->route.table);
	return lp_prefix_parse(dst, &change->route.dst) == LP_OK &&
	       (via == NULL || lp_addr_parse_ip(via, &change->route.gateway) == LP_OK) &&
	       lp_object_u32(object, "metric", &change->route.metric);
}

static bool decode_setting(struct json_object *object, struct lp_rollback *change)
{
	const char *name = lp_object_text(object, "setting");
	int setting = 0;

	change->kind = LP_ROLLBACK_SETTING;
	if (name == NULL)
		return false;
	while (setting < LP_NETCFG__SETTING_COUNT &&
	       strcmp(name, lp_netcfg_setting_name((enum lp_netcfg_setting)setting)) != 0)
		setting++;
	change->setting = (enum lp_netcfg_setting)setting;
	return setting < LP_NETCFG__SETTING_COUNT && lp_object_u32(object, "was", &change->was) &&
	       lp_object_u32(object, "is", &change->is);
}

static bool decode(struct json_object *object, struct lp_rollback *change)
{
	const char *interface, *hardware;

	*change = (struct lp_rollback){0};
	if (!json_object_is_type(object, json_type_object))
		return false;
	interface = lp_object_text(object, "interface");
	hardware = lp_object_text(object, "hardware");
	if (interface == NULL ||
	    !lp_strcopy(change->interface, sizeof(change->interface), interface) ||
	    (hardware != NULL &&
	     !lp_strcopy(change->hardware, sizeof(change->hardware), hardware)) ||
	    !lp_object_u32(object, "ifindex", &change->ifindex))
		return false;
	return lp_object_text(object, "route") != NULL ? decode_route(object, change)
						       : decode_setting(object, change);
}

static bool decode_list(struct json_object *object, struct lp_rollback list[LP_ROLLBACK_MAX],
			size_t *count)
{
	struct json_object *array;
	size_t len;

	if (!json_object_object_get_ex(object, "changes", &array) ||
	    !json_object_is_type(array, json_type_array))
		return false;
	len = (size_t)json_object_array_length(array);
	if (len > LP_ROLLBACK_MAX)
		return false;
	while (*count < len && decode(json_object_array_get_idx(array, *count), &list[*count]))
		(*count)++;
	return *count == len;
}

enum lp_err lp_rollback_read(struct lp_store *store, struct lp_rollback list[LP_ROLLBACK_MAX],
			     size_t *count)
{
	struct json_object *object;
	char now[LP_NETCFG_BOOT_ID_LEN];
	const char *boot;
	enum lp_err err = lp_object_read(store, FILE_NAME, &object);

	*count = 0;
	if (err != LP_OK)
		return err == LP_ERR_NOT_FOUND ? LP_OK : err;
	boot = object != NULL ? lp_object_text(object, "boot") : NULL;
	if (boot == NULL ||
	    (strcmp(boot, lp_netcfg_boot_id(now)) == 0 && !decode_list(object, list, count))) {
		*count = 0;
		lp_warn("state",
			"%s/%s cannot be understood: routes and settings that a killed client has "
			"changed may be left; lanpartyd(8) says how to find them",
			lp_store_path(store), FILE_NAME);
	}
	json_object_put(object);
	return LP_OK;
}
