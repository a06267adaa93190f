/*
 * webconf: the laboratory's web sites: nginx's configuration, the pages, and the packet filter of
 * web and mail, all from the truth table.
 */
#ifndef LAB_WEBCONF_H
#define LAB_WEBCONF_H

#include "base/buf.h"
#include "base/err.h"
#include "lab/truth.h"

/* dir holds tls/ (lab/labca.h) and takes www/, the pages. */
void webconf_nginx(const struct truth *t, const char *dir, struct buf *out);
int webconf_pages(const struct truth *t, const char *dir, struct err *e);
/* Rules for nft that drop what the rows say is dropped; empty when nothing is. */
void webconf_drops(const struct truth *t, struct buf *out);
void mailconf_drops(const struct truth *t, struct buf *out);

/* Writes a whole file of the run directory, readable by its owner only. */
int put_file(const char *dir, const char *name, const struct buf *text, struct err *e);
int put_dir(const char *dir, const char *name, struct err *e);

#endif
