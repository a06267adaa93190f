/* cmd_ingest: files of others into observations.  A kind of file is a row of the table below. */
#include "app/ingest.h"

#include <string.h>

static const struct ingest_kind kinds[] = {
	{"rir", "delegated and delegated-extended files of the registries and the NRO",
	 "各地区互联网注册管理机构及 NRO 的 delegated 与 delegated-extended 文件", ingest_rir},
	{0},
};

static const struct ingest_kind *kind_find(const char *name)
{
	for (const struct ingest_kind *k = kinds; k->name; k++)
		if (name && !strcmp(k->name, name))
			return k;
	return NULL;
}

static int run(const struct args *a, struct err *e)
{
	struct ingest i = {.args = a, .accept = args_has(a, "accept")};
	size_t n = args_count(a);
	const struct ingest_kind *k = n ? kind_find(args_at(a, 0)) : NULL;

	if (!n)
		return usage_error(e, "what kind of files?  `sextant ingest --help` lists them");
	if (!k)
		return usage_error(e,
				   "'%s' is not a kind of file; `sextant ingest --help` lists them",
				   args_at(a, 0));
	if (n == 1)
		return usage_error(e, "no file was named: sextant ingest %s FILE…", k->name);
	if (n - 1 > INGEST_FILES_MAX)
		return usage_error(e, "at most %d files at a time", INGEST_FILES_MAX);
	for (; i.n_files < n - 1; i.n_files++)
		i.files[i.n_files] = args_at(a, i.n_files + 1);
	return k->run(&i, e);
}

static const struct option_row options[] = {
	{"accept", NULL, "take a file even if it holds over 5 % fewer blocks than the one before",
	 "即使文件中的地址块比上一份少 5% 以上，也予以收录"},
	{0},
};

const struct command command_ingest = {
	.name = "ingest",
	.synopsis = "rir FILE…",
	.en = "take files into the store, compressed (gz, bz2, zst) or not",
	.zh = "将文件收入数据库，支持 gz、bz2、zst 压缩格式",
	.more_en = "rir: delegated and delegated-extended files of AFRINIC, APNIC, ARIN, LACNIC "
		   "and the "
		   "RIPE NCC, and the NRO's combined file. A file is taken whole or refused whole, "
		   "with "
		   "the line and the reason, and what was there before stays. If FILE.md5 lies "
		   "beside it, "
		   "it must agree. The same file again changes nothing. Each file is unpacked and "
		   "read by "
		   "a process of its own that can open neither files nor sockets.",
	.more_zh = "rir：AFRINIC、APNIC、ARIN、LACNIC、RIPE NCC 的 delegated 与\n"
		   "delegated-extended 文件，以及 NRO 的合并文件。\n"
		   "文件要么整份收录，要么整份拒收并说明行号与原因，\n"
		   "已有数据不受影响。若旁边有 FILE.md5，则必须一致。\n"
		   "重复收录同一文件不会产生任何变化。\n"
		   "每个文件由独立进程解压和解析，\n"
		   "该进程既不能打开其他文件，也不能使用网络。",
	.example = "  sextant ingest rir delegated-apnic-extended-latest.gz\n"
		   "  sextant ingest rir --format json delegated-*-latest",
	.options = options,
	.run = run,
};
