/*
 * labca: the laboratory's certificate authority, made anew at each start: its certificate, one key
 * for all sites, and for each site a certificate for DOMAIN, www.DOMAIN and legacy.DOMAIN.
 */
#ifndef LAB_LABCA_H
#define LAB_LABCA_H

#include "base/err.h"
#include "lab/truth.h"

/* Writes DIR/ca.pem, DIR/tls/key.pem, DIR/tls/DOMAIN.pem, and DIR/tls/DOMAIN.6.pem where the row
 * wants another one over IPv6 (cert6). */
int labca_make(const char *dir, const struct truth *t, struct err *e);

#endif
