/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The program lanpartyctl as a script meets it: exit codes, and with --json an object for every
 * failure, whoever answers at the socket.
 */
#include "base/mem.h"
#include "base/utf8.h"

#include <json-c/json.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define OUTPUT_MAX (4 << 20)

static char tool[PATH_MAX], folder[32], path[64];
static char *out, *err;

/* ---- whoever answers ---- */

/* Says the same to everybody who has asked for something; NULL = nothing, and goes on to listen. */
struct answerer {
	const char *text;
	size_t len;
	size_t times; /* that it is repeated */
	int fd;
	pthread_t thread;
	atomic_bool is_ended;
};

static atomic_bool stays; /* and does not hang up */

static void answer(const struct answerer *answerer, int peer)
{
	char request[4096];

	if (recv(peer, request, sizeof(request), 0) <= 0)
		return;
	for (size_t i = 0; i < answerer->times; i++) {
		if (send(peer, answerer->text, answerer->len, MSG_NOSIGNAL) < 0)
			return;
	}
}

static void *serve(void *arg)
{
	struct answerer *answerer = arg;
	int silent = -1;

	while (!atomic_load(&answerer->is_ended)) {
		struct pollfd poller = {.fd = answerer->fd, .events = POLLIN};
		int peer;

		if (poll(&poller, 1, 20) != 1 || (peer = accept(answerer->fd, NULL, NULL)) < 0)
			continue;
		if (answerer->text) {
			answer(answerer, peer);
		}
		if (answerer->text && !atomic_load(&stays)) {
			close(peer);
		} else {
			if (silent >= 0)
				close(silent);
			silent = peer;
		}
	}
	if (silent >= 0)
		close(silent);
	return NULL;
}

static void start(struct answerer *answerer, const char *text, size_t len, size_t times)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	*answerer = (struct answerer){.text = text, .len = len, .times = times};
	lp_strcopy(addr.sun_path, sizeof(addr.sun_path), path);
	answerer->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(answerer->fd, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(answerer->fd, 8), 0);
	assert_int_equal(pthread_create(&answerer->thread, NULL, serve, answerer), 0);
}

static void end(struct answerer *answerer)
{
	atomic_store(&answerer->is_ended, true);
	pthread_join(answerer->thread, NULL);
	close(answerer->fd);
	unlink(path);
}

/* ---- the program ---- */

static void read_file(const char *name, char *text)
{
	char file[80];
	FILE *stream;
	size_t len;

	snprintf(file, sizeof(file), "%s/%s", folder, name);
	stream = fopen(file, "rb");
	assert_non_null(stream);
	len = fread(text, 1, OUTPUT_MAX - 1, stream);
	text[len] = '\0';
	fclose(stream);
	unlink(file);
}

/* Runs `lanpartyctl -s SOCKET words` in a shell; what it printed is in out and err then. */
static int run(const char *words)
{
	char command[PATH_MAX + 512];
	int status;

	snprintf(command, sizeof(command), "%s -s %s %s >%s/out 2>%s/err", tool, path, words,
		 folder, folder);
	status = system(command);
	read_file("out", out);
	read_file("err", err);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* One line with one object of ours that tells of a failure, and nothing that steers a terminal. */
static void expect_failure_object(const char *code)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object, *error = NULL, *member = NULL;
	size_t len = strlen(out);

	for (size_t i = 0; i + 1 < len; i++)
		assert_true((uint8_t)out[i] >= 0x20 && out[i] != 0x7f);
	assert_true(len > 0 && out[len - 1] == '\n');
	object = json_tokener_parse_ex(tokener, out, (int)len);
	json_tokener_free(tokener);
	assert_true(json_object_object_get_ex(object, "ok", &member));
	assert_false(json_object_get_boolean(member));
	assert_true(json_object_object_get_ex(object, "version", &member));
	assert_int_equal(json_object_get_int(member), 1);
	assert_true(json_object_object_get_ex(object, "error", &error));
	assert_true(json_object_object_get_ex(error, "code", &member));
	if (code)
		assert_string_equal(json_object_get_string(member), code);
	assert_true(json_object_object_get_ex(error, "message", &member));
	assert_true(json_object_get_string_len(member) > 10);
	json_object_put(object);
	assert_string_equal(err, "");
}

static int set_up(void **state)
{
	char *slash;
	ssize_t len = readlink("/proc/self/exe", tool, sizeof(tool) - 20);

	(void)state;
	if (len < 0)
		return -1;
	tool[len] = '\0';
	for (int i = 0; i < 3 && (slash = strrchr(tool, '/')); i++)
		*slash = '\0'; /* tests/unit/test_ctl_exit */
	strcat(tool, "/lanpartyctl");
	strcpy(folder, "/tmp/lanparty-exit.XXXXXX");
	if (access(tool, X_OK) || !mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/sock", folder);
	out = malloc(OUTPUT_MAX);
	err = malloc(OUTPUT_MAX);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(out);
	free(err);
	return rmdir(folder);
}

static const char *const commands[] = {
	"status",
	"status --check",
	"rooms",
	"peers",
	"peers ROOM1",
	"stats",
	"drops",
	"watch",
	"watch peers",
	"watch bans",
	"bans",
	"bans ROOM1",
	"unban ROOM1 7",
	"unban ROOM1 alice",
	"log",
	"log debug",
	"frame-log on",
	"frame-log on ROOM1 alice",
	"reload",
	"kick ROOM1 7",
	"kick ROOM1 alice",
	"config",
	"version",
};

/* A command that is not in this list would be tested by nobody. */
static void all_commands_are_asked(void **state)
{
	char *line, *rest = NULL;
	size_t count = 0;

	(void)state;
	assert_int_equal(run("--help"), 0);
	line = strstr(out, "commands:");
	assert_non_null(line);
	for (line = strtok_r(strchr(line, '\n'), "\n", &rest); line && *line == ' ';
	     line = strtok_r(NULL, "\n", &rest)) {
		size_t len = strcspn(line + 2, " "), found = 0;

		for (size_t i = 0; i < LP_ARRAY_COUNT(commands); i++)
			found += strncmp(commands[i], line + 2, len) == 0 &&
				 (commands[i][len] == ' ' || !commands[i][len]);
		if (!found)
			print_error("no test asks for: %s\n", line);
		assert_true(found);
		count++;
	}
	assert_true(count >= 14);
}

/* Every command in both forms: exit code, a sentence or an object, and nothing where it is not. */
static void expect_of_all(int exit_code, const char *code, const char *options)
{
	for (size_t i = 0; i < LP_ARRAY_COUNT(commands); i++) {
		char words[128];

		snprintf(words, sizeof(words), "%s %s", options, commands[i]);
		assert_int_equal(run(words), exit_code);
		assert_int_equal(strncmp(err, "lanpartyctl: ", 13), 0);
		assert_true(strlen(err) > 40);
		snprintf(words, sizeof(words), "%s %s --json", options, commands[i]);
		assert_int_equal(run(words), exit_code);
		expect_failure_object(code);
	}
}

static void nobody_is_there(void **state)
{
	(void)state;
	expect_of_all(3, "not_running", "");
}

/* Half an answer, and then nothing. */
static void an_answer_breaks_off(void **state)
{
	static const char text[] = "{\"version\":1,\"ok\":true,\"status\":{\"role\":\"x\"}}\n";
	static const char *const words[] = {"status", "-j status"};

	(void)state;
	for (size_t len = 0; len + 1 < sizeof(text); len += len > 2 && len < 50 ? 7 : 1) {
		struct answerer answerer;

		start(&answerer, text, len, 1);
		for (size_t i = 0; i < LP_ARRAY_COUNT(words); i++) {
			assert_int_equal(run(words[i]), 1);
			if (i)
				expect_failure_object("closed");
			else
				assert_non_null(strstr(err, "closed the connection"));
		}
		end(&answerer);
		atomic_store(&stays, true);
		start(&answerer, text, len, 1);
		assert_int_equal(run("-j -t 0.1 status"), 5);
		expect_failure_object("timeout");
		end(&answerer);
		atomic_store(&stays, false);
	}
}

/* Well-formed, and not what was asked for. */
static void an_answer_to_something_else(void **state)
{
	static const char *const answers[] = {
		"{\"version\":1,\"ok\":true}\n",
		"{\"version\":1,\"ok\":true,\"x\":{}}\n",
		"{\"version\":1,\"ok\":true,\"status\":[],\"rooms\":{},\"peers\":{},\"stats\":[],"
		"\"drops\":{},\"bans\":{},\"level\":1,\"reload\":[],\"config\":{},\"daemon\":\"\"}"
		"\n",
		"{\"version\":1,\"ok\":true,\"status\":null,\"rooms\":null,\"peers\":null,"
		"\"stats\":null,\"drops\":null,\"bans\":null,\"level\":null,\"reload\":null,"
		"\"config\":null,\"daemon\":null}\n",
		"{\"version\":1,\"ok\":true,\"status\":7,\"rooms\":[7],\"peers\":[null],"
		"\"stats\":7,\"drops\":[\"x\"],\"bans\":[[]],\"level\":7,\"reload\":7,"
		"\"config\":7,\"daemon\":7}\n",
	};
	static const char null_byte[] = "{\"version\":1,\"ok\":true,\"status\":{}}\0{}\n";
	struct answerer answerer;

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(answers); i++) {
		start(&answerer, answers[i], strlen(answers[i]), 1);
		for (size_t j = 0; j < LP_ARRAY_COUNT(commands); j++) {
			char words[64];
			bool has_none = strncmp(commands[j], "frame-log on", 12) == 0 ||
					strncmp(commands[j], "kick", 4) == 0 ||
					strncmp(commands[j], "unban", 5) == 0;

			if (has_none && !strstr(commands[j], "alice"))
				continue;
			snprintf(words, sizeof(words), "-j %s", commands[j]);
			assert_int_equal(run(words), 1);
			expect_failure_object("bad_answer");
			assert_int_equal(run(commands[j]), 1);
			assert_true(strlen(err) > 40);
		}
		end(&answerer);
	}
	start(&answerer, null_byte, sizeof(null_byte) - 1, 1);
	assert_int_equal(run("-j status"), 1);
	expect_failure_object("bad_answer");
	end(&answerer);
}

static void nobody_answers(void **state)
{
	struct answerer answerer;

	(void)state;
	start(&answerer, NULL, 0, 0);
	expect_of_all(5, "timeout", "-t 0.1 -i 0.1");
	end(&answerer);
}

static void it_may_not_be_used(void **state)
{
	(void)state;
	if (getuid() != 0 || system("setpriv --reuid=65534 --clear-groups true") != 0)
		skip();
	char inner[PATH_MAX];
	struct answerer answerer;

	start(&answerer, NULL, 0, 0);
	chmod(folder, 0755);
	chmod(path, 0600);
	lp_strcopy(inner, sizeof(inner), tool);
	snprintf(tool, sizeof(tool), "setpriv --reuid=65534 --clear-groups %.3000s", inner);
	/* Where the tree itself is closed to others there is nothing to see. */
	if (run("--version") == 0)
		expect_of_all(4, "permission", "");
	lp_strcopy(tool, sizeof(tool), inner);
	end(&answerer);
}

/* Gives a line of that many of a byte sequence, to be freed. */
static char *repeat(const char *part, size_t times, const char *last)
{
	size_t len = strlen(part);
	char *text = malloc(len * times + strlen(last) + 1);

	for (size_t i = 0; i < times; i++)
		memcpy(text + i * len, part, len);
	strcpy(text + len * times, last);
	return text;
}

static void what_answers_is_hostile(void **state)
{
	static const char *const answers[] = {
		"",
		"\n",
		"hello\n",
		"\033]0;x\007\033[2J\n",
		"{\"version\":1,\"ok\":true,\"status\":\"\xff\xfe\"}\n",
		"{\"version\":1,\"ok\":true,\"status\":\"\xe2\x80\xae\\\xe2\x80\xae\"}\n",
		"{\"version\":1,\"ok\":true,\"status\":NaN}\n",
		"{\"version\":1,\"ok\":true,\"status\":[1e999]}\n",
		"{\"version\":1,\"ok\":true} {\"version\":1}\n",
		"{\"version\":1,\"ok\":true,}\n",
		"{\"version\":\"1\",\"ok\":true}\n",
		"{\"version\":1,\"ok\":\"true\"}\n",
		"{\"version\":2,\"ok\":true}\n",
		"{\"ok\":true}\n",
		"[{\"version\":1,\"ok\":true}]\n",
		"null\n",
		"1\n",
		"\"\033[31m\"\n",
		"{\"version\":1,\"ok\":false}\n",
		"{\"version\":1,\"ok\":false,\"error\":{\"code\":7,\"message\":7}}\n",
		"{\"version\":1,\"ok\":false,\"error\":{\"code\":\"x\",\"message\":\"\"}}\n",
	};
	char *deep = repeat("[", 10000, "\n"), *many = repeat("{\"a\":", 10000, "\n");
	char *endless = repeat("xxxxxxxxxxxxxxxx", 4096, "");
	struct answerer answerer;

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(answers); i++) {
		start(&answerer, answers[i], strlen(answers[i]), 1);
		assert_int_equal(run("status -j"), 1);
		expect_failure_object(NULL);
		assert_int_equal(run("status"), 1);
		assert_string_equal(out, "");
		assert_true(strlen(err) > 40);
		assert_null(strchr(err, '\033'));
		end(&answerer);
	}
	start(&answerer, deep, strlen(deep), 1);
	assert_int_equal(run("status -j"), 1);
	expect_failure_object("bad_answer");
	end(&answerer);
	start(&answerer, many, strlen(many), 1);
	assert_int_equal(run("status -j"), 1);
	expect_failure_object("bad_answer");
	end(&answerer);
	/* 64 MiB without an end. */
	start(&answerer, endless, strlen(endless), 1024);
	assert_int_equal(run("status -j -t 30"), 1);
	expect_failure_object("too_large");
	end(&answerer);
	free(deep);
	free(many);
	free(endless);
}

/* What is no failure is printed anew: valid, and nothing in it steers a terminal. */
static void hostile_text_is_escaped(void **state)
{
	static const char text[] = "{\"version\":1,\"ok\":true,\"status\":{\"role\":\"\\u001b[2J\","
				   "\"lines\":[{\"level\":\"bad\",\"text\":"
				   "\"a\xc2\x9b\xe2\x80\xae\xc3\xbc\\ud800\\u0000\"}]},"
				   "\"ok\":true}\n";
	struct answerer answerer;

	(void)state;
	start(&answerer, text, sizeof(text) - 1, 1);
	assert_int_equal(run("status -j"), 0);
	assert_non_null(strstr(out, "\"role\":\"\\u001b[2J\""));
	assert_non_null(strstr(out, "a\\u009b\\u202e\xc3\xbc"));
	for (size_t i = 0; out[i + 1]; i++)
		assert_true((uint8_t)out[i] >= 0x20);
	assert_int_equal(run("status"), 0);
	assert_null(strchr(out, '\033'));
	assert_null(strstr(out, "\xc2\x9b"));
	assert_null(strstr(out, "\xe2\x80\xae"));
	end(&answerer);
}

static void refusals_have_their_codes(void **state)
{
	static const struct {
		const char *code;
		int exit_code;
	} cases[] = {{"not_found", 6},	 {"bad_request", 2},	   {"unknown_command", 2},
		     {"unsupported", 1}, {"invalid", 1},	   {"busy", 1},
		     {"failed", 1},	 {"of a later version", 1}};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		struct answerer answerer;
		char text[160];

		snprintf(text, sizeof(text),
			 "{\"version\":1,\"ok\":false,\"error\":{\"code\":\"%s\",\"message\":\"it "
			 "is so, and "
			 "what to do\"}}\n",
			 cases[i].code);
		start(&answerer, text, strlen(text), 1);
		assert_int_equal(run("peers"), cases[i].exit_code);
		assert_string_equal(err, "lanpartyctl: it is so, and what to do\n");
		assert_int_equal(run("-j peers"), cases[i].exit_code);
		expect_failure_object(cases[i].code);
		end(&answerer);
	}
}

static void mistakes_of_the_command_line(void **state)
{
	static const char *const lines[] = {
		"",
		"statsu",
		"status x",
		"peers a b",
		"kick",
		"kick a",
		"kick a b c d",
		"frame-log",
		"frame-log x",
		"watch kick",
		"watch rooms doom",
		"config x",
		"config check",
		"--nope status",
		"-x status",
		"status --timeout x",
		"status -i 0",
		"status -t",
		"status --timeout",
		"peers --check",
		"kick a 7 x",
		"log a b",
		"reload now",
		"version 2",
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(lines); i++) {
		char words[128];

		assert_int_equal(run(lines[i]), 2);
		assert_int_equal(strncmp(err, "lanpartyctl: ", 13), 0);
		assert_string_equal(out, "");
		snprintf(words, sizeof(words), "--json %s", lines[i]);
		assert_int_equal(run(words), 2);
		expect_failure_object("usage");
	}
	assert_int_equal(run("--nope -j status"), 2);
	expect_failure_object("usage");
	assert_int_equal(run("--help"), 0);
	assert_int_equal(run("--version"), 0);
}

/* Its standard output in a state of which it has to tell, or not. */
static void it_cannot_print(void **state)
{
	static const char text[] = "{\"version\":1,\"ok\":true,\"stats\":{\"a\":1}}\n";
	static const struct {
		const char *line; /* $T = the tool and its socket, $D = a folder */
		int exit_code;
		const char *says;
	} cases[] = {
		{"$T stats >/dev/full 2>$D/err", 1, "No space left"},
		{"$T -j stats >/dev/full 2>$D/err", 1, "No space left"},
		{"$T --help >/dev/full 2>$D/err", 1, "No space left"},
		{"$T -j --nope >/dev/full 2>$D/err", 1, "No space left"},
		{"$T watch stats >/dev/full 2>$D/err", 1, "No space left"},
		{"$T stats >&- 2>$D/err", 1, "Bad file descriptor"},
		{"$T -j stats >&- 2>$D/err", 1, "Bad file descriptor"},
		{"$T stats </dev/null 2>&- | grep -q COUNTER; : 2>$D/err", 0, ""},
		{"(trap '' PIPE; $T stats; echo $? >&3) 3>$D/err | :", 0, ""},
		{"$T stats 2>$D/err | :", 0, ""},
	};
	struct answerer answerer;
	char asked[PATH_MAX];

	(void)state;
	if (access("/dev/full", W_OK))
		skip();
	start(&answerer, text, sizeof(text) - 1, 1);
	lp_strcopy(asked, sizeof(asked), tool);
	strcat(strcat(asked, " -s "), path);
	setenv("T", asked, 1);
	setenv("D", folder, 1);
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		int status = system(cases[i].line);

		read_file("err", err);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), cases[i].exit_code);
		if (*cases[i].says)
			assert_non_null(strstr(err, cases[i].says));
		else
			assert_null(strstr(err, "lanpartyctl"));
	}
	end(&answerer);
}

static void config_check_speaks_json(void **state)
{
	char file[80], words[128];
	FILE *stream;

	(void)state;
	snprintf(file, sizeof(file), "%s/a.conf", folder);
	stream = fopen(file, "w");
	assert_non_null(stream);
	fputs("role = \"relay\";\nrelay: { open_rooms = true; };\n", stream);
	fclose(stream);
	snprintf(words, sizeof(words), "-j config check %s", file);
	assert_int_equal(run(words), 0);
	assert_non_null(strstr(out, "{\"version\":1,\"ok\":true,\"check\":{\"lines\":["));
	stream = fopen(file, "a");
	assert_non_null(stream);
	fputs("rle = 1;\n", stream);
	fclose(stream);
	assert_int_equal(run(words), 1);
	expect_failure_object("invalid");
	assert_non_null(strstr(out, "a.conf:3: rle: unknown key"));
	unlink(file);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(nobody_is_there),
		CASE(all_commands_are_asked),
		CASE(nobody_answers),
		CASE(an_answer_breaks_off),
		CASE(an_answer_to_something_else),
		CASE(it_may_not_be_used),
		CASE(what_answers_is_hostile),
		CASE(hostile_text_is_escaped),
		CASE(refusals_have_their_codes),
		CASE(mistakes_of_the_command_line),
		CASE(it_cannot_print),
		CASE(config_check_speaks_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
