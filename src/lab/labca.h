/*
 * labca: the laboratory's certificate authority, made anew at each start: its certificate, one key
 * for all sites, and for each site a certificate for DOMAIN and www, legacy and mx below it.
 */
#ifndef LAB_LABCA_H
#define LAB_LABCA_H

#include "base/err.h"
#include "lab/truth.h"

/* Writes DIR/ca.pem, DIR/tls/key.pem, DIR/tls/DOMAIN.pem, and DIR/tls/DOMAIN.6.pem (web, cert6) or
 * DIR/tls/DOMAIN.mx6.pem (mail, starttls) where the row wants another one over IPv6. */
int labca_make(const char *dir, const struct truth *t, struct err *e);

#endif
