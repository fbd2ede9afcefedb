/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/files.h"

#include "base/log.h"

#include <dirent.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64], last_line[1024];
static int line_count;

static void on_line(void *user, enum lp_log_level level, const char *line)
{
	(void)user;
	(void)level;
	line_count++;
	snprintf(last_line, sizeof(last_line), "%s", line);
}

static int set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/lanparty-files.XXXXXX");
	lp_log_capture(on_line, NULL);
	line_count = 0;
	return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	lp_log_capture(NULL, NULL);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

/* A path in the folder of this test; good until the next call. */
static const char *in_folder(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static mode_t mode_of(const char *path)
{
	struct stat info;

	assert_int_equal(stat(path, &info), 0);
	return info.st_mode & 07777;
}

static size_t entry_count(void)
{
	DIR *dir = opendir(folder);
	size_t count = 0;

	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static void reads_what_was_written(void **state)
{
	uint8_t data[16];
	size_t len = 99;

	(void)state;
	umask(0077);
	assert_int_equal(lp_file_write(in_folder("open"), "hello", 5, false), LP_OK);
	assert_int_equal(lp_file_write(in_folder("secret"), "", 0, true), LP_OK);
	umask(0022);
	assert_int_equal(mode_of(in_folder("open")), 0644);
	assert_int_equal(mode_of(in_folder("secret")), 0600);
	assert_int_equal(lp_file_read(in_folder("open"), data, sizeof(data), &len), LP_OK);
	assert_int_equal(len, 5);
	assert_memory_equal(data, "hello", 5);
	assert_int_equal(lp_file_read(in_folder("secret"), data, sizeof(data), &len), LP_OK);
	assert_int_equal(len, 0);
	/* Just fitting is fine, one byte more is not. */
	assert_int_equal(lp_file_read(in_folder("open"), data, 5, &len), LP_OK);
	assert_int_equal(lp_file_read(in_folder("open"), data, 4, &len), LP_ERR_TOO_LARGE);
	assert_int_equal(line_count, 0);
}

static void replaces_and_leaves_nothing_beside(void **state)
{
	char data[16];
	size_t len;

	(void)state;
	assert_int_equal(lp_file_write(in_folder("key"), "old", 3, false), LP_OK);
	assert_int_equal(lp_file_write(in_folder("key"), "newer", 5, true), LP_OK);
	assert_int_equal(mode_of(in_folder("key")), 0600);
	assert_int_equal(lp_file_read(in_folder("key"), data, sizeof(data), &len), LP_OK);
	assert_int_equal(len, 5);
	assert_int_equal(entry_count(), 1);
	/* A failed replacement leaves the old file and no temporary one. */
	assert_int_equal(mkdir(in_folder("taken"), 0700), 0);
	assert_int_not_equal(lp_file_write(in_folder("taken"), "x", 1, false), LP_OK);
	assert_int_equal(entry_count(), 2);
	assert_int_equal(line_count, 1);
}

static void says_what_is_wrong(void **state)
{
	char data[16], path[5000];
	size_t len;

	(void)state;
	assert_int_equal(lp_file_read(in_folder("none"), data, sizeof(data), &len),
			 LP_ERR_NOT_FOUND);
	assert_int_equal(line_count, 0);
	assert_int_equal(lp_file_read(folder, data, sizeof(data), &len), LP_ERR_SYSTEM);
	assert_int_equal(lp_file_write(in_folder("no/where"), "x", 1, false), LP_ERR_NOT_FOUND);
	assert_int_equal(line_count, 2);
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(lp_file_write(path, "x", 1, false), LP_ERR_TOO_LARGE);
	assert_int_equal(lp_file_make_folder(path), LP_ERR_TOO_LARGE);
	/* A pipe in a file's place must not hang us. */
	assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
	assert_int_equal(lp_file_read(in_folder("pipe"), data, sizeof(data), &len), LP_OK);
	assert_int_equal(len, 0);
}

static void removes(void **state)
{
	(void)state;
	assert_int_equal(lp_file_write(in_folder("gone"), "x", 1, false), LP_OK);
	assert_int_equal(lp_file_remove(in_folder("gone")), LP_OK);
	assert_int_equal(access(in_folder("gone"), F_OK), -1);
	assert_int_equal(lp_file_remove(in_folder("gone")), LP_OK);
}

static void probes_silently(void **state)
{
	(void)state;
	assert_int_equal(lp_file_stat(in_folder("nothing")), LP_ERR_NOT_FOUND);
	assert_int_equal(lp_file_write(in_folder("file"), "x", 1, false), LP_OK);
	assert_int_equal(lp_file_stat(in_folder("file")), LP_OK);
	assert_int_equal(lp_file_stat(in_folder("")), LP_ERR_INVALID);
	assert_int_equal(lp_file_check_folder(in_folder("")), LP_OK);
	assert_int_equal(lp_file_check_folder(in_folder("nothing")), LP_ERR_NOT_FOUND);
	assert_int_equal(lp_file_check_folder(in_folder("file")), LP_ERR_INVALID);
	assert_int_equal(lp_file_check_folder(in_folder("file/below")), LP_ERR_INVALID);
	assert_int_equal(lp_file_check_writable(in_folder("")), LP_OK);
	assert_int_not_equal(lp_file_check_writable(in_folder("nothing")), LP_OK);
}

static void makes_folders(void **state)
{
	(void)state;
	assert_int_equal(lp_file_make_folder(in_folder("a/b/c")), LP_OK);
	assert_int_equal(mode_of(in_folder("a/b/c")), 0700);
	/* Else a daemon that becomes another user could not get there any more. */
	assert_int_equal(mode_of(in_folder("a/b")), 0755);
	assert_int_equal(mode_of(in_folder("a")), 0755);
	assert_int_equal(lp_file_make_folder(in_folder("a/b/c")), LP_OK);
	assert_int_equal(lp_file_make_folder(in_folder("a//b/")), LP_OK);
	assert_int_equal(lp_file_make_folder("/"), LP_OK);
	assert_int_equal(lp_file_make_folder(""), LP_ERR_INVALID);
	assert_int_equal(lp_file_write(in_folder("file"), "x", 1, false), LP_OK);
	assert_int_not_equal(lp_file_make_folder(in_folder("file")), LP_OK);
	assert_int_not_equal(lp_file_make_folder(in_folder("file/below")), LP_OK);
}

static void allows_files_as_far_as_it_may(void **state)
{
	struct rlimit old, limit;
	char expected[128];

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	limit = (struct rlimit){.rlim_cur = 10, .rlim_max = old.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(lp_file_allow(20), LP_OK);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(limit.rlim_cur, 20);
	assert_int_equal(lp_file_allow(15), LP_OK);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(limit.rlim_cur, 20);
	assert_int_equal(line_count, 0);

	if (old.rlim_max < UINT_MAX) {
		unsigned most = (unsigned)old.rlim_max;
		snprintf(expected, sizeof(expected),
			 "%u files may have to be open at a time, and only %u", most + 1, most);
		assert_int_equal(lp_file_allow(most + 1), LP_ERR_TOO_LARGE);
		assert_int_equal(line_count, 1);
		assert_non_null(strstr(last_line, expected));
		assert_int_equal(lp_file_allow(most), LP_OK);
		assert_int_equal(line_count, 1);
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_what_was_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(replaces_and_leaves_nothing_beside, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(says_what_is_wrong, set_up, tear_down),
		cmocka_unit_test_setup_teardown(removes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(probes_silently, set_up, tear_down),
		cmocka_unit_test_setup_teardown(makes_folders, set_up, tear_down),
		cmocka_unit_test_setup_teardown(allows_files_as_far_as_it_may, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
