/*
 * tls: TLS as a client that measures (threats.md T-NET-05): old versions and certificates that do
 * not verify are completed and recorded, never refused, and never trusted.  What passes a limit of ours
 * (bytes of a handshake, bits of the server's key) is refused before it costs more.
 *
 * One tls_client holds the one SSL_CTX and the store of roots, read once.  No session is kept, no
 * ticket used, no renegotiation, no compression, no client certificate, ALPN http/1.1.
 */
#ifndef IO_TLS_H
#define IO_TLS_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* From now on OpenSSL's memory is that of io/tls_heap.h: for a process with one thread, before OpenSSL's first
 * allocation (later it does nothing).  tls_memory_b(): bytes that it holds, for a census tells its own memory apart;
 * 0 without that. */
void tls_own_memory(void);
size_t tls_memory_b(void);

struct tls_client;
/* ca_file NULL or "": the system's roots.  A file that cannot be read, or holds no certificate, is
 * an error. */
struct tls_client *tls_client_new(const char *ca_file, struct err *e);
void tls_client_free(struct tls_client *c);
/* Chains whose signatures were looked at: the same chain again within a while is not (io/tls_memo.h). */
uint64_t tls_client_verified(const struct tls_client *c);

/* What the handshake told; lives as long as the struct tls. */
struct tls_result {
	const char *version, *cipher; /* static texts of OpenSSL */
	char alpn[32];                /* "" if none */
	char cert_sha256[65], spki_sha256[65]; /* hex; "" without certificate */
	char subject[257], issuer[257];        /* cleaned, RFC 2253 form, cut */
	int64_t not_before_us, not_after_us;   /* INT64_MIN if unreadable */
	bool verified;        /* chain, validity and name */
	const char *problem;  /* expired not_yet_valid name_mismatch self_signed unknown_issuer
			       * other; NULL when verified */
};

struct tls;
/* The descriptor stays the caller's.  name without trailing dot; a literal address is verified as
 * such and not sent as SNI. */
struct tls *tls_new(struct tls_client *c, int fd, const char *name);
void tls_free(struct tls *t);

/* Before the handshake: offers no application protocol, for what is not HTTP. */
void tls_without_alpn(struct tls *t);

/* 1 done; 0 wait for tls_wants(); negative: failed, tls_why() is a word, e.g. "closed" "timeout"
 * "alert_handshake_failure" "handshake_limit" "key_limit" "names_limit" "not_tls" "protocol". */
int tls_handshake(struct tls *t);
/* Bytes; 0 (read: closed); -EAGAIN: wait for tls_wants(); -EPROTO. */
ssize_t tls_read(struct tls *t, void *data, size_t max);
ssize_t tls_write(struct tls *t, const void *data, size_t len);
/* LOOP_READ or LOOP_WRITE, after a call that could not go on. */
unsigned tls_wants(const struct tls *t);
bool tls_pending(const struct tls *t); /* bytes are decrypted and unread */
const char *tls_why(const struct tls *t);
const struct tls_result *tls_result(const struct tls *t); /* after the handshake */

#endif
