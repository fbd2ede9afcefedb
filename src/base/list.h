/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Intrusive doubly linked list: the link is a member of the element, the head is a link of its own.
 */
#ifndef LP_BASE_LIST_H
#define LP_BASE_LIST_H

#include "base/mem.h"

#include <stdbool.h>

struct lp_list {
	struct lp_list *next;
	struct lp_list *prev;
};

static inline void lp_list_init(struct lp_list *list)
{
	list->next = list;
	list->prev = list;
}

static inline bool lp_list_is_empty(const struct lp_list *list)
{
	return list->next == list;
}

/* True for an element that is in some list; valid only after lp_list_init or lp_list_remove. */
static inline bool lp_list_is_linked(const struct lp_list *element)
{
	return element->next != element;
}

static inline void lp_list_insert_before(struct lp_list *position, struct lp_list *element)
{
	element->next = position;
	element->prev = position->prev;
	position->prev->next = element;
	position->prev = element;
}

static inline void lp_list_append(struct lp_list *list, struct lp_list *element)
{
	lp_list_insert_before(list, element);
}

/* Removes the element and leaves it unlinked, so that removing twice is harmless. */
static inline void lp_list_remove(struct lp_list *element)
{
	element->prev->next = element->next;
	element->next->prev = element->prev;
	lp_list_init(element);
}

#define LP_LIST_FIRST(list, type, member)                                                          \
	(lp_list_is_empty(list) ? NULL : LP_CONTAINER_OF((list)->next, type, member))

#define LP_LIST_FOREACH(element, list, type, member)                                               \
	for (element = LP_CONTAINER_OF((list)->next, type, member); &element->member != (list);    \
	     element = LP_CONTAINER_OF(element->member.next, type, member))

/* As above; the element may be removed or freed inside the loop. `following` is a second cursor. */
#define LP_LIST_FOREACH_SAFE(element, following, list, type, member)                               \
	for (element = LP_CONTAINER_OF((list)->next, type, member),                                \
	    following = LP_CONTAINER_OF(element->member.next, type, member);                       \
	     &element->member != (list);                                                           \
	     element = following, following = LP_CONTAINER_OF(element->member.next, type, member))

#endif
