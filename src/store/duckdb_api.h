/*
 * duckdb_api: the few C functions of libduckdb.so (library API 1.x) that we use, as pointers that
 * duckdb.c fills by dlsym.  Debian has no DuckDB, and the npm package that carries the library brings
 * no header; handles are plain pointers here.  Only duckdb.c includes this file.
 */
#ifndef STORE_DUCKDB_API_H
#define STORE_DUCKDB_API_H

#include <stdbool.h>
#include <stdint.h>

/* Passed by value in one call; six words, and only the library looks inside. */
struct duck_result {
	uint64_t inside[6];
};

/* A string in a vector: short ones stand in it, longer ones behind a pointer. */
struct duck_string {
	uint32_t len;
	char head[4];
	union {
		char tail[8];
		const char *far;
	};
};
enum { DUCK_STRING_INSIDE = 12 };

struct duck_huge {
	uint64_t lower;
	int64_t upper;
};

enum duck_column {
	DUCK_BOOLEAN = 1,
	DUCK_TINYINT = 2,
	DUCK_SMALLINT = 3,
	DUCK_INTEGER = 4,
	DUCK_BIGINT = 5,
	DUCK_UTINYINT = 6,
	DUCK_USMALLINT = 7,
	DUCK_UINTEGER = 8,
	DUCK_UBIGINT = 9,
	DUCK_FLOAT = 10,
	DUCK_DOUBLE = 11,
	DUCK_TIMESTAMP = 12,
	DUCK_DATE = 13,
	DUCK_HUGEINT = 16,
	DUCK_VARCHAR = 17,
	DUCK_BLOB = 18,
	DUCK_DECIMAL = 19,
	DUCK_TIMESTAMP_TZ = 31,
	DUCK_UHUGEINT = 32,
	DUCK_SQLNULL = 36,
};

enum { DUCK_STATEMENT_SELECT = 1, DUCK_STATEMENT_EXPLAIN = 4 };
enum { DUCK_PENDING_READY = 0, DUCK_PENDING_NOT_READY = 1, DUCK_PENDING_ERROR = 2 };

/* return type, name after duckdb_, arguments */
#define DUCK_CALLS(X)                                                                              \
	X(const char *, library_version, (void))                                                   \
	X(void, free, (void *))                                                                    \
	X(int, create_config, (void **))                                                           \
	X(int, set_config, (void *, const char *, const char *))                                   \
	X(void, destroy_config, (void **))                                                         \
	X(int, open_ext, (const char *, void **, void *, char **))                                 \
	X(void, close, (void **))                                                                  \
	X(int, connect, (void *, void **))                                                         \
	X(void, disconnect, (void **))                                                             \
	X(void, interrupt, (void *))                                                               \
	X(int, query, (void *, const char *, struct duck_result *))                                \
	X(void, destroy_result, (struct duck_result *))                                            \
	X(const char *, result_error, (struct duck_result *))                                      \
	X(const char *, column_name, (struct duck_result *, uint64_t))                             \
	X(int, column_type, (struct duck_result *, uint64_t))                                      \
	X(uint64_t, column_count, (struct duck_result *))                                          \
	X(void *, column_logical_type, (struct duck_result *, uint64_t))                           \
	X(uint8_t, decimal_scale, (void *))                                                        \
	X(int, decimal_internal_type, (void *))                                                    \
	X(void *, create_logical_type, (int))                                                      \
	X(void, destroy_logical_type, (void **))                                                   \
	X(void *, fetch_chunk, (struct duck_result))                                               \
	X(int, prepare, (void *, const char *, void **))                                           \
	X(void, destroy_prepare, (void **))                                                        \
	X(const char *, prepare_error, (void *))                                                   \
	X(int, prepared_statement_type, (void *))                                                  \
	X(uint64_t, nparams, (void *))                                                             \
	X(int, bind_null, (void *, uint64_t))                                                      \
	X(int, bind_int64, (void *, uint64_t, int64_t))                                            \
	X(int, bind_double, (void *, uint64_t, double))                                            \
	X(int, bind_varchar_length, (void *, uint64_t, const char *, uint64_t))                    \
	X(int, bind_blob, (void *, uint64_t, const void *, uint64_t))                              \
	X(int, pending_prepared, (void *, void **))                                                \
	X(void, destroy_pending, (void **))                                                        \
	X(const char *, pending_error, (void *))                                                   \
	X(int, pending_execute_task, (void *))                                                     \
	X(int, execute_pending, (void *, struct duck_result *))                                    \
	X(void *, create_data_chunk, (void **, uint64_t))                                          \
	X(void, destroy_data_chunk, (void **))                                                     \
	X(void, data_chunk_reset, (void *))                                                        \
	X(void *, data_chunk_get_vector, (void *, uint64_t))                                       \
	X(uint64_t, data_chunk_get_size, (void *))                                                 \
	X(void, data_chunk_set_size, (void *, uint64_t))                                           \
	X(void *, vector_get_data, (void *))                                                       \
	X(uint64_t *, vector_get_validity, (void *))                                               \
	X(void, vector_ensure_validity_writable, (void *))                                         \
	X(void, vector_assign_string_element_len, (void *, uint64_t, const char *, uint64_t))      \
	X(uint64_t, vector_size, (void))                                                           \
	X(int, appender_create, (void *, const char *, const char *, void **))                     \
	X(int, appender_close, (void *))                                                           \
	X(int, appender_destroy, (void **))                                                        \
	X(const char *, appender_error, (void *))                                                  \
	X(int, append_data_chunk, (void *, void *))

#define DUCK_POINTER(ret, name, args) ret(*name) args;
struct duck_api {
	DUCK_CALLS(DUCK_POINTER)
};
#undef DUCK_POINTER

extern struct duck_api duck_api;

#endif
