/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/log.h"
#include "state/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];
static char state_path[96];
static char last_line[512];
static int fill_count;

static void keep_line(void *user, enum lp_log_level level, const char *line)
{
	(void)user;
	(void)level;
	snprintf(last_line, sizeof(last_line), "%s", line);
}

static int set_up(void **state)
{
	struct lp_store *store;

	snprintf(folder, sizeof(folder), "/tmp/lanparty-test.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(state_path, sizeof(state_path), "%s/deep/state", folder);
	lp_log_capture(keep_line, NULL);
	fill_count = 0;
	if (lp_store_open(state_path, &store) != LP_OK)
		return -1;
	*state = store;
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	lp_store_close(*state);
	lp_log_capture(NULL, NULL);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

static void fill_with_sevens(void *data, size_t len)
{
	memset(data, 7, len);
	fill_count++;
}

static mode_t mode_of(const char *name)
{
	char path[160];
	struct stat info;

	snprintf(path, sizeof(path), "%s/%s", state_path, name);
	assert_int_equal(stat(path, &info), 0);
	return info.st_mode & 0777;
}

static void makes_the_directory_for_itself_only(void **state)
{
	struct stat info;

	assert_string_equal(lp_store_path(*state), state_path);
	assert_int_equal(stat(state_path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0700);
}

static void says_what_to_do_when_there_can_be_no_directory(void **state)
{
	char path[160];
	struct lp_store *store;

	snprintf(path, sizeof(path), "%s/file/state", state_path);
	assert_int_equal(lp_store_write(*state, "file", "", 0, false), LP_OK);
	assert_int_not_equal(lp_store_open(path, &store), LP_OK);
	assert_non_null(strstr(last_line, path));
	assert_non_null(strstr(last_line, "set state_dir"));
	assert_int_not_equal(lp_store_open("/proc/lanparty", &store), LP_OK);
	assert_non_null(strstr(last_line, "/proc/lanparty"));
	assert_non_null(strstr(last_line, "name a place"));
}

static void returns_what_was_written(void **state)
{
	char data[16] = {0};
	size_t len = 99;

	assert_int_equal(lp_store_read(*state, "a", data, sizeof(data), &len), LP_ERR_NOT_FOUND);
	assert_int_equal(lp_store_write(*state, "a", "hello", 5, false), LP_OK);
	assert_int_equal(lp_store_read(*state, "a", data, sizeof(data), &len), LP_OK);
	assert_int_equal(len, 5);
	assert_memory_equal(data, "hello", 5);
	assert_int_equal(lp_store_read(*state, "a", data, 4, &len), LP_ERR_TOO_LARGE);
	assert_int_equal(lp_store_write(*state, "a", "", 0, false), LP_OK);
	assert_int_equal(lp_store_read(*state, "a", data, sizeof(data), &len), LP_OK);
	assert_int_equal(len, 0);
}

static void keeps_secrets_from_others(void **state)
{
	assert_int_equal(lp_store_write(*state, "open", "x", 1, false), LP_OK);
	assert_int_equal(lp_store_write(*state, "secret", "x", 1, true), LP_OK);
	assert_int_equal(mode_of("open"), 0644);
	assert_int_equal(mode_of("secret"), 0600);
	assert_int_equal(lp_store_write(*state, "open", "y", 1, true), LP_OK);
	assert_int_equal(mode_of("open"), 0600);
}

static void removes(void **state)
{
	char data[4];
	size_t len;

	assert_int_equal(lp_store_write(*state, "a", "x", 1, false), LP_OK);
	assert_int_equal(lp_store_remove(*state, "a"), LP_OK);
	assert_int_equal(lp_store_read(*state, "a", data, sizeof(data), &len), LP_ERR_NOT_FOUND);
	assert_int_equal(lp_store_remove(*state, "a"), LP_OK);
}

static void stays_inside_the_directory(void **state)
{
	static const char *const bad[] = {"", ".", "..", "../a", "a/b", "/etc/x", "a\\b", "C:a"};
	char data[4];
	size_t len;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(lp_store_read(*state, bad[i], data, sizeof(data), &len),
				 LP_ERR_INVALID);
		assert_int_equal(lp_store_write(*state, bad[i], "x", 1, false), LP_ERR_INVALID);
		assert_int_equal(lp_store_remove(*state, bad[i]), LP_ERR_INVALID);
	}
}

static void makes_a_secret_once(void **state)
{
	uint8_t first[32];
	uint8_t second[32] = {0};

	assert_int_equal(lp_store_secret(*state, "key", first, sizeof(first), fill_with_sevens),
			 LP_OK);
	assert_int_equal(fill_count, 1);
	assert_int_equal(mode_of("key"), 0600);
	assert_int_equal(lp_store_secret(*state, "key", second, sizeof(second), fill_with_sevens),
			 LP_OK);
	assert_int_equal(fill_count, 1);
	assert_memory_equal(first, second, sizeof(first));
}

static void replaces_a_secret_of_another_length(void **state)
{
	uint8_t secret[32] = {0};
	uint8_t wanted[32];

	memset(wanted, 7, sizeof(wanted));
	for (size_t len = 31; len <= 33; len += 2) {
		uint8_t wrong[33] = {0};

		assert_int_equal(lp_store_write(*state, "key", wrong, len, true), LP_OK);
		assert_int_equal(lp_store_secret(*state, "key", secret, 32, fill_with_sevens),
				 LP_OK);
		assert_memory_equal(secret, wanted, sizeof(wanted));
		assert_non_null(strstr(last_line, "wrong length"));
	}
	assert_int_equal(fill_count, 2);
}

/* Something in the way that is no file: reading fails, and nothing is made up in its stead. */
static void does_not_replace_a_secret_that_it_cannot_read(void **state)
{
	uint8_t secret[32];
	char path[160];

	snprintf(path, sizeof(path), "%s/key", state_path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_not_equal(lp_store_secret(*state, "key", secret, 32, fill_with_sevens), LP_OK);
	assert_int_equal(fill_count, 0);
}

static void it_is_had_by_one(void **state)
{
	struct lp_store *other;
	char holder[32];

	assert_int_equal(lp_store_open(state_path, &other), LP_ERR_BUSY);
	assert_non_null(strstr(last_line, "state_dir"));
	snprintf(holder, sizeof(holder), "(process %ld)", (long)getpid());
	assert_non_null(strstr(last_line, holder));
	lp_store_close(*state);
	assert_int_equal(lp_store_open(state_path, &other), LP_OK);
	*state = other;
}

/* However it ends. */
static void nobody_has_it_after_the_end(void **state)
{
	struct lp_store *store;
	int status;

	lp_store_close(*state);
	pid_t child = fork();

	if (child == 0) {
		(void)!lp_store_open(state_path, &store);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(lp_store_open(state_path, &store), LP_OK);
	*state = store;
}

/* What lp_store_drop_privs gives in a process of its own, which is that user's from then on. */
static enum lp_err become(struct lp_store *store, const char *user, const char *sentence)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		enum lp_err err = lp_store_drop_privs(store, user, LP_PRIVS_NONE);

		_exit(strstr(last_line, sentence) ? -err : 99);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return (enum lp_err) - WEXITSTATUS(status);
}

static void who_could_not_write_does_not_start(void **state)
{
	char path[160];

	if (geteuid() != 0 || getpwnam("nobody") == NULL)
		skip();
	last_line[0] = '\0';
	assert_int_equal(become(*state, "nobody", "chmod a+x"), LP_ERR_PERMISSION);
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(become(*state, "nobody", ""), LP_OK);

	/* It is not as new as it was, and has something in it. */
	lp_store_close(*state);
	assert_int_equal(chown(state_path, 0, 0), 0);
	assert_int_equal(lp_store_open(state_path, (struct lp_store **)state), LP_OK);
	assert_int_equal(lp_store_write(*state, "else", "x", 1, false), LP_OK);
	snprintf(path, sizeof(path), "chown -R nobody %s/", state_path);
	assert_int_equal(become(*state, "nobody", path), LP_ERR_PERMISSION);

	/* Who stays who he is, and cannot write, is warned only: a relay may well go on. */
	assert_int_equal(chown(state_path, 65534, 65534), 0);
	assert_int_equal(become(*state, NULL, "without privileges"), LP_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(makes_the_directory_for_itself_only),
		TEST(says_what_to_do_when_there_can_be_no_directory),
		TEST(returns_what_was_written),
		TEST(keeps_secrets_from_others),
		TEST(removes),
		TEST(it_is_had_by_one),
		TEST(nobody_has_it_after_the_end),
		TEST(who_could_not_write_does_not_start),
		TEST(stays_inside_the_directory),
		TEST(makes_a_secret_once),
		TEST(replaces_a_secret_of_another_length),
		TEST(does_not_replace_a_secret_that_it_cannot_read),
	};

	/* Folders above the state directory are to be passed through, whoever runs this. */
	umask(022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
