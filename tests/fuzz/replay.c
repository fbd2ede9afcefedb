/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The main of the fuzzers where no fuzzing engine is linked: feeds every file of the corpus, and
 * then every file named on the command line, to LLVMFuzzerTestOneInput. A finding ends the program,
 * as it does under the engine, and the last line says which input it was.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX (1024 * 1024)

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

int main(int argc, char **argv)
{
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
