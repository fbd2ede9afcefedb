/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What the daemon itself answers, whatever its role: version, config, log, reload, drops, and its
 * part of status, held against what is so. A relay runs for it, and the program lanpartyctl asks.
 */
#include "config.h"

#include "base/mem.h"
#include "frame/verdict.h"

#include <arpa/inet.h>
#include <json-c/json.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define OUTPUT_MAX (1 << 20)

static char bin[PATH_MAX], folder[32];
static char out[OUTPUT_MAX];
static pid_t daemon_pid;
static unsigned port;

#define FILE_HEAD                                                                                  \
	"role = \"relay\";\ncontrol: { socket = \"%s/sock\"; };\nstate_dir = \"%s/state\";\n"

/* The text with the daemon's port for each $, until the next call. */
static const char *fill(const char *text)
{
	static char filled[512];
	size_t len = 0;

	for (; *text && len + 8 < sizeof(filled); text++) {
		if (*text == '$')
			len += (size_t)sprintf(filled + len, "%u", port);
		else
			filled[len++] = *text;
	}
	filled[len] = '\0';
	return filled;
}

/* One that nobody else has. */
static unsigned find_port(void)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(bind(fd, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&addr, &len), 0);
	close(fd);
	return ntohs(addr.sin_port);
}

/* The daemon's file: what is always in it, and what the test is about. */
static void write_conf(const char *text)
{
	char path[80];
	FILE *file;

	snprintf(path, sizeof(path), "%s/a.conf", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	fchmod(fileno(file), 0600);
	fprintf(file, FILE_HEAD, folder, folder);
	fputs(fill(text), file);
	fclose(file);
}

/* Runs a line of a shell, where $T is lanpartyctl -j, $D the daemon and $F its file. */
static int shell(const char *line)
{
	FILE *pipe = popen(line, "r");
	size_t len;
	int status;

	assert_non_null(pipe);
	len = fread(out, 1, sizeof(out) - 1, pipe);
	out[len] = '\0';
	status = pclose(pipe);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Asks, and gives what it printed as an object. */
static struct json_object *ask(const char *words, int exit_code)
{
	char line[128];
	struct json_object *answer;

	snprintf(line, sizeof(line), "$T %s", words);
	assert_int_equal(shell(line), exit_code);
	answer = json_tokener_parse(out);
	assert_non_null(answer);
	return answer;
}

/* A member of a member of …; borrowed. */
static struct json_object *at(struct json_object *object, const char *path)
{
	char text[96], *rest = NULL;

	lp_strcopy(text, sizeof(text), path);
	for (char *key = strtok_r(text, ".", &rest); key; key = strtok_r(NULL, ".", &rest)) {
		if (json_object_is_type(object, json_type_array))
			object = json_object_array_get_idx(object, (size_t)atoi(key));
		else if (!json_object_object_get_ex(object, key, &object))
			fail_msg("there is no %s of %s", key, path);
	}
	return object;
}

static const char *plain(struct json_object *object)
{
	return json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
							      JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* The whole of a member, so that one more in it is seen. Gives the answer back. */
static struct json_object *expect(struct json_object *answer, const char *path, const char *wanted)
{
	assert_string_equal(plain(at(answer, path)), fill(wanted));
	return answer;
}

#define GOOD "relay: { listen = \"127.0.0.1:$\"; open_rooms = true; };\n"

#define ROOM                                                                                       \
	"relay: { listen = \"127.0.0.1:$\"; open_rooms = true; rooms = ({ code = \"secret\"; }); " \
	"};\n"

static int start_daemon(void **state)
{
	char line[128];
	ssize_t len = readlink("/proc/self/exe", bin, sizeof(bin) - 20);
	char *slash;

	(void)state;
	if (len < 0)
		return -1;
	bin[len] = '\0';
	for (int i = 0; i < 3 && (slash = strrchr(bin, '/')); i++)
		*slash = '\0'; /* tests/unit/test_daemon_answers */
	strcpy(folder, "/tmp/lanparty-answers.XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(out, sizeof(out), "%s/lanpartyctl -j -s %s/sock", bin, folder);
	setenv("T", out, 1);
	snprintf(out, sizeof(out), "%s/lanpartyd", bin);
	setenv("D", out, 1);
	snprintf(out, sizeof(out), "%s/a.conf", folder);
	setenv("F", out, 1);
	port = find_port();
	write_conf(GOOD);
	daemon_pid = fork();
	if (daemon_pid == 0) {
		snprintf(line, sizeof(line), "%s/log", folder);
		if (freopen(line, "w", stderr))
			execl(getenv("D"), "lanpartyd", "-c", getenv("F"), (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 500 && shell("$T version") != 0; i++)
		usleep(20000);
	return shell("$T version") == 0 ? 0 : -1;
}

static int stop_daemon(void **state)
{
	char line[64];

	(void)state;
	kill(daemon_pid, SIGTERM);
	waitpid(daemon_pid, NULL, 0);
	snprintf(line, sizeof(line), "rm -r %s", folder);
	return system(line);
}

static void version(void **state)
{
	char wanted[128];
	struct json_object *answer = ask("version", 0);

	(void)state;
	snprintf(wanted, sizeof(wanted), "{\"version\":\"%s\",\"role\":\"relay\",\"pid\":%d}",
		 PACKAGE_VERSION, (int)daemon_pid);
	expect(answer, "daemon", wanted);
	assert_int_equal(json_object_object_length(answer), 3);
	json_object_put(answer);
}

static void its_part_of_status(void **state)
{
	struct json_object *answer = ask("status", 0), *lines = at(answer, "status.lines");
	char pid[16];
	size_t count = json_object_array_length(lines);

	(void)state;
	snprintf(pid, sizeof(pid), "%d", (int)daemon_pid);
	expect(answer, "status.version", "\"" PACKAGE_VERSION "\"");
	expect(answer, "status.pid", pid);
	expect(answer, "status.is_root", geteuid() == 0 ? "true" : "false");
	expect(answer, "status.waiting_for_restart", "[]");
	expect(answer, "status.listen", "\"127.0.0.1:$\"");
	/* As root it says so, and else only what the relay says. */
	assert_int_equal(count, geteuid() == 0 ? 2 : 1);
	if (geteuid() == 0)
		assert_non_null(strstr(plain(lines), "stays root"));
	json_object_put(answer);
}

/* What is in effect is what lanpartyd -T makes of the same file. */
static void config(void **state)
{
	struct json_object *answer = ask("config", 0);

	(void)state;
	assert_int_equal(json_object_object_length(answer), 3);
	assert_int_equal(shell("$D -T -c $F"), 0);
	assert_string_equal(json_object_get_string(at(answer, "config")), out);
	json_object_put(answer);
}

static void log_level(void **state)
{
	static const struct {
		const char *words;
		const char *level;
	} steps[] = {
		{"log", "\"info\""},	    {"log debug", "\"debug\""}, {"log", "\"debug\""},
		{"log error", "\"error\""}, {"log", "\"error\""},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(steps); i++)
		json_object_put(expect(ask(steps[i].words, 0), "level", steps[i].level));
	/* "until the next reload" */
	json_object_put(ask("reload", 0));
	json_object_put(expect(ask("log", 0), "level", "\"info\""));
	json_object_put(expect(ask("log loud", 2), "error.code", "\"bad_request\""));
}

static void drops(void **state)
{
	struct json_object *answer = ask("drops", 0), *rows = at(answer, "drops");

	(void)state;
	assert_int_equal(json_object_array_length(rows), LP_VERDICT__COUNT - 1);
	for (enum lp_verdict i = LP_VERDICT_FORWARD + 1; i < LP_VERDICT__COUNT; i++) {
		char wanted[256];

		snprintf(wanted, sizeof(wanted),
			 "{\"reason\":\"%s\",\"action\":\"%s\",\"help\":\"%s\",\"frames\":0,"
			 "\"copies\":0}",
			 lp_verdict_name(i), lp_action_name(lp_verdict_action(i)),
			 lp_verdict_help(i));
		assert_string_equal(plain(json_object_array_get_idx(rows, i - 1)), wanted);
	}
	json_object_put(answer);
}

/* A file, and what a reload of it has to say; then what status and config say. */
static void reload(void **state)
{
	static const struct {
		const char *conf;
		int exit_code;
		const char *keys; /* that have changed … */
		const char *effects;
		const char *old_values;
		const char *new_values;
		const char *waiting;
		const char *in_force; /* … a line of config */
	} steps[] = {
		{GOOD, 0, "", "", "", "", "[]", "open_rooms = true;"},
		{GOOD "log: { level = \"warn\"; };\n", 0, "log.level", "now", "\"info\"",
		 "\"warn\"", "[]", "level = \"warn\";"},
		{GOOD "log: { level = \"info\"; };\n", 0, "log.level", "now", "\"warn\"",
		 "\"info\"", "[]", "level = \"info\";"},
		{"relay: { listen = \"127.0.0.1:1\"; open_rooms = true; };\n", 7, "relay.listen",
		 "restart", "\"127.0.0.1:$\"", "\"127.0.0.1:1\"", "[\"relay.listen\"]",
		 "listen = \"127.0.0.1:$\";"},
		{"relay: { listen = \"127.0.0.1:1\"; open_rooms = true; workers = 2; };\n", 7,
		 "relay.listen relay.workers", "restart restart", "\"127.0.0.1:$\" 1",
		 "\"127.0.0.1:1\" 2", "[\"relay.listen\",\"relay.workers\"]", "workers = 1;"},
		{GOOD, 0, "", "", "", "", "[]", "listen = \"127.0.0.1:$\";"},
		{"relay: { listen = \"127.0.0.1:$\"; open_rooms = true; mtu = 1400; };\n", 0,
		 "relay.mtu", "empty_rooms", "0", "1400", "[]", "mtu = 1400;"},
		{GOOD, 0, "relay.mtu", "empty_rooms", "1400", "0", "[]", "mtu = 0;"},
	};
	static const char *const columns[] = {"key", "takes_effect", "old", "new"};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(steps); i++) {
		const char *wanted[] = {steps[i].keys, steps[i].effects, steps[i].old_values,
					steps[i].new_values};
		struct json_object *answer, *changes;

		write_conf(steps[i].conf);
		answer = ask("reload", steps[i].exit_code);
		assert_int_equal(json_object_object_length(answer), 4); /* version, ok, warnings */
		expect(answer, "warnings", "[]");
		expect(answer, "reload.omitted_count", "0");
		assert_int_equal(json_object_object_length(at(answer, "reload")), 2);
		changes = at(answer, "reload.changes");
		for (size_t column = 0; column < LP_ARRAY_COUNT(columns); column++) {
			char text[256] = "";

			for (size_t j = 0; j < json_object_array_length(changes); j++) {
				struct json_object *change = json_object_array_get_idx(changes, j);

				assert_int_equal(json_object_object_length(change), 5);
				assert_true(strstr(plain(at(change, "text")), " ") != NULL);
				strcat(strcat(text, j ? " " : ""),
				       json_object_get_string(at(change, columns[column])));
			}
			assert_string_equal(text, fill(wanted[column]));
		}
		json_object_put(answer);
		json_object_put(
			expect(ask("status", 0), "status.waiting_for_restart", steps[i].waiting));
		answer = ask("config", 0);
		assert_non_null(strstr(json_object_get_string(at(answer, "config")),
				       fill(steps[i].in_force)));
		assert_int_equal(strstr(json_object_get_string(at(answer, "config")),
					"restart lanpartyd to apply it") != NULL,
				 steps[i].exit_code == 7);
		json_object_put(answer);
	}
}

static void a_reload_that_fails(void **state)
{
	static const char *const faulty[] = {
		"relay: { listen = \"nowhere\"; open_rooms = true; };\n",
		"relay: { listn = \"127.0.0.1:$\"; open_rooms = true; };\n",
		"relay: {\n",
	};
	struct json_object *before = ask("config", 0);

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(faulty); i++) {
		struct json_object *answer, *after;

		write_conf(faulty[i]);
		answer = expect(ask("reload", 1), "error.code", "\"invalid\"");
		assert_true(json_object_array_length(at(answer, "error.faults")) > 0);
		assert_non_null(strstr(plain(at(answer, "error.faults.0")), "a.conf:"));
		assert_int_equal(json_object_object_length(at(answer, "error")), 3);
		after = ask("config", 0);
		assert_string_equal(plain(after), plain(before));
		json_object_put(after);
		json_object_put(answer);
	}
	json_object_put(before);
	write_conf(GOOD);
	json_object_put(ask("reload", 0));
}

/* A file with a room's code that every user of the machine can read, and get to. */
static void an_open_file(void **state)
{
	static const struct {
		mode_t folder;
		mode_t file;
		mode_t included;
		const char *conf;
		const char *warns_of; /* NULL = of nothing */
	} cases[] = {
		{0755, 0644, 0600, GOOD, NULL},
		{0755, 0644, 0600, ROOM, "a.conf"},
		{0755, 0640, 0600, ROOM, NULL},
		{0755, 0600, 0644, ROOM "@include \"b.conf\"\n", "b.conf"},
		{0755, 0600, 0640, ROOM "@include \"b.conf\"\n", NULL},
		{0700, 0644, 0644, ROOM "@include \"b.conf\"\n", NULL},
	};
	char file[64], included[64];

	(void)state;
	snprintf(file, sizeof(file), "%s/a.conf", folder);
	snprintf(included, sizeof(included), "%s/b.conf", folder);
	fclose(fopen(included, "w"));
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		struct json_object *answer, *warnings;
		const char *text;

		write_conf(cases[i].conf);
		assert_int_equal(chmod(file, cases[i].file), 0);
		assert_int_equal(chmod(included, cases[i].included), 0);
		assert_int_equal(chmod(folder, cases[i].folder), 0);
		answer = ask("reload", 0);
		warnings = at(answer, "warnings");
		text = plain(warnings);
		assert_int_equal(json_object_array_length(warnings), cases[i].warns_of ? 1 : 0);
		if (cases[i].warns_of)
			assert_non_null(strstr(text, cases[i].warns_of));
		if (cases[i].warns_of)
			assert_non_null(strstr(text, "chmod 640 /"));
		json_object_put(answer);
	}
	write_conf(GOOD);
	json_object_put(ask("reload", 0));
}

/* What needs a room or a peer that is not there, and what has nothing to add. */
static void the_others(void **state)
{
	static const struct {
		const char *words;
		int exit_code;
		const char *code;
	} cases[] = {
		{"peers nowhere", 6, "not_found"},
		{"drops nowhere", 6, "not_found"},
		{"bans nowhere", 6, "not_found"},
		{"kick nowhere 7", 6, "not_found"},
		{"kick nowhere alice", 6, "not_found"},
		{"unban nowhere 7", 6, "not_found"},
		{"unban nowhere alice", 6, "not_found"},
		{"frame-log on nowhere", 6, "not_found"},
		{"frame-log on nowhere alice", 6, "not_found"},
		{"frame-log on", 0, NULL},
		{"frame-log off", 0, NULL},
		{"peers", 0, NULL},
		{"rooms", 0, NULL},
		{"bans", 0, NULL},
		{"stats", 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		struct json_object *answer = ask(cases[i].words, cases[i].exit_code);

		assert_int_equal(json_object_get_boolean(at(answer, "ok")), !cases[i].code);
		if (cases[i].code)
			assert_string_equal(json_object_get_string(at(answer, "error.code")),
					    cases[i].code);
		json_object_put(answer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version),
		cmocka_unit_test(its_part_of_status),
		cmocka_unit_test(config),
		cmocka_unit_test(log_level),
		cmocka_unit_test(drops),
		cmocka_unit_test(reload),
		cmocka_unit_test(a_reload_that_fails),
		cmocka_unit_test(an_open_file),
		cmocka_unit_test(the_others),
	};

	return cmocka_run_group_tests(tests, start_daemon, stop_daemon);
}
