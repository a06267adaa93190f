/*
 * tls: see tls.h.  OpenSSL 3.  The handshake always goes on past a bad certificate
 * (SSL_VERIFY_NONE): what X509_verify_cert and the name check say is written down afterwards.
 */
#include "io/tls.h"

#include "base/addr.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "io/loop.h"
#include "io/sock.h"
#include "io/tls_heap.h"
#include "io/tls_memo.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

enum { NAMES_TEXT_MAX = 2048 };

struct tls_client {
	SSL_CTX *ctx;
	BIO_METHOD *method; /* a socket without SIGPIPE */
	struct tls_memo *memo;
	uint64_t verified;  /* chains whose signatures were looked at */
};

struct tls {
	SSL *ssl;
	int fd;
	unsigned wants;
	bool is_literal, at_end;
	char name[256];
	char why[64];
	const char *refused; /* a limit of ours that ended the handshake */
	uint64_t read_b; /* during the handshake, then since the last byte of data */
	struct tls_result result;
};

/* ---- the library's memory ---- */

static void *heap_malloc(size_t n, const char *file, int line)
{
	(void)file, (void)line;
	return tls_heap_alloc(n);
}

static void heap_free(void *p, const char *file, int line)
{
	(void)file, (void)line;
	tls_heap_free(p);
}

static void *heap_realloc(void *p, size_t n, const char *file, int line)
{
	(void)file, (void)line;
	return tls_heap_realloc(p, n);
}

void tls_own_memory(void)
{
	CRYPTO_set_mem_functions(heap_malloc, heap_realloc, heap_free);
}

size_t tls_memory_b(void)
{
	return tls_heap_b();
}

/* ---- a BIO over sock_send and sock_recv that counts ---- */

static int bio_write(BIO *b, const char *data, int len)
{
	struct tls *t = BIO_get_data(b);
	ssize_t n = sock_send(t->fd, data, (size_t)len);

	BIO_clear_retry_flags(b);
	if (n == -EAGAIN)
		BIO_set_retry_write(b);
	return n < 0 ? -1 : (int)n;
}

static int bio_read(BIO *b, char *data, int max)
{
	struct tls *t = BIO_get_data(b);
	ssize_t n = -1;

	BIO_clear_retry_flags(b);
	/* one call of the library reads on and on while records come that it passes over in silence */
	if (t->read_b <= L_TLS_HANDSHAKE_B)
		n = sock_recv(t->fd, data, (size_t)max);
	if (n == -EAGAIN)
		BIO_set_retry_read(b);
	t->at_end |= n == 0;
	if (n > 0)
		t->read_b += (uint64_t)n;
	return n < 0 ? -1 : (int)n;
}

static long bio_ctrl(BIO *b, int command, long number, void *pointer)
{
	const struct tls *t = BIO_get_data(b);

	(void)number, (void)pointer;
	if (command == BIO_CTRL_EOF) /* an end without close_notify is an end all the same */
		return t->at_end;
	return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *bio_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "sock");

	if (!m)
		return NULL;
	BIO_meth_set_write(m, bio_write);
	BIO_meth_set_read(m, bio_read);
	BIO_meth_set_ctrl(m, bio_ctrl);
	return m;
}

/* ---- the client ---- */

static bool key_is_long(X509 *x)
{
	EVP_PKEY *key = X509_get0_pubkey(x);

	if (!key || EVP_PKEY_get_bits(key) <= L_TLS_KEY_BITS)
		return false;
	limit_hit(LIMIT_TLS_KEY_BITS);
	return true;
}

/* Counted in its bytes: once the library has read them, each name costs a hundred bytes for as long as
 * the connection stands. */
static bool has_many_names(X509 *x)
{
	int at = X509_get_ext_by_NID(x, NID_subject_alt_name, -1), tag, class, n = 0;
	const ASN1_OCTET_STRING *s = at < 0 ? NULL : X509_EXTENSION_get_data(X509_get_ext(x, at));
	const unsigned char *p = s ? ASN1_STRING_get0_data(s) : NULL, *end;
	long len = 0;

	if (!p || ASN1_get_object(&p, &len, &tag, &class, ASN1_STRING_length(s)) & 0x80)
		return false;
	for (end = p + len; p < end && n <= L_TLS_SAN; p += len, n++)
		if (ASN1_get_object(&p, &len, &tag, &class, end - p) & 0x80)
			break;
	if (n <= L_TLS_SAN)
		return false;
	limit_hit(LIMIT_TLS_SAN);
	return true;
}

/* The next thing would be a signature by that key, or memory for all those names: the handshake ends here
 * instead. */
static int refuse(X509_STORE_CTX *store, const char *why)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls *t = SSL_get_app_data(ssl);

	t->refused = why;
	SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL); /* read after this call */
	X509_STORE_CTX_set_error(store, X509_V_ERR_UNSPECIFIED);
	return 0;
}

static int64_t time_of(const ASN1_TIME *at)
{
	struct tm tm;

	if (!at || !ASN1_TIME_to_tm(at, &tm))
		return INT64_MIN;
	return civil_to_us(&(struct civil){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
					   tm.tm_min, tm.tm_sec});
}

static bool key_of(X509 *leaf, STACK_OF(X509) *chain, uint8_t key[static TLS_MEMO_KEY_B])
{
	uint8_t digests[(L_TLS_CHAIN + 1) * TLS_MEMO_KEY_B];
	size_t n = 0;

	if (!X509_digest(leaf, EVP_sha256(), digests, NULL))
		return false;
	for (int i = 0; i < sk_X509_num(chain); i++)
		if (!X509_digest(sk_X509_value(chain, i), EVP_sha256(), digests + ++n * TLS_MEMO_KEY_B, NULL))
			return false;
	return EVP_Digest(digests, (n + 1) * TLS_MEMO_KEY_B, key, NULL, EVP_sha256(), NULL) == 1;
}

/* The next moment at which one of these begins or ceases to be valid, if it comes before *until_us. */
static void narrow(STACK_OF(X509) *certs, int64_t now_us, int64_t *until_us)
{
	for (int i = 0; i < sk_X509_num(certs); i++) {
		X509 *c = sk_X509_value(certs, i);
		int64_t at[] = {time_of(X509_get0_notBefore(c)), time_of(X509_get0_notAfter(c))};

		for (int k = 0; k < 2; k++)
			if (at[k] > now_us && at[k] < *until_us)
				*until_us = at[k];
	}
}

/* The verdict on this chain, from its signatures or from when they were looked at last. */
static bool verify_once(struct tls_client *c, X509_STORE_CTX *store)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_untrusted(store);
	int64_t now_us = clock_wall(&clock_real), until_us = now_us + L_TLS_MEMO_S * (int64_t)1000000;
	uint8_t key[TLS_MEMO_KEY_B];
	bool keyed = key_of(X509_STORE_CTX_get0_cert(store), chain, key), good;
	int code;

	if (keyed && tls_memo_find(c->memo, key, now_us, &code)) {
		X509_STORE_CTX_set_error(store, code);
		return code == X509_V_OK;
	}
	c->verified++;
	good = X509_verify_cert(store) > 0;
	code = X509_STORE_CTX_get_error(store);
	/* the leaf is part of what was sent, the trusted root of what was built */
	narrow(chain, now_us, &until_us);
	narrow(X509_STORE_CTX_get0_chain(store), now_us, &until_us);
	if (keyed && good == (code == X509_V_OK) && code != X509_V_ERR_OUT_OF_MEM && code != X509_V_ERR_UNSPECIFIED)
		tls_memo_put(c->memo, key, now_us, until_us, code);
	return good;
}

/* Refuses to spend time on absurd chains.  That of the server's own key ends the handshake; any other
 * result is a note, and it goes on. */
static int verify(X509_STORE_CTX *store, void *arg)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_untrusted(store);
	X509 *leaf = X509_STORE_CTX_get0_cert(store);

	if (leaf && key_is_long(leaf))
		return refuse(store, "key_limit");
	if (leaf && has_many_names(leaf))
		return refuse(store, "names_limit");
	if (sk_X509_num(chain) > L_TLS_CHAIN) {
		limit_hit(LIMIT_TLS_CHAIN);
		X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_CHAIN_TOO_LONG);
		return 0;
	}
	for (int i = 0; i < sk_X509_num(chain); i++) {
		if (key_is_long(sk_X509_value(chain, i)) || has_many_names(sk_X509_value(chain, i))) {
			X509_STORE_CTX_set_error(store, X509_V_ERR_UNSPECIFIED);
			return 0;
		}
	}
	return leaf && verify_once(arg, store);
}

static int set_up(struct tls_client *c, SSL_CTX *x)
{
	static const unsigned char alpn[] = "\x08http/1.1";

	SSL_CTX_set_security_level(x, 0); /* old versions are measured, not used */
	SSL_CTX_set_verify(x, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_cert_verify_callback(x, verify, c);
	SSL_CTX_set_session_cache_mode(x, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(x, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION |
				       SSL_OP_NO_RENEGOTIATION | SSL_OP_LEGACY_SERVER_CONNECT |
				       SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(x, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
				    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_max_cert_list(x, L_TLS_HANDSHAKE_B);
	return SSL_CTX_set_min_proto_version(x, TLS1_VERSION) &&
	       SSL_CTX_set1_groups_list(x, "X25519:P-256:P-384") &&
	       SSL_CTX_set_cipher_list(x, "ALL:!aNULL:!eNULL:!PSK:!SRP") &&
	       SSL_CTX_set_alpn_protos(x, alpn, sizeof(alpn) - 1) == 0;
}

/* The system's roots as one file.  OpenSSL's own default would look each root up in a folder when it
 * is needed, and by then a prober may open no file. */
static int load_system_roots(SSL_CTX *x, struct err *e)
{
	const char *const files[] = {getenv(X509_get_default_cert_file_env()),
				     "/etc/ssl/certs/ca-certificates.crt",
				     "/etc/pki/tls/certs/ca-bundle.crt",
				     X509_get_default_cert_file()};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (files[i] && SSL_CTX_load_verify_file(x, files[i]))
			return 0;
	ERR_clear_error();
	return err_set(e, -ENOENT, "cannot read the system's root certificates; install "
				   "ca-certificates or set tls.ca_file");
}

static int load_roots(SSL_CTX *x, const char *ca_file, struct err *e)
{
	if (!ca_file || !*ca_file)
		return load_system_roots(x, e);
	if (SSL_CTX_load_verify_file(x, ca_file))
		return 0;
	ERR_clear_error();
	return err_set(e, -EINVAL, "%s: cannot be read as root certificates in PEM form", ca_file);
}

struct tls_client *tls_client_new(const char *ca_file, struct err *e)
{
	struct tls_client *c = calloc(1, sizeof(*c));

	if (!c) {
		err_set(e, -ENOMEM, "no memory for TLS");
		return NULL;
	}
	c->ctx = SSL_CTX_new(TLS_client_method());
	c->method = bio_method();
	c->memo = tls_memo_new();
	if (!c->ctx || !c->method || !c->memo || !set_up(c, c->ctx)) {
		ERR_clear_error();
		err_set(e, -EINVAL, "OpenSSL cannot be set up as a TLS client");
		tls_client_free(c);
		return NULL;
	}
	if (load_roots(c->ctx, ca_file, e)) {
		tls_client_free(c);
		return NULL;
	}
	return c;
}

void tls_client_free(struct tls_client *c)
{
	if (!c)
		return;
	SSL_CTX_free(c->ctx);
	BIO_meth_free(c->method);
	tls_memo_free(c->memo);
	free(c);
}

uint64_t tls_client_verified(const struct tls_client *c)
{
	return c->verified;
}

/* ---- one connection ---- */

struct tls *tls_new(struct tls_client *c, int fd, const char *name)
{
	struct tls *t = calloc(1, sizeof(*t));
	struct addr literal;
	BIO *bio;

	if (!t)
		abort();
	t->fd = fd;
	t->is_literal = addr_parse(&literal, name);
	t->result.not_before_us = t->result.not_after_us = INT64_MIN;
	snprintf(t->name, sizeof(t->name), "%s", name);
	t->ssl = SSL_new(c->ctx);
	bio = BIO_new(c->method);
	if (!t->ssl || !bio)
		abort(); /* out of memory ends the process */
	BIO_set_data(bio, t);
	BIO_set_init(bio, 1);
	SSL_set_bio(t->ssl, bio, bio);
	SSL_set_app_data(t->ssl, t);
	if (!t->is_literal)
		SSL_set_tlsext_host_name(t->ssl, t->name);
	SSL_set_connect_state(t->ssl);
	return t;
}

void tls_without_alpn(struct tls *t)
{
	SSL_set_alpn_protos(t->ssl, NULL, 0);
}

void tls_free(struct tls *t)
{
	if (!t)
		return;
	SSL_free(t->ssl);
	free(t);
}

static int failed(struct tls *t, const char *word)
{
	snprintf(t->why, sizeof(t->why), "%s", word);
	ERR_clear_error();
	return -EPROTO;
}

/* A stable word from OpenSSL's reason text: "tlsv1 alert protocol version" gives
 * "alert_protocol_version". */
static int failed_reason(struct tls *t)
{
	const char *text = ERR_reason_error_string(ERR_peek_error()), *alert;
	size_t n = 0;

	if (!text)
		return failed(t, "closed");
	if (!strcmp(text, "wrong version number") || !strcmp(text, "http request") ||
	    !strcmp(text, "packet length too long") || !strcmp(text, "unexpected eof while reading"))
		return failed(t, strcmp(text, "unexpected eof while reading") ? "not_tls" : "closed");
	alert = strstr(text, "alert ");
	for (const char *p = alert ? alert : text; *p && n < sizeof(t->why) - 1; p++)
		t->why[n++] = (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') ? *p : '_';
	t->why[n] = '\0';
	ERR_clear_error();
	return -EPROTO;
}

/* What a call that did not succeed means: -EAGAIN, 0 for the end, or -EPROTO. */
static int outcome_of(struct tls *t, int rc)
{
	switch (SSL_get_error(t->ssl, rc)) {
	case SSL_ERROR_WANT_READ: t->wants = LOOP_READ; return -EAGAIN;
	case SSL_ERROR_WANT_WRITE: t->wants = LOOP_WRITE; return -EAGAIN;
	case SSL_ERROR_ZERO_RETURN: ERR_clear_error(); return 0;
	case SSL_ERROR_SYSCALL: return failed(t, "closed");
	default: return failed_reason(t);
	}
}

/* ---- what the handshake told ---- */

static void hex(char to[static 65], const unsigned char *digest)
{
	for (int i = 0; i < 32; i++)
		snprintf(to + 2 * i, 3, "%02x", digest[i]);
}

static void name_text(char to[static 257], X509_NAME *name)
{
	BIO *memory = BIO_new(BIO_s_mem());
	char *text;
	long len;

	if (!memory)
		return;
	X509_NAME_print_ex(memory, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
	len = BIO_get_mem_data(memory, &text);
	if (len > NAMES_TEXT_MAX)
		len = NAMES_TEXT_MAX;
	if (len > 0)
		utf8_clean(to, 257, text, (size_t)len);
	BIO_free(memory);
}

static bool name_matches(const struct tls *t, X509 *leaf)
{
	if (t->is_literal)
		return X509_check_ip_asc(leaf, t->name, 0) == 1;
	return X509_check_host(leaf, t->name, 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL) == 1;
}

static const char *problem_of(const struct tls *t, X509 *leaf)
{
	switch (SSL_get_verify_result(t->ssl)) {
	case X509_V_OK: return name_matches(t, leaf) ? NULL : "name_mismatch";
	case X509_V_ERR_CERT_HAS_EXPIRED: return "expired";
	case X509_V_ERR_CERT_NOT_YET_VALID: return "not_yet_valid";
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return "self_signed";
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return "unknown_issuer";
	default: return "other";
	}
}

static void describe_leaf(struct tls *t, X509 *leaf)
{
	struct tls_result *r = &t->result;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned char *spki = NULL;
	int spki_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf), &spki);

	if (X509_digest(leaf, EVP_sha256(), digest, NULL))
		hex(r->cert_sha256, digest);
	if (spki_len > 0 &&
	    EVP_Digest(spki, (size_t)spki_len, digest, NULL, EVP_sha256(), NULL))
		hex(r->spki_sha256, digest);
	OPENSSL_free(spki);
	name_text(r->subject, X509_get_subject_name(leaf));
	name_text(r->issuer, X509_get_issuer_name(leaf));
	r->not_before_us = time_of(X509_get0_notBefore(leaf));
	r->not_after_us = time_of(X509_get0_notAfter(leaf));
	r->problem = problem_of(t, leaf);
	r->verified = !r->problem;
}

static void describe(struct tls *t)
{
	const unsigned char *alpn;
	unsigned alpn_len;
	X509 *leaf = SSL_get0_peer_certificate(t->ssl);

	t->result.version = SSL_get_version(t->ssl);
	t->result.cipher = SSL_get_cipher_name(t->ssl);
	SSL_get0_alpn_selected(t->ssl, &alpn, &alpn_len);
	if (alpn_len)
		utf8_clean(t->result.alpn, sizeof(t->result.alpn), (const char *)alpn, alpn_len);
	t->result.problem = "other";
	if (leaf)
		describe_leaf(t, leaf);
	ERR_clear_error();
}

int tls_handshake(struct tls *t)
{
	int rc;

	ERR_clear_error();
	rc = SSL_do_handshake(t->ssl);
	if (t->read_b > L_TLS_HANDSHAKE_B) {
		limit_hit(LIMIT_TLS_HANDSHAKE_B);
		return failed(t, "handshake_limit");
	}
	if (rc == 1) {
		t->read_b = 0;
		describe(t);
		return 1;
	}
	if (t->refused)
		return failed(t, t->refused);
	rc = outcome_of(t, rc);
	if (rc == -EAGAIN)
		return 0;
	return rc ? rc : failed(t, "closed");
}

ssize_t tls_read(struct tls *t, void *data, size_t max)
{
	int rc;

	ERR_clear_error();
	rc = SSL_read(t->ssl, data, max > INT32_MAX ? INT32_MAX : (int)max);
	if (t->read_b > L_TLS_HANDSHAKE_B && rc <= 0) {
		limit_hit(LIMIT_TLS_HANDSHAKE_B);
		return failed(t, "handshake_limit");
	}
	if (rc > 0)
		t->read_b = 0;
	return rc > 0 ? rc : outcome_of(t, rc);
}

ssize_t tls_write(struct tls *t, const void *data, size_t len)
{
	int rc;

	ERR_clear_error();
	rc = SSL_write(t->ssl, data, len > INT32_MAX ? INT32_MAX : (int)len);
	if (rc > 0)
		return rc;
	rc = outcome_of(t, rc);
	return rc ? rc : -EPROTO;
}

unsigned tls_wants(const struct tls *t)
{
	return t->wants;
}

bool tls_pending(const struct tls *t)
{
	return SSL_pending(t->ssl) > 0;
}

const char *tls_why(const struct tls *t)
{
	return t->why;
}

const struct tls_result *tls_result(const struct tls *t)
{
	return &t->result;
}
