/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What root gives away, and what it does not. Only root can see: for others all cases are skipped.
 */
#include "platform/chown.h"

#include <fcntl.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define USER "nobody"

static const char *const names[] = {"own.key", "own.json"};
static char above[64], state_path[96], why[LP_CHOWN_WHY_LEN];
static struct lp_chown_folder folder;
static uid_t user, other;

static const char *in_state(const char *name)
{
	static char path[160];

	snprintf(path, sizeof(path), "%s/%s", state_path, name);
	return path;
}

static void make_file(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0600);

	assert_true(fd >= 0);
	close(fd);
}

static int set_up(void **state)
{
	(void)state;
	strcpy(above, "/tmp/lanparty-owner.XXXXXX");
	if (!mkdtemp(above))
		return -1;
	snprintf(state_path, sizeof(state_path), "%s/state", above);
	folder = (struct lp_chown_folder){.path = state_path, .names = names, .name_count = 2};
	why[0] = '\0';
	return mkdir(state_path, 0700);
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", above);
	return system(command);
}

static uid_t owner_of(const char *path)
{
	struct stat info;

	assert_int_equal(lstat(path, &info), 0);
	return info.st_uid;
}

static void need_root(void)
{
	const struct passwd *entry = getpwnam(USER);

	if (geteuid() != 0 || !entry)
		skip();
	user = entry->pw_uid;
	other = user == 1 ? 2 : 1;
}

static void assert_not_given(const char *reason)
{
	assert_false(lp_chown_give(&folder, USER, why));
	assert_non_null(strstr(why, reason));
	assert_int_not_equal(owner_of(state_path), user);
}

static void what_is_ours_is_given(void **state)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	need_root();
	make_file(in_state("own.key"));
	make_file(in_state("own.json.a1B2c3"));
	const char *path = in_state("socket");
	assert_in_range(strlen(path), 1, sizeof(addr.sun_path) - 1);
	memcpy(addr.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	close(fd);
	assert_true(lp_chown_give(&folder, NULL, why));
	assert_true(lp_chown_give(&folder, "root", why));
	assert_true(lp_chown_give(&folder, "no such user", why));
	assert_int_equal(owner_of(state_path), 0);
	assert_true(lp_chown_give(&folder, USER, why));
	assert_int_equal(owner_of(state_path), user);
	assert_int_equal(owner_of(in_state("own.key")), user);

	/* What was written by root since then is given again. */
	make_file(in_state("own.json"));
	assert_true(lp_chown_give(&folder, USER, why));
	assert_int_equal(owner_of(in_state("own.json")), user);
}

static void a_folder_with_something_else_is_not(void **state)
{
	(void)state;
	need_root();
	make_file(in_state("own.key.old"));
	assert_not_given("\"own.key.old\" in it is not lanparty's");
	/* Unless we have made it: then all of it is ours. */
	folder.is_new = true;
	assert_true(lp_chown_give(&folder, USER, why));
	assert_int_equal(owner_of(state_path), user);
}

static void a_folder_of_somebody_else_is_not(void **state)
{
	(void)state;
	need_root();
	assert_int_equal(chown(state_path, other, (gid_t)-1), 0);
	assert_not_given("belongs to somebody else");
}

static void a_folder_that_others_can_write_to_is_not(void **state)
{
	(void)state;
	need_root();
	assert_int_equal(chmod(state_path, 0720), 0);
	assert_not_given("others can write to it");
	assert_int_equal(chmod(state_path, 0702), 0);
	assert_not_given("others can write to it");
}

static void a_folder_of_the_system_is_not(void **state)
{
	char path[] = "/lanparty-owner.XXXXXX";
	bool is_given;

	(void)state;
	need_root();
	if (!mkdtemp(path))
		skip();
	folder.path = path;
	is_given = lp_chown_give(&folder, USER, why);
	rmdir(path);
	assert_false(is_given);
	assert_non_null(strstr(why, "one of the system's"));
}

static void a_symbolic_link_is_not_followed(void **state)
{
	char path[96];

	(void)state;
	need_root();
	snprintf(path, sizeof(path), "%s/link", above);
	assert_int_equal(symlink(state_path, path), 0);
	folder.path = path;
	assert_not_given("symbolic link");
}

static void a_file_of_root_elsewhere_is_not_given(void **state)
{
	char hard[96], soft[96];

	(void)state;
	need_root();
	snprintf(hard, sizeof(hard), "%s/hard", above);
	snprintf(soft, sizeof(soft), "%s/soft", above);
	make_file(hard);
	make_file(soft);
	assert_int_equal(link(hard, in_state("own.key")), 0);
	assert_int_equal(symlink(soft, in_state("own.json")), 0);
	assert_true(lp_chown_give(&folder, USER, why));
	assert_int_equal(owner_of(state_path), user);
	assert_int_equal(owner_of(hard), 0);
	assert_int_equal(owner_of(soft), 0);
}

static void a_file_of_somebody_else_stays_his(void **state)
{
	(void)state;
	need_root();
	make_file(in_state("own.key"));
	assert_int_equal(chown(in_state("own.key"), other, (gid_t)-1), 0);
	assert_true(lp_chown_give(&folder, USER, why));
	assert_int_equal(owner_of(in_state("own.key")), other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_ours_is_given),
		TEST(a_folder_with_something_else_is_not),
		TEST(a_folder_of_somebody_else_is_not),
		TEST(a_folder_that_others_can_write_to_is_not),
		TEST(a_folder_of_the_system_is_not),
		TEST(a_symbolic_link_is_not_followed),
		TEST(a_file_of_root_elsewhere_is_not_given),
		TEST(a_file_of_somebody_else_stays_his),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
