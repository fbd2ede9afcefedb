/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The main of the fuzzers where no fuzzing engine is linked: feeds every file of the corpus, or
 * every file named on the command line, to LLVMFuzzerTestOneInput. A finding ends the program, as
 * it does under the engine, and the last line says which input it was.
 *
 * With "--random COUNT [--seed SEED]" it makes that many inputs up instead. A seed always makes the
 * same ones: the last line says where to look.
 */
#include "fuzz.h"

#include "base/mem.h"
#include "base/rand.h"

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define INPUT_MAX  (1024 * 1024)
#define RANDOM_MAX 512

static bool replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");

	if (!file) {
		perror(path);
		return false;
	}
	uint8_t *buffer = malloc(INPUT_MAX);
	size_t len = buffer ? fread(buffer, 1, INPUT_MAX, file) : 0;
	bool is_whole = buffer && feof(file);

	fclose(file);
	/* A block of just this size, so that a sanitizer sees the first byte read behind its end.
	 */
	uint8_t *data = is_whole ? malloc(len ? len : 1) : NULL;
	if (data) {
		memcpy(data, buffer, len);
		printf("%s: %zu bytes\n", path, len);
		fflush(stdout);
		LLVMFuzzerTestOneInput(data, len);
	} else {
		fprintf(stderr, "%s: cannot be read, or is larger than %d bytes\n", path,
			INPUT_MAX);
	}
	free(data);
	free(buffer);
	return data != NULL;
}

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Replays all files of a folder in the order of their names. False if there is none. */
static bool replay_folder(const char *folder)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_input, alphasort);
	bool is_good = count > 0;

	if (count <= 0)
		fprintf(stderr, "%s: no input to replay\n", folder);
	for (int i = 0; i < count; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		is_good &= replay_file(path);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return is_good;
}

/* What follows "fuzz_" in the name of this program. */
static const char *decoder_name(const char *program)
{
	const char *slash = strrchr(program, '/');
	const char *name = slash ? slash + 1 : program;

	return strncmp(name, "fuzz_", 5) == 0 ? name + 5 : name;
}

/* --- made up --- */

/* A decoder that knows better than chance replaces these. */
__attribute__((weak)) void fuzz_shape(uint8_t *data, size_t len)
{
	(void)data, (void)len;
}

__attribute__((weak)) void fuzz_report(void)
{
}

/* Mostly short ones: they come to the point. */
static size_t make_up(struct lp_rand *rand, uint8_t *data)
{
	size_t max = (size_t)8 << lp_rand_below(rand, 7);
	size_t len = 1 + (size_t)lp_rand_below(rand, LP_MIN(max, (size_t)RANDOM_MAX));
	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t)lp_rand_below(rand, 256);
	fuzz_shape(data, len);
	return len;
}

static int run_random(unsigned long long count, unsigned long long seed)
{
	struct lp_rand rand;
	time_t said = 0;
	lp_rand_seed(&rand, seed);
	for (unsigned long long i = 0; i < count; i++) {
		uint8_t buffer[RANDOM_MAX];
		size_t len = make_up(&rand, buffer);
		uint8_t *data = malloc(len); /* just this size, for a sanitizer */
		CHECK(data);
		memcpy(data, buffer, len);
		if (i % 1024 == 0 && time(NULL) != said) {
			said = time(NULL);
			printf("seed %llu: execution %llu and on\n", seed, i);
			fflush(stdout);
		}
		LLVMFuzzerTestOneInput(data, len);
		free(data);
	}
	printf("seed %llu: %llu executions, no finding\n", seed, count);
	fuzz_report();
	return EXIT_SUCCESS;
}

static int usage(const char *program)
{
	fprintf(stderr, "usage: %s [FILE...], or %s --random COUNT [--seed SEED]\n", program,
		program);
	return 2;
}

/* "--random COUNT [--seed SEED]" */
static int main_random(int argc, char **argv)
{
	char *count_end = NULL, *seed_end = NULL;
	unsigned long long count = argc > 2 ? strtoull(argv[2], &count_end, 10) : 0;
	unsigned long long seed =
		argc == 5 ? strtoull(argv[4], &seed_end, 10) : (unsigned long long)time(NULL);
	if (count == 0 || *count_end || (argc != 3 && argc != 5) ||
	    (argc == 5 && (strcmp(argv[3], "--seed") != 0 || *seed_end)))
		return usage(argv[0]);
	return run_random(count, seed);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--random") == 0)
		return main_random(argc, argv);
	const char *srcdir = getenv("srcdir");
	bool is_good = true;

	if (argc < 2) {
		char folder[2048];

		snprintf(folder, sizeof(folder), "%s/tests/data/corpus/%s", srcdir ? srcdir : ".",
			 decoder_name(argv[0]));
		is_good = replay_folder(folder);
	}
	for (int i = 1; i < argc; i++)
		is_good &= replay_file(argv[i]);
	return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
