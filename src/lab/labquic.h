/*
 * labquic: what answers at UDP port 443 of the laboratory's web sites: a Version Negotiation packet to
 * whatever version comes, and nothing else (wire/quic.h).  The row's word h3 says on which family: both;
 * v4: nothing listens over IPv6; mute6: over IPv6 it listens and says nothing.
 */
#ifndef LAB_LABQUIC_H
#define LAB_LABQUIC_H

#include "base/err.h"
#include "lab/truth.h"

/* Serves in this network namespace until the process ends; returns only on a fault of ours. */
int labquic_run(const struct truth *t, struct err *e);

#endif
