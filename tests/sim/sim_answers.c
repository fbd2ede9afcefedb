/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Each field of each answer that client, gateway and relay give an admin, held against what is so
 * (answers.c), in each state that a party may be in. A field that is not in the table fails.
 */

#include "../unit/fake_netos.h"
#include "answers.h"
#include "base/mem.h"
#include "node_role.h"
#include "relay/relay_impl.h"

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What was sent and came, as the wires and the devices of the simulation know it. */
struct scene {
	enum state state;
	uint16_t client_id; /* of the relay's own peers */
	uint16_t gateway_id;
	char pin[LP_PIN_TEXT_LEN];
	struct sim sim;
	struct sim_role relay;
	struct sim_role gateway;
	struct sim_role client;
};

static struct sim_role *member_of(struct scene *scene, enum member who)
{
	return who == CLIENT ? &scene->client : who == GATEWAY ? &scene->gateway : &scene->relay;
}

static const struct lp_mac hall_pc = {{0x00, 0x1b, 0x21, 0, 0, 0x77}};
static const struct lp_mac stranger = {{0x00, 0x1b, 0x21, 0, 0, 0x99}};
static const struct lp_mac player = {{0x02, 0, 0, 0, 0, 0x05}};
static const struct lp_mac everybody = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

static void frames(struct scene *scene, struct sim_role *from, const struct lp_mac *src,
		   const struct lp_mac *dst, size_t count)
{
	uint8_t frame[100] = {0};
	memcpy(frame, dst->octet, LP_MAC_LEN);
	memcpy(frame + LP_MAC_LEN, src->octet, LP_MAC_LEN);
	frame[12] = 0x88;
	frame[13] = 0xb6;
	sim_role_inject(from, frame, sizeof(frame), count);
	sim_run(&scene->sim, SIM_MS(500));
}

#define RELAY_CONF                                                                                 \
	"role=\"relay\";relay:{listen=\"0.0.0.0:443\";rooms=({code=\"party\";"                     \
	"max_clients=8;});};"
#define GATEWAY_CONF                                                                               \
	"role=\"gateway\";gateway:{relay=\"relay.example\";room=\"party\";name=\"hall\";"          \
	"interface=\"eth0\";trust:{pin=\"%s\";};};"
#define CLIENT_CONF                                                                                \
	"role=\"client\";client:{relay=\"relay.example\";room=\"party\";name=\"alice\";"           \
	"mac=\"02:00:00:00:00:05\";trust:{pin=\"%s\";};};"

static void open_scene(struct scene *scene)
{
	char *pin = scene->pin, conf[512];
	sim_init(&scene->sim, 1);
	fake_netos_reset();
	fake_netos_add_interface(1, "wlan0");
	fake_netos_add_address(1, "198.51.100.5/24");
	fake_netos_add_route("0.0.0.0/0", "198.51.100.1", 1, 600);
	sim_role_init(&scene->relay, &scene->sim, &lp_relay_role, "192.0.2.1", 443, RELAY_CONF);
	sim_role_start(&scene->relay);
	struct lp_pin own = lp_credential_pin(((struct lp_relay *)scene->relay.state)->credential);
	lp_pin_format(&own, pin);
	snprintf(conf, sizeof(conf), GATEWAY_CONF, pin);
	sim_role_init(&scene->gateway, &scene->sim, &lp_gateway_role, "198.51.100.250", 40250,
		      conf);
	snprintf(conf, sizeof(conf), CLIENT_CONF, pin);
	sim_role_init(&scene->client, &scene->sim, &lp_client_role, "198.51.100.5", 40005, conf);
	scene->gateway.relay_addr = scene->client.relay_addr = scene->relay.node.addr;
}

static void close_scene(struct scene *scene)
{
	sim_role_fini(&scene->client);
	sim_role_fini(&scene->gateway);
	sim_role_fini(&scene->relay);
	sim_fini(&scene->sim);
}

static void start_both(struct scene *scene)
{
	sim_role_start(&scene->gateway);
	sim_role_start(&scene->client);
}

static void traffic(struct scene *scene)
{
	start_both(scene);
	sim_run(&scene->sim, SIM_S(3));
	fake_netos_add_address(SIM_ROLE_TAP_INDEX, "10.77.0.5/24");
	frames(scene, &scene->client, &player, &everybody, 10);
	frames(scene, &scene->gateway, &hall_pc, &everybody, 5);
	frames(scene, &scene->client, &player, &hall_pc, 20);
	frames(scene, &scene->gateway, &hall_pc, &player, 7);
	frames(scene, &scene->client, &stranger, &everybody, 3);
}

static void idle(struct scene *scene)
{
	memset(&scene->gateway.relay_addr, 0, sizeof(scene->gateway.relay_addr));
	memset(&scene->client.relay_addr, 0, sizeof(scene->client.relay_addr));
	start_both(scene);
	sim_run(&scene->sim, SIM_S(2));
}

static void connecting(struct scene *scene)
{
	scene->gateway.node.down.is_cut = true;
	scene->client.node.down.is_cut = true;
	start_both(scene);
	sim_run(&scene->sim, SIM_S(2));
}

static void no_gateway(struct scene *scene)
{
	sim_role_start(&scene->client);
	sim_run(&scene->sim, SIM_S(5));
}

static void no_lan(struct scene *scene)
{
	traffic(scene);
	scene->gateway.nic.has_carrier = false;
	sim_run(&scene->sim, SIM_S(5));
}

static void well(struct scene *scene)
{
	traffic(scene);
	sim_run(&scene->sim, SIM_S(5));
}

static void on_stopped(void *arg)
{
	(void)arg;
}

static void stopped(struct scene *scene)
{
	traffic(scene);
	scene->relay.role->stop(scene->relay.state, on_stopped, NULL);
	sim_run(&scene->sim, SIM_S(5));
}

static void learn_ids(struct scene *scene)
{
	const struct lp_role *relay = scene->relay.role;
	struct lp_admin_peer *peers = NULL;
	size_t count = 0;
	assert_int_equal(relay->admin.peers(scene->relay.state, NULL, &peers, &count), LP_OK);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(peers[i].role, "client") == 0)
			scene->client_id = peers[i].peer_id;
		else
			scene->gateway_id = peers[i].peer_id;
	}
	free(peers);
}

static void kicked(struct scene *scene)
{
	traffic(scene);
	const struct lp_admin_ops *admin = &scene->relay.role->admin;
	learn_ids(scene);
	assert_int_equal(
		admin->kick(scene->relay.state, "party", scene->client_id, 300000, "uid 0 (root)"),
		LP_OK);
	assert_int_equal(
		admin->kick(scene->relay.state, "party", scene->gateway_id, 300000, "uid 0 (root)"),
		LP_OK);
	sim_run(&scene->sim, SIM_S(5));
}

static void absent(struct scene *scene)
{
	traffic(scene);
	sim_role_kill(&scene->client);
	sim_run(&scene->sim, SIM_S(25));
}

static const struct {
	const char *name;
	void (*bring_about)(struct scene *scene);
} states[STATE__COUNT] = {
	[IDLE] = {"idle", idle},
	[CONNECTING] = {"connecting", connecting},
	[NO_GATEWAY] = {"no gateway", no_gateway},
	[NO_LAN] = {"no LAN", no_lan},
	[WELL] = {"well", well},
	[STOPPED] = {"relay stopped", stopped},
	[KICKED] = {"kicked", kicked},
	[ABSENT] = {"client died", absent},
};

/* --- the truth --- */

/* What the test knows by that name. */
static void known(struct scene *scene, const struct sim_role *of, const char *name, char text[96])
{
	const struct {
		const char *name;
		uint64_t value;
	} numbers[] = {
		{"client_id", scene->client_id},
		{"gateway_id", scene->gateway_id},
		{"packets_tx", of->node.packets_tx},
		{"packets_rx", of->node.packets_rx},
		{"bytes_tx", of->bytes_tx},
		{"bytes_rx", of->bytes_rx},
		{"client_in", scene->client.frames_out},
		{"client_bytes_in", scene->client.bytes_out},
		{"relay_in", 30 + scene->client.frames_out},
		{"relay_bytes_in", 3000 + scene->client.bytes_out},
	};
	snprintf(text, 96, "\"%s\"", scene->pin);
	for (size_t i = 0; i < LP_ARRAY_COUNT(numbers); i++) {
		if (strcmp(numbers[i].name, name) == 0)
			snprintf(text, 96, "%llu", (unsigned long long)numbers[i].value);
	}
}

static bool is_true(struct scene *scene, const struct sim_role *of, const char *value,
		    const char *truth)
{
	char text[256], *end, *rest = NULL;
	lp_strcopy(text, sizeof(text), truth);
	for (char *part = strtok_r(text, "|", &rest); part; part = strtok_r(NULL, "|", &rest)) {
		char number[96];
		const char *dots = strstr(part, "..");
		double low, most;
		if (*part == '=') {
			known(scene, of, part + 1, number);
			part = number;
		}
		if (*part == '~' ? strstr(value, part + 1) != NULL : strcmp(value, part) == 0)
			return true;
		if (!dots || *part == '"')
			continue;
		low = strtod(part, NULL);
		most = strtod(dots + 2, NULL);
		double is = strtod(value, &end);
		if (!*end && is >= low && is <= most)
			return true;
	}
	return false;
}

static unsigned lies; /* of all states */

static void lie(const struct scene *scene, const struct answer *answer, const char *field,
		const char *value, const char *truth)
{
	static const char *const names[] = {"client", "gateway", "relay"};
	print_error("%s, %s of the %s: %s is %s, and it is %s\n", states[scene->state].name,
		    answer->command, names[answer->who], field, value, truth);
	lies++;
}

static bool is_sentences(const struct scene *scene, const struct answer *answer,
			 struct json_object *lines)
{
	const char *const *wanted = sentences[answer->who][scene->state];
	size_t i = 0;
	for (; i < json_object_array_length(lines); i++) {
		struct json_object *line = json_object_array_get_idx(lines, i);
		char text[512];
		snprintf(text, sizeof(text), "%s %s",
			 json_object_get_string(json_object_object_get(line, "level")),
			 json_object_get_string(json_object_object_get(line, "text")));
		if (!wanted[i] || strncmp(text, wanted[i], strlen(wanted[i])) != 0)
			return false;
		assert_int_equal(json_object_object_length(line), 2);
	}
	return !wanted[i];
}

static const struct row *find_row(const struct answer *answer, const char *field)
{
	for (size_t i = 0; i < answer->table.count; i++) {
		if (strcmp(answer->table.rows[i].field, field) == 0)
			return &answer->table.rows[i];
	}
	return NULL;
}

static void check_object(struct scene *scene, const struct answer *answer,
			 struct json_object *object)
{
	size_t count = 0;
	json_object_object_foreach(object, field, member)
	{
		const struct row *row = find_row(answer, field);
		const char *value = json_object_to_json_string_ext(
			member, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
		const char *truth = row ? row->truths[scene->state] : NULL;
		if (!truth)
			lie(scene, answer, field, value, "in no row of the table");
		else if (strcmp(truth, "=sentences") == 0
				 ? !is_sentences(scene, answer, member)
				 : !is_true(scene, member_of(scene, answer->who), value, truth))
			lie(scene, answer, field, value, truth);
		count++;
	}
	if (count != answer->table.count)
		lie(scene, answer, "one of the rows", "missing", "there");
}

static void check(struct scene *scene, const struct answer *answer)
{
	const struct sim_role *member = member_of(scene, answer->who);
	struct json_object *object, *content;
	char line[64], count_text[32], wanted_text[32], *text;
	size_t count = 0;
	snprintf(line, sizeof(line), "{\"command\":\"%s\"}", answer->command);
	text = lp_admin_answer(&member->role->admin, member->state, line, strlen(line));
	object = json_tokener_parse(text);
	free(text);
	assert_true(json_object_object_get_ex(object, answer->command, &content));
	assert_int_equal(json_object_object_length(object), 3); /* version, ok */
	if (!answer->key || strcmp(answer->command, "status") == 0)
		check_object(scene, answer, content);
	for (size_t i = 0; answer->key && i < json_object_array_length(content); i++) {
		struct json_object *row = json_object_array_get_idx(content, i);
		if (strcmp(json_object_get_string(json_object_object_get(row, answer->key)),
			   answer->value) != 0)
			continue;
		check_object(scene, answer, row);
		count++;
	}
	snprintf(count_text, sizeof(count_text), "%zu", count);
	snprintf(wanted_text, sizeof(wanted_text), "%zu", answer->counts[scene->state]);
	if (answer->key && count != answer->counts[scene->state])
		lie(scene, answer, "the number of rows", count_text, wanted_text);
	json_object_put(object);
}

/* What is asked of a role and is in no table, it has nothing to say to. */
static void check_others(struct scene *scene, enum member who)
{
	static const char *const commands[] = {"status", "rooms", "peers",
					       "stats",	 "drops", "bans"};
	const struct sim_role *member = member_of(scene, who);
	for (size_t i = 0; i < LP_ARRAY_COUNT(commands); i++) {
		char line[64], *text;
		bool is_in_table = false;
		for (size_t j = 0; j < answer_count; j++)
			is_in_table |= answers[j].who == who &&
				       strcmp(answers[j].command, commands[i]) == 0;
		snprintf(line, sizeof(line), "{\"command\":\"%s\"}", commands[i]);
		text = lp_admin_answer(&member->role->admin, member->state, line, strlen(line));
		assert_int_equal(strstr(text, "\"unsupported\"") != NULL, !is_in_table);
		free(text);
	}
}

static void each_answer_in_each_state(void **state)
{
	static struct scene scene;
	(void)state;
	for (enum state i = 0; i < STATE__COUNT; i++) {
		memset(&scene, 0, sizeof(scene));
		scene.state = i;
		open_scene(&scene);
		states[i].bring_about(&scene);
		if (i != KICKED)
			learn_ids(&scene);
		for (size_t j = 0; j < answer_count; j++) {
			if (member_of(&scene, answers[j].who)->state)
				check(&scene, &answers[j]);
		}
		for (enum member who = 0; who < MEMBER__COUNT && i == WELL; who++)
			check_others(&scene, who);
		close_scene(&scene);
	}
	assert_int_equal(lies, 0);
}

/* Who looks must not be who mends: what the client does about its network it does in its own time.
 */
static void a_question_changes_nothing(void **state)
{
	static struct scene scene;
	(void)state;
	scene.state = WELL;
	open_scene(&scene);
	well(&scene);
	fake_netos_add_route("0.0.0.0/0", "10.77.0.1", SIM_ROLE_TAP_INDEX, 100);
	struct fake_netos before = fake_netos;
	for (enum member who = 0; who < MEMBER__COUNT; who++)
		check_others(&scene, who);
	assert_int_equal(fake_netos.change_count, before.change_count);
	assert_true(fake_netos_is_same(&fake_netos, &before));
	sim_run(&scene.sim, SIM_S(6));
	assert_int_equal(fake_netos_count("0.0.0.0/0", SIM_ROLE_TAP_INDEX), 0);
	close_scene(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_answer_in_each_state),
		cmocka_unit_test(a_question_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
