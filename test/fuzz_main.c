/*
 * fuzz_main: runs a fuzz target over stored inputs, without libFuzzer, in the normal test run.
 * Arguments are files and folders; prints TAP, one line for a folder or file.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static long run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	static uint8_t data[4 << 20];
	uint8_t *exact;
	size_t n;

	if (!f)
		return -1;
	n = fread(data, 1, sizeof(data), f);
	fclose(f);
	exact = malloc(n ? n : 1); /* its own block, so that a sanitizer sees the end */
	memcpy(exact, data, n);
	LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	return 1;
}

static long run_path(const char *path)
{
	DIR *d = opendir(path);
	long n = 0;

	if (!d)
		return run_file(path);
	for (struct dirent *e = readdir(d); e; e = readdir(d)) {
		char child[4096];

		if (e->d_name[0] == '.')
			continue;
		snprintf(child, sizeof(child), "%s/%s", path, e->d_name);
		n += run_path(child);
	}
	closedir(d);
	return n;
}

int main(int argc, char **argv)
{
	printf("1..%d\n", argc - 1);
	for (int i = 1; i < argc; i++) {
		long n = run_path(argv[i]);
		const char *name = strrchr(argv[i], '/');

		/* an empty corpus proves nothing, so it is a failure */
		printf("%s %d - corpus %s: %ld inputs\n", n > 0 ? "ok" : "not ok", i,
		       name ? name + 1 : argv[i], n);
	}
	return 0;
}
