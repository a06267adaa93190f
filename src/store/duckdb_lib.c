/* duckdb_lib: finds libduckdb.so and takes the functions of duckdb_api.h out of it. */
#include "store/duckdb.h"
#include "store/duckdb_api.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

struct duck_api duck_api;
static bool loaded;

#if defined(__aarch64__)
#define ARCH "arm64"
#else
#define ARCH "x64"
#endif

/* Below the folder of the program, or absolute. */
static const char *const places[] = {
	"libduckdb.so",
	"../web/node_modules/@duckdb/node-bindings-linux-" ARCH "/libduckdb.so",
	"../../web/node_modules/@duckdb/node-bindings-linux-" ARCH "/libduckdb.so",
	"../lib/sextant/libduckdb.so",
	"/usr/lib/sextant/libduckdb.so",
	"/usr/local/lib/sextant/libduckdb.so",
	NULL,
};

/* A function that is missing fails the whole: an older or foreign library. */
static int take(void *lib, const char *path, struct err *e)
{
#define DUCK_TAKE(ret, name, args)                                                                 \
	*(void **)&duck_api.name = dlsym(lib, "duckdb_" #name);                                    \
	if (!duck_api.name)                                                                        \
		return err_set(e, -ENOSYS,                                                         \
			       "%s has no function duckdb_%s: it is not DuckDB 1.x; install the "  \
			       "version of web/package-lock.json",                                 \
			       path, #name);
	DUCK_CALLS(DUCK_TAKE)
#undef DUCK_TAKE
	return 0;
}

static int load_from(const char *path, struct err *e)
{
	void *lib = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	int rc;

	if (!lib)
		return err_set(e, -ELIBACC,
			       "the library of the facts cannot be loaded (%.300s): run tools/setup, or "
			       "correct SEXTANT_DUCKDB or the setting store.duckdb",
			       dlerror());
	rc = take(lib, path, e);
	if (rc)
		dlclose(lib);
	else
		loaded = true;
	return rc;
}

static void program_folder(char dir[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", dir, PATH_MAX - 1);

	dir[n > 0 ? n : 0] = '\0';
	for (char *slash = strrchr(dir, '/'); slash; slash = NULL)
		*slash = '\0';
}

int duck_load(struct err *e)
{
	const char *named = getenv("SEXTANT_DUCKDB");
	char dir[PATH_MAX], path[PATH_MAX + 128];

	if (loaded)
		return 0;
	if (named && named[0])
		return load_from(named, e);
	program_folder(dir);
	for (size_t i = 0; places[i]; i++) {
		if (places[i][0] == '/')
			snprintf(path, sizeof(path), "%s", places[i]);
		else
			snprintf(path, sizeof(path), "%s/%s", dir, places[i]);
		if (access(path, R_OK) == 0)
			return load_from(path, e);
	}
	return err_set(e, -ELIBACC,
		       "libduckdb.so was not found beside the program (%.200s), in "
		       "web/node_modules or in /usr/lib/sextant: run tools/setup, or name it with "
		       "SEXTANT_DUCKDB or the setting store.duckdb",
		       dir);
}

const char *duck_version(void)
{
	return loaded ? duck_api.library_version() : NULL;
}
