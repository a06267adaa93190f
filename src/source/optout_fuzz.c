/* optout: no bytes crash it; what was taken can be asked. */
#include "source/optout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct optout o;
	struct err e;
	struct addr a = {.family = 6};

	optout_init(&o);
	optout_parse(&o, "fuzz", (const char *)data, size, &e);
	optout_name(&o, "www.example.org");
	optout_addr(&o, &a);
	optout_done(&o);
	return 0;
}
