/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct item {
	int number;
	struct lp_list link;
};

static void expect(struct lp_list *list, const char *want)
{
	char text[32] = "";
	size_t len = 0;
	struct item *item;

	LP_LIST_FOREACH (item, list, struct item, link)
		text[len++] = (char)('0' + item->number);
	assert_string_equal(text, want);
	/* Backwards too: both directions of every link must be right. */
	for (struct lp_list *at = list->prev; at != list; at = at->prev)
		assert_int_equal(LP_CONTAINER_OF(at, struct item, link)->number, text[--len] - '0');
	assert_int_equal(len, 0);
}

static void test_order(void **state)
{
	struct item items[5];
	struct lp_list list;

	(void)state;
	lp_list_init(&list);
	assert_true(lp_list_is_empty(&list));
	assert_null(LP_LIST_FIRST(&list, struct item, link));
	expect(&list, "");
	for (int i = 0; i < 5; i++) {
		items[i].number = i;
		lp_list_init(&items[i].link);
		assert_false(lp_list_is_linked(&items[i].link));
	}
	lp_list_append(&list, &items[1].link);
	lp_list_append(&list, &items[2].link);
	lp_list_insert_before(&items[1].link, &items[0].link);
	lp_list_insert_before(&items[2].link, &items[4].link);
	lp_list_append(&list, &items[3].link);
	expect(&list, "01423");
	assert_true(lp_list_is_linked(&items[0].link));
	assert_false(lp_list_is_empty(&list));
	assert_ptr_equal(LP_LIST_FIRST(&list, struct item, link), &items[0]);
}

static void test_removing_twice_is_harmless(void **state)
{
	struct item items[3];
	struct lp_list list;

	(void)state;
	lp_list_init(&list);
	for (int i = 0; i < 3; i++) {
		items[i].number = i;
		lp_list_append(&list, &items[i].link);
	}
	lp_list_remove(&items[1].link);
	expect(&list, "02");
	assert_false(lp_list_is_linked(&items[1].link));
	lp_list_remove(&items[1].link);
	expect(&list, "02");
	lp_list_append(&list, &items[1].link);
	expect(&list, "021");
	lp_list_remove(&items[0].link);
	lp_list_remove(&items[1].link);
	lp_list_remove(&items[2].link);
	assert_true(lp_list_is_empty(&list));
}

static void test_freeing_while_walking(void **state)
{
	struct item *item, *following;
	struct lp_list list;

	(void)state;
	lp_list_init(&list);
	for (int i = 0; i < 6; i++) {
		item = lp_alloc(sizeof(*item));
		item->number = i;
		lp_list_append(&list, &item->link);
	}
	LP_LIST_FOREACH_SAFE (item, following, &list, struct item, link) {
		if (item->number % 2 == 0) {
			lp_list_remove(&item->link);
			free(item);
		}
	}
	expect(&list, "135");
	LP_LIST_FOREACH_SAFE (item, following, &list, struct item, link) {
		lp_list_remove(&item->link);
		free(item);
	}
	expect(&list, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_removing_twice_is_harmless),
		cmocka_unit_test(test_freeing_while_walking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
