/* file: see file.h. */
#include "app/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int file_read(const char *path, size_t max, struct arena *a, const char **text, size_t *len, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *data = fd < 0 ? NULL : arena_alloc(a, max + 2);
	ssize_t n;

	if (fd < 0)
		return err_set(e, -errno, "cannot read '%s': %s", path, err_name(errno));
	*len = 0;
	while ((n = read(fd, data + *len, max + 1 - *len)) > 0)
		*len += (size_t)n;
	n = n < 0 ? -errno : 0;
	close(fd);
	if (n < 0)
		return err_set(e, (int)n, "cannot read '%s': %s", path, err_name((int)-n));
	if (*len > max)
		return err_set(e, -E2BIG, "%s is larger than %zu bytes", path, max);
	*text = data;
	return 0;
}
