/* dns_answer: DNS answers that we write ourselves: the lab's servers, tests; see dns.h. */
#include "wire/dns.h"

#include <string.h>

static void put_name(struct dns_answer *d, const char *name)
{
	uint8_t wire[DNS_NAME_B];
	size_t len = dns_name_wire(name, wire);

	if (!len)
		d->bad = true;
	wr_bytes(&d->w, wire, len);
}

void dns_answer_begin(struct dns_answer *d, void *to, size_t max, const struct dns_message *query,
		      uint16_t flags, enum dns_rcode rcode)
{
	memset(d, 0, sizeof(*d));
	wr_init(&d->w, to, max < L_DNS_MESSAGE_B ? max : L_DNS_MESSAGE_B);
	wr_u16(&d->w, query->id);
	wr_u16(&d->w, (uint16_t)(DNS_FLAG_QR | flags | (query->flags & DNS_FLAG_RD) |
				 (query->opcode << 11) | (rcode & 15)));
	wr_u16(&d->w, query->qname != NULL);
	wr_room(&d->w, 6);
	if (!query->qname)
		return;
	memcpy(d->qname, query->qname, strlen(query->qname) + 1);
	wr_bytes(&d->w, query->question, query->question_len);
}

/* Everything of a record up to its data; returns where RDLENGTH stands. */
static uint8_t *begin_record(struct dns_answer *d, enum dns_section s, const char *owner,
			     uint16_t type, uint32_t ttl_s)
{
	for (int later = (int)s + 1; later < 3; later++)
		d->bad |= d->counts[later] != 0;
	d->counts[s]++;
	if (d->qname[0] && !strcmp(owner, d->qname) && strcmp(owner, "."))
		wr_u16(&d->w, 0xc000 | DNS_HEADER_B);
	else
		put_name(d, owner);
	wr_u16(&d->w, type);
	wr_u16(&d->w, DNS_CLASS_IN);
	wr_u32(&d->w, ttl_s);
	return wr_room(&d->w, 2);
}

static void end_record(struct dns_answer *d, uint8_t *length)
{
	size_t len;

	if (!length || !wr_ok(&d->w))
		return;
	len = (size_t)(d->w.at - length - 2);
	length[0] = (uint8_t)(len >> 8);
	length[1] = (uint8_t)len;
}

void dns_answer_raw(struct dns_answer *d, enum dns_section s, const char *owner, uint16_t type,
		    uint32_t ttl_s, const void *rdata, size_t len)
{
	uint8_t *length = begin_record(d, s, owner, type, ttl_s);

	wr_bytes(&d->w, rdata, len);
	end_record(d, length);
}

void dns_answer_addr(struct dns_answer *d, enum dns_section s, const char *owner, uint32_t ttl_s,
		     const struct addr *a)
{
	dns_answer_raw(d, s, owner, a->family == 4 ? DNS_A : DNS_AAAA, ttl_s, a->byte,
		       a->family == 4 ? 4 : 16);
}

void dns_answer_name(struct dns_answer *d, enum dns_section s, const char *owner, uint16_t type,
		     uint32_t ttl_s, const char *target)
{
	uint8_t *length = begin_record(d, s, owner, type, ttl_s);

	put_name(d, target);
	end_record(d, length);
}

/* In strings of 255 octets at most. */
void dns_answer_txt(struct dns_answer *d, enum dns_section s, const char *owner, uint32_t ttl_s,
		    const char *text)
{
	uint8_t *length = begin_record(d, s, owner, DNS_TXT, ttl_s);
	size_t left = strlen(text);

	do {
		size_t n = left < 255 ? left : 255;

		wr_u8(&d->w, (uint8_t)n);
		wr_bytes(&d->w, text, n);
		text += n;
		left -= n;
	} while (left);
	end_record(d, length);
}

void dns_answer_mx(struct dns_answer *d, enum dns_section s, const char *owner, uint32_t ttl_s,
		   uint16_t preference, const char *host)
{
	uint8_t *length = begin_record(d, s, owner, DNS_MX, ttl_s);

	wr_u16(&d->w, preference);
	put_name(d, host);
	end_record(d, length);
}

void dns_answer_soa(struct dns_answer *d, enum dns_section s, const char *owner, uint32_t ttl_s,
		    const struct dns_soa *soa)
{
	uint8_t *length = begin_record(d, s, owner, DNS_SOA, ttl_s);

	put_name(d, soa->mname);
	put_name(d, soa->rname);
	wr_u32(&d->w, soa->serial);
	wr_u32(&d->w, soa->refresh_s);
	wr_u32(&d->w, soa->retry_s);
	wr_u32(&d->w, soa->expire_s);
	wr_u32(&d->w, soa->minimum_s);
	end_record(d, length);
}

size_t dns_answer_end(struct dns_answer *d, const struct dns_message *query)
{
	if (query->edns) {
		wr_u8(&d->w, 0);
		wr_u16(&d->w, DNS_OPT);
		wr_u16(&d->w, DNS_EDNS_B);
		wr_u32(&d->w, 0);
		wr_u16(&d->w, 0);
		d->counts[DNS_ADDITIONAL]++;
	}
	if (d->bad || !wr_ok(&d->w))
		return 0;
	for (int s = 0; s < 3; s++) {
		d->w.base[6 + 2 * s] = (uint8_t)(d->counts[s] >> 8);
		d->w.base[7 + 2 * s] = (uint8_t)d->counts[s];
	}
	return wr_len(&d->w);
}
