/*
 * labsmtp: the laboratory's mail hosts.  Each greets, answers EHLO and QUIT, and takes no mail; the
 * row's word smtp6 says how one meets IPv6: not listening (refuse), or with a greeting that is not
 * SMTP (banner).  Silence and no route are arranged outside (lab/webconf.h, lab/wiring.h).
 *
 * The word starttls says on which family STARTTLS (RFC 3207) is offered and with which certificate
 * (lab/labca.h); broken: over IPv6 the connection ends where the handshake should begin.
 */
#ifndef LAB_LABSMTP_H
#define LAB_LABSMTP_H

#include "base/err.h"
#include "lab/truth.h"

/* Serves in this network namespace until the process ends; returns only on a fault of ours.  The
 * certificates are in tls/ of the working directory. */
int labsmtp_run(const struct truth *t, struct err *e);

/* Does this site have a mail host of its own here? */
bool state_has_mail(const struct state *s);

#endif
