/* Handshakes over a socket pair with a server made here: certificates good and bad are told apart.
 */
#include "io/tls.h"

#include "base/limits.h"
#include "test/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static EVP_PKEY *key;

static void add_extension(X509 *x, int nid, const char *text)
{
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, nid, text);

	X509_add_ext(x, ext, -1);
	X509_EXTENSION_free(ext);
}

static void sign(X509 *x)
{
	X509_sign(x, key, EVP_PKEY_is_a(key, "ED25519") ? NULL : EVP_sha256());
}

/* Self-signed for the name, valid from..to seconds from now. */
static X509 *certificate(const char *name, long from, long to)
{
	X509 *x = X509_new();
	X509_NAME *subject = X509_get_subject_name(x);
	char san[300];

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), from);
	X509_gmtime_adj(X509_getm_notAfter(x), to);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1,
				   -1, 0);
	X509_set_issuer_name(x, subject);
	snprintf(san, sizeof(san), "DNS:%s", name);
	add_extension(x, NID_subject_alt_name, san);
	sign(x);
	return x;
}

static struct tls_client *client_trusting(X509 *x, struct err *e)
{
	char path[] = "/tmp/tls_test_XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	struct tls_client *c;

	PEM_write_X509(f, x);
	fclose(f);
	c = tls_client_new(path, e);
	unlink(path);
	return c;
}

/* Both sides take turns until the client is done or fails. */
static int shake(struct tls *t, SSL *server)
{
	int rc = 0;

	for (int turn = 0; turn < 20 && rc == 0; turn++) {
		rc = tls_handshake(t);
		SSL_do_handshake(server);
	}
	return rc;
}

struct ends {
	struct tls_client *client;
	SSL_CTX *ctx;
	struct tls *near;
	SSL *far;
	int pair[2];
};

static void ends_init(struct ends *n, X509 *shown, X509 *trusted, const char *name)
{
	struct err e = {0};

	n->client = client_trusting(trusted, &e);
	n->ctx = SSL_CTX_new(TLS_server_method());
	SSL_CTX_set_security_level(n->ctx, 0);
	SSL_CTX_use_certificate(n->ctx, shown);
	SSL_CTX_use_PrivateKey(n->ctx, key);
	socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, n->pair);
	n->near = tls_new(n->client, n->pair[0], name);
	n->far = SSL_new(n->ctx);
	SSL_set_fd(n->far, n->pair[1]);
	SSL_set_accept_state(n->far);
}

static void ends_done(struct ends *n)
{
	tls_free(n->near);
	SSL_free(n->far);
	close(n->pair[0]);
	close(n->pair[1]);
	SSL_CTX_free(n->ctx);
	tls_client_free(n->client);
}

static void one(X509 *shown, X509 *trusted, int version, const char *name, const char *problem)
{
	struct ends n;
	struct tls *t;
	char got[8];

	ends_init(&n, shown, trusted, name);
	SSL_set_max_proto_version(n.far, version);
	t = n.near;
	is_int(shake(t, n.far), 1, name);
	is_str(tls_result(t)->problem, problem, "problem");
	is_int(tls_result(t)->verified, !problem, "verified");
	is_int((long long)strlen(tls_result(t)->cert_sha256), 64, "digest of the leaf");
	is_int((long long)strlen(tls_result(t)->spki_sha256), 64, "digest of its key");
	is_str(tls_result(t)->version, SSL_get_version(n.far), "version");
	is_int(tls_write(t, "ping", 4), 4, "a write");
	is_int(SSL_read(n.far, got, sizeof(got)), 4, "arrives");
	is_int(tls_read(t, got, sizeof(got)), -EAGAIN, "nothing to read yet");
	SSL_write(n.far, "pong", 4);
	is_int(tls_read(t, got, sizeof(got)), 4, "an answer");
	shutdown(n.pair[1], SHUT_RDWR);
	is_int(tls_read(t, got, sizeof(got)), 0, "the end");
	ends_done(&n);
}

/* Another connection of the same client. */
static const struct tls_result *again(struct ends *n, const char *name)
{
	tls_free(n->near);
	SSL_free(n->far);
	close(n->pair[0]);
	close(n->pair[1]);
	socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, n->pair);
	n->near = tls_new(n->client, n->pair[0], name);
	n->far = SSL_new(n->ctx);
	SSL_set_fd(n->far, n->pair[1]);
	SSL_set_accept_state(n->far);
	is_int(shake(n->near, n->far), 1, "a handshake");
	return tls_result(n->near);
}

/* The signatures of a chain are looked at once; its name each time. */
static void once(X509 *shown, X509 *trusted, X509 *next, const char *problem)
{
	struct ends n;

	ends_init(&n, shown, trusted, "a.test");
	for (int i = 0; i < 3; i++)
		is_str(again(&n, "a.test")->problem, problem, "the verdict of each");
	is_int((long long)tls_client_verified(n.client), 1, "three connections, one verification");
	is_str(again(&n, "b.test")->problem, problem ? problem : "name_mismatch", "another name, the same certificate");
	is_int((long long)tls_client_verified(n.client), 1, "needs no signature");
	SSL_CTX_use_certificate(n.ctx, next);
	again(&n, "a.test");
	is_int((long long)tls_client_verified(n.client), 2, "another certificate does");
	SSL_CTX_use_certificate(n.ctx, shown);
	SSL_CTX_add1_chain_cert(n.ctx, next);
	again(&n, "a.test");
	is_int((long long)tls_client_verified(n.client), 3, "and so does another chain of the first");
	ends_done(&n);
}

/* A verdict ends when a certificate begins to be valid, however long it would be kept in mind. */
static void until(void)
{
	const char *problem = NULL;
	struct ends n;

	for (int i = 0; i < 5 && (!problem || strcmp(problem, "not_yet_valid") != 0); i++) {
		X509 *soon = certificate("a.test", 2, 3600);

		if (i)
			ends_done(&n);
		ends_init(&n, soon, soon, "a.test");
		problem = again(&n, "a.test")->problem;
		X509_free(soon);
	}
	is_str(problem, "not_yet_valid", "a certificate of the near future");
	is_int((long long)tls_client_verified(n.client), 1, "one verification");
	nanosleep(&(struct timespec){.tv_sec = 3}, NULL);
	is_str(again(&n, "a.test")->problem, NULL, "is good when its time has come");
	is_int((long long)tls_client_verified(n.client), 2, "by another verification");
	ends_done(&n);
}

_Static_assert(L_TLS_MEMO_S > 3, "until() would find a verdict that ended by age");

static int offered(SSL *far, const unsigned char **out, unsigned char *out_len,
		   const unsigned char *in, unsigned in_len, void *arg)
{
	static const unsigned char only[] = "\x08http/1.1";

	(void)far;
	*(bool *)arg = in_len == sizeof(only) - 1 && !memcmp(in, only, in_len);
	*out = in + 1;
	*out_len = in[0];
	return SSL_TLSEXT_ERR_OK;
}

/* HTTP/1.1 is all that we offer. */
static void alpn(X509 *good)
{
	bool only_one = false;
	struct ends ends;

	ends_init(&ends, good, good, "a.test");
	SSL_CTX_set_alpn_select_cb(ends.ctx, offered, &only_one);
	is_int(shake(ends.near, ends.far), 1, "a protocol is agreed on");
	is_str(tls_result(ends.near)->alpn, "http/1.1", "which one");
	ok(only_one, "and no other was offered");
	ends_done(&ends);
}

/* ---- limits at -1, 0, +1 ---- */

/* A chain of n certificates: the leaf, and others that have nothing to do with it. */
static void chain(X509 *good, X509 *other, int n)
{
	uint64_t before = limit_hits(LIMIT_TLS_CHAIN);
	bool past = n > L_TLS_CHAIN;
	struct ends ends;

	ends_init(&ends, good, good, "a.test");
	for (int i = 1; i < n; i++)
		SSL_add1_chain_cert(ends.far, other);
	is_int(shake(ends.near, ends.far), 1, "a chain is completed, whatever its length");
	is_str(tls_result(ends.near)->problem, past ? "other" : NULL, "certificates in a chain");
	is_int((long long)(limit_hits(LIMIT_TLS_CHAIN) - before), past, "counted");
	ends_done(&ends);
}

/* A certificate of n names, of which the last is the one. */
static void names(int n)
{
	uint64_t before = limit_hits(LIMIT_TLS_SAN);
	bool past = n > L_TLS_SAN;
	X509 *x = certificate("other.test", -3600, 3600);
	char text[16384] = "";
	struct ends ends;

	for (int i = 1; i < n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "DNS:n%d.test,", i);
	snprintf(text + strlen(text), sizeof(text) - strlen(text), "DNS:a.test");
	X509_EXTENSION_free(X509_delete_ext(x, 0));
	add_extension(x, NID_subject_alt_name, text);
	sign(x);
	ends_init(&ends, x, x, "a.test");
	is_int(shake(ends.near, ends.far), past ? -EPROTO : 1, "many names");
	is_str(past ? tls_why(ends.near) : tls_result(ends.near)->problem, past ? "names_limit" : NULL,
	       "names that are read");
	is_int((long long)(limit_hits(LIMIT_TLS_SAN) - before), past, "counted");
	ends_done(&ends);
	X509_free(x);
}

/* A handshake with `pad` bytes of comment in its chain: how many bytes did the far side send? */
static int64_t padded(X509 *leaf, size_t pad, int *rc, char why[static 64])
{
	X509 *x = certificate("pad.test", -3600, 3600);
	char *comment = malloc(pad + 1);
	struct ends ends;
	int64_t sent;

	memset(comment, 'x', pad);
	comment[pad] = '\0';
	add_extension(x, NID_netscape_comment, comment);
	sign(x);
	ends_init(&ends, leaf, leaf, "a.test");
	SSL_set_num_tickets(ends.far, 0);
	SSL_add1_chain_cert(ends.far, x);
	*rc = shake(ends.near, ends.far);
	snprintf(why, 64, "%s", tls_why(ends.near));
	sent = (int64_t)BIO_number_written(SSL_get_wbio(ends.far));
	ends_done(&ends);
	free(comment);
	X509_free(x);
	return sent;
}

/* Ed25519, whose signatures are all of one length. */
static void handshake_bytes(void)
{
	EVP_PKEY *before = key;
	X509 *leaf;

	key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	leaf = certificate("a.test", -3600, 3600);
	for (int64_t want = L_TLS_HANDSHAKE_B - 1; want <= L_TLS_HANDSHAKE_B + 1; want++) {
		bool past = want > L_TLS_HANDSHAKE_B;
		int64_t sent = 0, pad = 60000;
		uint64_t hits = 0;
		char why[64];
		int rc = 0;

		for (int i = 0; i < 10 && sent != want; i++) {
			hits = limit_hits(LIMIT_TLS_HANDSHAKE_B);
			sent = padded(leaf, (size_t)pad, &rc, why);
			pad += want - sent;
		}
		is_int(sent, want, "bytes of a handshake");
		is_int(rc, past ? -EPROTO : 1, "and its end");
		is_str(why, past ? "handshake_limit" : "", "and why");
		is_int((long long)(limit_hits(LIMIT_TLS_HANDSHAKE_B) - hits), past, "counted");
	}
	X509_free(leaf);
	EVP_PKEY_free(key);
	key = before;
}

/* Writes what the library passes over in silence for as long as somebody reads. */
static void *hello_requests(void *fd)
{
	static const uint8_t record[] = {22, 3, 3, 0, 4, 0, 0, 0, 0};

	while (send(*(int *)fd, record, sizeof(record), MSG_NOSIGNAL) > 0)
		;
	return NULL;
}

static void passed_over(void)
{
	uint64_t hits = limit_hits(LIMIT_TLS_HANDSHAKE_B);
	X509 *leaf = certificate("a.test", -3600, 3600);
	struct tls_client *c;
	int pair[2], rc = 0;
	pthread_t feeder;
	struct err e;
	struct tls *t;

	c = client_trusting(leaf, &e);
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	t = tls_new(c, pair[0], "a.test");
	pthread_create(&feeder, NULL, hello_requests, &pair[1]);
	alarm(30); /* it must come back at all */
	while (rc == 0)
		rc = tls_handshake(t);
	alarm(0);
	is_int(rc, -EPROTO, "a handshake of hello requests ends");
	is_str(tls_why(t), "handshake_limit", "and says why");
	is_int((long long)(limit_hits(LIMIT_TLS_HANDSHAKE_B) - hits), 1, "counted once");
	tls_free(t);
	close(pair[0]);
	pthread_join(feeder, NULL);
	close(pair[1]);
	tls_client_free(c);
	X509_free(leaf);
}

/* A key of so many bits.  Its modulus is the product of many small primes, which takes no time to find and
 * works as well; nobody should use it. */
static EVP_PKEY *rsa_key(int bits)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *n = BN_new(), *phi = BN_new(), *p = BN_new(), *e = BN_new(), *d = BN_new(), *with = BN_new();
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *make = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *out = NULL;
	OSSL_PARAM *params;

	BN_one(n);
	BN_one(phi);
	BN_set_word(e, 65537);
	while (BN_num_bits(n) < bits) {
		int left = bits - BN_num_bits(n);

		BN_generate_prime_ex(p, left < 1000 ? left : 512, 0, NULL, NULL, NULL);
		BN_mul(with, n, p, ctx);
		if (BN_num_bits(with) > bits || BN_mod_word(p, 65537) == 1)
			continue;
		BN_copy(n, with);
		BN_sub_word(p, 1);
		BN_mul(phi, phi, p, ctx);
		if (BN_num_bits(n) == bits - 1) { /* one short: begin again */
			BN_one(n);
			BN_one(phi);
		}
	}
	BN_mod_inverse(d, e, phi, ctx);
	OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, n);
	OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, e);
	OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_D, d);
	params = OSSL_PARAM_BLD_to_param(b);
	EVP_PKEY_fromdata_init(make);
	EVP_PKEY_fromdata(make, &out, EVP_PKEY_KEYPAIR, params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(make);
	BN_free(n), BN_free(phi), BN_free(p), BN_free(e), BN_free(d), BN_free(with);
	BN_CTX_free(ctx);
	return out;
}

/* The server's own key: past the limit the handshake ends before its signature is looked at.  The key of
 * another certificate in the chain is noted only. */
static void key_bits(X509 *good, int version)
{
	EVP_PKEY *before = key;

	for (int bits = L_TLS_KEY_BITS - 1; bits <= L_TLS_KEY_BITS + 1; bits++) {
		bool past = bits > L_TLS_KEY_BITS;
		uint64_t hits = limit_hits(LIMIT_TLS_KEY_BITS);
		struct ends ends;
		X509 *x;

		key = rsa_key(bits);
		is_int(EVP_PKEY_get_bits(key), bits, "a key of that size");
		x = certificate("a.test", -3600, 3600);
		ends_init(&ends, x, x, "a.test");
		SSL_set_max_proto_version(ends.far, version);
		is_int(shake(ends.near, ends.far), past ? -EPROTO : 1, "the handshake");
		is_str(tls_why(ends.near), past ? "key_limit" : "", "and why");
		is_str(tls_result(ends.near)->problem, NULL, "no problem of the certificate");
		is_int((long long)(limit_hits(LIMIT_TLS_KEY_BITS) - hits), past, "counted");
		ends_done(&ends);
		EVP_PKEY_free(key);
		key = before;
		hits = limit_hits(LIMIT_TLS_KEY_BITS);
		ends_init(&ends, good, good, "a.test");
		SSL_add1_chain_cert(ends.far, x);
		is_int(shake(ends.near, ends.far), 1, "with that key behind the server's own");
		is_str(tls_result(ends.near)->problem, past ? "other" : NULL, "it is noted");
		is_int((long long)(limit_hits(LIMIT_TLS_KEY_BITS) - hits), past, "counted");
		ends_done(&ends);
		X509_free(x);
	}
}

static void no_tls(X509 *trusted, const char *bytes, const char *why)
{
	struct err e = {0};
	struct tls_client *c = client_trusting(trusted, &e);
	int pair[2], rc = 0;
	struct tls *t;

	socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
	t = tls_new(c, pair[0], "a.test");
	is_int(tls_handshake(t), 0, "the hello goes out");
	is_int((long long)send(pair[1], bytes, strlen(bytes), 0), (long long)strlen(bytes),
	       "bytes");
	shutdown(pair[1], SHUT_WR);
	for (int i = 0; i < 5 && rc == 0; i++)
		rc = tls_handshake(t);
	is_int(rc, -EPROTO, "no handshake");
	is_str(tls_why(t), why, "why");
	tls_free(t);
	close(pair[0]);
	close(pair[1]);
	tls_client_free(c);
}

int main(void)
{
	struct err e = {0};
	X509 *good, *other, *old, *early;

	key = EVP_EC_gen("P-256");
	good = certificate("a.test", -3600, 3600);
	other = certificate("other.test", -3600, 3600);
	old = certificate("a.test", -7200, -3600);
	early = certificate("a.test", 3600, 7200);
	one(good, good, TLS1_3_VERSION, "a.test", NULL);
	one(good, good, TLS1_2_VERSION, "a.test", NULL);
	one(good, good, TLS1_VERSION, "a.test", NULL);
	one(good, good, TLS1_3_VERSION, "b.test", "name_mismatch");
	one(good, good, TLS1_3_VERSION, "192.0.2.1", "name_mismatch");
	one(good, other, TLS1_3_VERSION, "a.test", "self_signed");
	one(old, old, TLS1_3_VERSION, "a.test", "expired");
	one(early, early, TLS1_3_VERSION, "a.test", "not_yet_valid");
	once(good, good, other, NULL);
	once(good, other, old, "self_signed");
	once(old, old, good, "expired");
	until();
	no_tls(good, "220 mail.example.test\r\n", "not_tls");
	no_tls(good, "", "closed");
	alpn(good);
	for (int n = L_TLS_CHAIN - 1; n <= L_TLS_CHAIN + 1; n++)
		chain(good, other, n);
	for (int n = L_TLS_SAN - 1; n <= L_TLS_SAN + 1; n++)
		names(n);
	handshake_bytes();
	passed_over();
	key_bits(good, TLS1_3_VERSION);
	key_bits(good, TLS1_2_VERSION);
	ok(!tls_client_new("/nonexistent/ca.pem", &e) && strstr(e.text, "/nonexistent/ca.pem"),
	   "a missing file of roots is named: %s", e.text);
	X509_free(good);
	X509_free(other);
	X509_free(old);
	X509_free(early);
	EVP_PKEY_free(key);
	return done();
}
