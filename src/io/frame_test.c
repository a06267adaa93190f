/* Messages come out whole at every split of the stream; lengths at the limit and one past it. */
#include "io/frame.h"
#include "test/tap.h"

#include <unistd.h>

static void every_split(void)
{
	struct buf stream;
	size_t bad = 0;

	buf_init(&stream, 1 << 16);
	frame_add(&stream, 1, "abc", 3);
	frame_add(&stream, 2, "", 0);
	frame_add(&stream, 3, "defgh", 5);
	for (size_t cut = 0; cut <= stream.len; cut++) {
		struct frame_reader r;
		struct frame f;
		size_t n = 0, bytes = 0;

		frame_reader_init(&r, 16, LIMIT_IPC_MESSAGE_B);
		for (int half = 0; half < 2; half++) {
			frame_feed(&r, half ? stream.data + cut : stream.data,
				   half ? stream.len - cut : cut);
			while (frame_next(&r, &f) == 1) {
				bad += f.type != ++n;
				bytes += f.len;
			}
		}
		bad += n != 3 || bytes != 8;
		frame_reader_done(&r);
	}
	is_int((long long)bad, 0, "three messages at every split");
	buf_done(&stream);
}

static void lengths(void)
{
	static const struct {
		size_t len;
		int want;
	} rows[] = {{15, 1}, {16, 1}, {17, -74}};
	uint64_t before = limit_hits(LIMIT_IPC_MESSAGE_B);

	for (size_t i = 0; i < 3; i++) {
		struct frame_reader r;
		struct frame f;
		struct buf stream;
		char body[32] = {0};

		buf_init(&stream, 64);
		frame_add(&stream, 9, body, rows[i].len);
		frame_reader_init(&r, 16, LIMIT_IPC_MESSAGE_B);
		frame_feed(&r, stream.data, stream.len);
		ok(frame_next(&r, &f) == rows[i].want, "body of %zu bytes where 16 are allowed",
		   rows[i].len);
		frame_reader_done(&r);
		buf_done(&stream);
	}
	is_int((long long)(limit_hits(LIMIT_IPC_MESSAGE_B) - before), 1, "the limit was counted once");
}

static void stays_bad(void)
{
	struct frame_reader r;
	struct frame f;

	frame_reader_init(&r, 16, LIMIT_IPC_MESSAGE_B);
	frame_feed(&r, "\0\0\0\0\0", 5);
	is_int(frame_next(&r, &f), -74, "a length of zero has no type and is refused");
	frame_feed(&r, "\0\0\0\1A", 5);
	is_int(frame_next(&r, &f), -74, "and so is all that follows");
	frame_reader_done(&r);
}

static void from_descriptor(void)
{
	struct frame_reader r;
	struct frame f;
	struct buf stream;
	int fds[2];

	if (pipe(fds)) {
		ok(false, "pipe");
		return;
	}
	buf_init(&stream, 64);
	frame_add(&stream, 7, "xyz", 3);
	frame_reader_init(&r, 16, LIMIT_IPC_MESSAGE_B);
	ok(write(fds[1], stream.data, stream.len) == (ssize_t)stream.len, "written");
	close(fds[1]);
	is_int(frame_fill(&r, fds[0]), 8, "eight bytes come");
	is_int(frame_next(&r, &f), 1, "they are one message");
	is_int(f.type, 7, "of its type");
	is_int(frame_fill(&r, fds[0]), 0, "then the end");
	close(fds[0]);
	frame_reader_done(&r);
	buf_done(&stream);
}

int main(void)
{
	every_split();
	lengths();
	stays_bad();
	from_descriptor();
	return done();
}
