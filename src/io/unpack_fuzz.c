/* unpack_fuzz: any bytes as a file; what comes out stays within the limits. */
#include "io/unpack.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char out[65536];
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct err e = {0};
	struct unpack *u;
	ssize_t n = 1;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		__builtin_trap();
	lseek(fd, 0, SEEK_SET);
	u = unpack_new(fd, LIMIT_RIR_FILE_B, &e);
	while (u && n > 0)
		n = unpack_read(u, out, sizeof(out), &e);
	if (u && n == 0 && unpack_kind(u) == UNPACK_PLAIN && unpack_out(u) != size)
		__builtin_trap();
	if (u && unpack_out(u) > (2 << 20) + size * L_UNPACK_RATIO)
		__builtin_trap();
	unpack_free(u);
	close(fd);
	return 0;
}
