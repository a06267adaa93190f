/* Handshakes over a socket pair with a server made here: certificates good and bad are told apart. */
#include "io/tls.h"
#include "test/tap.h"

#include <errno.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

static EVP_PKEY *key;

/* Self-signed for the name, valid from..to seconds from now. */
static X509 *certificate(const char *name, long from, long to)
{
	X509 *x = X509_new();
	X509_NAME *subject = X509_get_subject_name(x);
	char san[300];
	X509_EXTENSION *ext;

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), from);
	X509_gmtime_adj(X509_getm_notAfter(x), to);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1,
				   -1, 0);
	X509_set_issuer_name(x, subject);
	snprintf(san, sizeof(san), "DNS:%s", name);
	ext = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, san);
	X509_add_ext(x, ext, -1);
	X509_EXTENSION_free(ext);
	X509_sign(x, key, EVP_sha256());
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

static void one(X509 *shown, X509 *trusted, int version, const char *name, const char *problem)
{
	struct err e = {0};
	struct tls_client *c = client_trusting(trusted, &e);
	SSL_CTX *x = SSL_CTX_new(TLS_server_method());
	int pair[2];
	struct tls *t;
	SSL *server;
	char got[8];

	socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
	SSL_CTX_set_security_level(x, 0);
	SSL_CTX_set_max_proto_version(x, version);
	SSL_CTX_use_certificate(x, shown);
	SSL_CTX_use_PrivateKey(x, key);
	server = SSL_new(x);
	SSL_set_fd(server, pair[1]);
	SSL_set_accept_state(server);
	t = tls_new(c, pair[0], name);
	is_int(shake(t, server), 1, name);
	is_str(tls_result(t)->problem, problem, "problem");
	is_int(tls_result(t)->verified, !problem, "verified");
	is_int((long long)strlen(tls_result(t)->cert_sha256), 64, "digest of the leaf");
	is_int((long long)strlen(tls_result(t)->spki_sha256), 64, "digest of its key");
	is_str(tls_result(t)->version, SSL_get_version(server), "version");
	is_int(tls_write(t, "ping", 4), 4, "a write");
	is_int(SSL_read(server, got, sizeof(got)), 4, "arrives");
	is_int(tls_read(t, got, sizeof(got)), -EAGAIN, "nothing to read yet");
	SSL_write(server, "pong", 4);
	is_int(tls_read(t, got, sizeof(got)), 4, "an answer");
	SSL_free(server);
	close(pair[1]);
	is_int(tls_read(t, got, sizeof(got)), 0, "the end");
	tls_free(t);
	close(pair[0]);
	SSL_CTX_free(x);
	tls_client_free(c);
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
	is_int((long long)send(pair[1], bytes, strlen(bytes), 0), (long long)strlen(bytes), "bytes");
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
	no_tls(good, "220 mail.example.test\r\n", "not_tls");
	no_tls(good, "", "closed");
	ok(!tls_client_new("/nonexistent/ca.pem", &e) && strstr(e.text, "/nonexistent/ca.pem"),
	   "a missing file of roots is named: %s", e.text);
	X509_free(good);
	X509_free(other);
	X509_free(old);
	X509_free(early);
	EVP_PKEY_free(key);
	return done();
}
