/* labca: see labca.h.  Curves, not RSA: sixty certificates take some ten milliseconds. */
#include "lab/labca.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DAY_S = 86400, VALID_DAYS = 90 };

enum cert_kind { CERT_GOOD, CERT_NAME, CERT_EXPIRED, CERT_UNTRUSTED };

struct authority {
	EVP_PKEY *key;
	X509 *cert;
};

static int failed(struct err *e, const char *what)
{
	return err_set(e, -EIO, "cannot make the lab's certificates: %s", what);
}

static bool add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *x;
	bool good;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	x = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	good = x && X509_add_ext(cert, x, -1);
	X509_EXTENSION_free(x);
	return good;
}

static bool set_name(X509_NAME *name, const char *cn)
{
	return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1,
					  -1, 0);
}

/* A certificate with everything but its extensions and signature. */
static X509 *new_cert(const char *cn, EVP_PKEY *key, long from_s, long to_s)
{
	X509 *c = X509_new();
	uint64_t serial = 0;
	bool good;

	if (!c)
		return NULL;
	good = RAND_bytes((unsigned char *)&serial, sizeof(serial)) == 1 &&
	       X509_set_version(c, X509_VERSION_3) &&
	       ASN1_INTEGER_set_uint64(X509_get_serialNumber(c), serial >> 1) &&
	       X509_gmtime_adj(X509_getm_notBefore(c), from_s) &&
	       X509_gmtime_adj(X509_getm_notAfter(c), to_s) && X509_set_pubkey(c, key) &&
	       set_name(X509_get_subject_name(c), cn);
	if (good)
		return c;
	X509_free(c);
	return NULL;
}

static int make_authority(struct authority *ca, const char *cn, struct err *e)
{
	ca->key = EVP_EC_gen("P-256");
	ca->cert = ca->key ? new_cert(cn, ca->key, -DAY_S, (long)VALID_DAYS * DAY_S) : NULL;
	if (!ca->cert || !X509_set_issuer_name(ca->cert, X509_get_subject_name(ca->cert)) ||
	    !add_extension(ca->cert, ca->cert, NID_basic_constraints, "critical,CA:TRUE") ||
	    !add_extension(ca->cert, ca->cert, NID_key_usage, "critical,keyCertSign,cRLSign") ||
	    !add_extension(ca->cert, ca->cert, NID_subject_key_identifier, "hash") ||
	    !X509_sign(ca->cert, ca->key, EVP_sha256()))
		return failed(e, cn);
	return 0;
}

static void free_authority(struct authority *ca)
{
	EVP_PKEY_free(ca->key);
	X509_free(ca->cert);
}

static X509 *site_cert(const struct authority *ca, EVP_PKEY *key, const char *domain,
		       enum cert_kind kind)
{
	const char *name = kind == CERT_NAME ? "elsewhere.example" : domain;
	long from = kind == CERT_EXPIRED ? -40L * DAY_S : -DAY_S;
	long to = kind == CERT_EXPIRED ? -10L * DAY_S : (VALID_DAYS - 1L) * DAY_S;
	X509 *c = new_cert(name, key, from, to);
	char names[1024];

	snprintf(names, sizeof(names), "DNS:%s,DNS:www.%s,DNS:legacy.%s,DNS:mx.%s,DNS:dead.%s", name,
		 name, name, name, name);
	if (c && X509_set_issuer_name(c, X509_get_subject_name(ca->cert)) &&
	    add_extension(c, ca->cert, NID_basic_constraints, "critical,CA:FALSE") &&
	    add_extension(c, ca->cert, NID_subject_alt_name, names) &&
	    add_extension(c, ca->cert, NID_ext_key_usage, "serverAuth") &&
	    add_extension(c, ca->cert, NID_authority_key_identifier, "keyid") &&
	    X509_sign(c, ca->key, EVP_sha256()))
		return c;
	X509_free(c);
	return NULL;
}

static FILE *create(const char *dir, const char *name, struct err *e)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		err_set(e, -errno, "cannot write %s: %s", path, err_name(errno));
	return fd < 0 ? NULL : fdopen(fd, "w");
}

static int write_pem(const char *dir, const char *name, X509 *cert, EVP_PKEY *key, struct err *e)
{
	FILE *f = create(dir, name, e);
	bool good;

	if (!f)
		return e->code;
	good = cert ? PEM_write_X509(f, cert)
		    : PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
	if (fclose(f) != 0 || !good)
		return failed(e, name);
	return 0;
}

static enum cert_kind kind_of(const char *word)
{
	return !strcmp(word, "name")	    ? CERT_NAME
	       : !strcmp(word, "expired")   ? CERT_EXPIRED
	       : !strcmp(word, "untrusted") ? CERT_UNTRUSTED
					    : CERT_GOOD;
}

struct making {
	const char *dir;
	struct authority ca, stranger;
	EVP_PKEY *key;
};

static int make_one(const struct making *m, const struct state *s, const char *suffix,
		    enum cert_kind kind, struct err *e)
{
	X509 *c = site_cert(kind == CERT_UNTRUSTED ? &m->stranger : &m->ca, m->key, s->domain, kind);
	char name[300];
	int code;

	snprintf(name, sizeof(name), "tls/%s%s.pem", s->domain, suffix);
	code = c ? write_pem(m->dir, name, c, NULL, e) : failed(e, name);
	X509_free(c);
	return code;
}

static int make_sites(const struct making *m, const struct truth *t, struct err *e)
{
	int code = 0;

	for (size_t i = 0; i < t->n_states && !code; i++) {
		const struct state *s = &t->states[i];
		const char *other = state_get(s, "cert6", NULL), *mail = state_get(s, "starttls", "");

		code = make_one(m, s, "", kind_of(state_get(s, "cert", "")), e);
		if (!code && other)
			code = make_one(m, s, ".6", kind_of(other), e);
		if (!code && (!strcmp(mail, "other") || !strcmp(mail, "untrusted")))
			code = make_one(m, s, ".mx6", kind_of(mail), e);
	}
	return code;
}

int labca_make(const char *dir, const struct truth *t, struct err *e)
{
	struct making m = {.dir = dir};
	char tls[4096];
	int code;

	snprintf(tls, sizeof(tls), "%s/tls", dir);
	if (mkdir(tls, 0700) < 0 && errno != EEXIST)
		return err_set(e, -errno, "cannot make %s: %s", tls, err_name(errno));
	code = make_authority(&m.ca, "Sextant Lab CA", e);
	if (!code)
		code = make_authority(&m.stranger, "A CA that nobody trusts", e);
	if (!code) {
		m.key = EVP_EC_gen("P-256");
		code = m.key ? write_pem(dir, "tls/key.pem", NULL, m.key, e) : failed(e, "key");
	}
	if (!code)
		code = write_pem(dir, "ca.pem", m.ca.cert, NULL, e);
	if (!code)
		code = make_sites(&m, t, e);
	EVP_PKEY_free(m.key);
	free_authority(&m.ca);
	free_authority(&m.stranger);
	return code;
}
