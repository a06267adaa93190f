/* country: the built-in tables are whole, and the groups have the members that the UN names. */
#include "source/country.h"

#include "test/tap.h"

static const struct country_row *find(const struct batch *b, const char *cc)
{
	for (size_t i = 0; i < b->obs.n; i++)
		if (!strcmp(b->obs.at[i].subject, cc))
			return b->obs.at[i].row;
	ok(false, "there is no %s", cc);
	exit(1);
}

static void test_whole(const struct batch *b)
{
	static const char *const registries[] = {"afrinic", "apnic", "arin", "lacnic", "ripencc"};
	int ldc = 0, lldc = 0, sids = 0, transition = 0, bad = 0, served = 0;
	double people = 0;

	for (size_t i = 0; i < b->obs.n; i++) {
		const struct country_row *r = b->obs.at[i].row;

		ldc += r->ldc == 1;
		lldc += r->lldc == 1;
		sids += r->sids == 1;
		transition += r->transition == 1;
		people += r->population == I64_NULL ? 0 : (double)r->population;
		bad += strlen(r->alpha3) != 3 || strlen(r->numeric) != 3 || !*r->name_en ||
		       !*r->name_zh || !*r->region_en || !*r->region_zh;
		for (size_t k = 0; k < 5; k++)
			served += !strcmp(r->registry, registries[k]);
	}
	is_int((long long)b->obs.n, 249, "countries and territories of ISO 3166-1");
	is_int(bad, 0, "rows with an empty cell");
	is_int(served, 249, "each has a registry");
	is_int(ldc, 44, "least developed countries");
	is_int(lldc, 32, "landlocked developing countries");
	is_int(sids, 39, "small island developing States");
	is_int(transition, 17, "economies in transition");
	ok(people > 8e9 && people < 8.3e9, "%.0f people", people);
}

/* The 46 of September 2021 (UNCTAD, Least Developed Countries Report 2021) without the two that graduated
 * since: Bhutan on 2023-12-13, Sao Tome and Principe on 2024-12-13. */
static void test_ldc(const struct batch *b)
{
	static const char of_2021[] =
		" AO BJ BF BI CF TD KM CD DJ ER ET GM GN GW LS LR MG MW ML MR MZ NE RW ST SN SL SO SS SD TG UG TZ ZM "
		"AF BD BT KH LA MM NP TL YE HT KI SB TV ";
	char wrong[64] = "";
	size_t n_wrong = 0;
	int n = 0;

	for (size_t i = 0; i < b->obs.n; i++) {
		const struct country_row *r = b->obs.at[i].row;
		const char *cc = b->obs.at[i].subject;
		bool left = !strcmp(cc, "BT") || !strcmp(cc, "ST");
		char word[8];

		snprintf(word, sizeof(word), " %s ", cc);
		n += strstr(of_2021, word) != NULL;
		if ((r->ldc == 1) != (strstr(of_2021, word) && !left) && n_wrong < 50)
			n_wrong += (size_t)snprintf(wrong + n_wrong, sizeof(wrong) - n_wrong, "%s", word);
	}
	is_int(n, 46, "the list of 2021 has 46");
	is_str(wrong, "", "ours is that list without the two that left it");
}

int main(void)
{
	struct batch *rows, *dataset, *rows2, *dataset2;
	struct err e = {0};
	char id[COUNTRY_ID_MAX];
	const struct dataset_row *d;

	is_int(country_batches(5, &rows, &dataset, &e), 0, "the tables are good");
	if (e.text[0])
		printf("# %s\n", e.text);
	country_dataset_id(id);
	test_whole(rows);
	test_ldc(rows);
	is_str(find(rows, "CN")->name_zh, "中国", "CN");
	is_int(find(rows, "CN")->ldc, 0, "not on the list: no");
	is_int(find(rows, "HT")->ldc, 1, "HT is an LDC");
	is_int(find(rows, "HT")->sids, 1, "and a SIDS");
	is_int(find(rows, "HT")->lldc, 0, "and has a coast");
	is_int(find(rows, "AQ")->population, I64_NULL, "nobody says how many live in AQ");
	is_str(find(rows, "GL")->registry, "ripencc", "registry of GL");
	d = dataset->obs.at[0].row;
	is_str(dataset->obs.at[0].subject, "country", "the dataset's subject");
	is_str(dataset->obs.at[0].round, id, "its id");
	is_str(rows->obs.at[0].round, id, "the rows' round");
	is_int(d->records, 249, "its records");
	ok(d->file_date_us > 1700000000000000, "its date is that of the newest list");
	is_int(country_batches(9, &rows2, &dataset2, &e), 0, "again");
	is_str(rows2->id, rows->id, "the same rows, the same batch");
	is_str(dataset2->id, dataset->id, "and the same dataset");
	ok(strcmp(rows->id, dataset->id) != 0, "which are two");
	batch_free(rows);
	batch_free(dataset);
	batch_free(rows2);
	batch_free(dataset2);
	return done();
}
