/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "loop/posts.h"

#include <stdlib.h>

void lp_posts_init(struct lp_posts *posts, void (*wake)(void *arg), void *arg)
{
	pthread_mutex_init(&posts->lock, NULL);
	lp_list_init(&posts->waiting);
	lp_list_init(&posts->running);
	posts->is_asleep = false;
	posts->has_ended = false;
	posts->wake = wake;
	posts->arg = arg;
}

void lp_posts_fini(struct lp_posts *posts)
{
	struct lp_post *post;
	struct lp_post *following;

	LP_LIST_FOREACH_SAFE (post, following, &posts->waiting, struct lp_post, link) {
		lp_list_remove(&post->link);
		if (post->is_once)
			free(post);
	}
	pthread_mutex_destroy(&posts->lock);
}

void lp_post_init(struct lp_post *post, void (*call)(void *arg), void *arg)
{
	*post = (struct lp_post){.call = call, .arg = arg};
	lp_list_init(&post->link);
}

/*
 * Under the lock, the wake-up too: it cannot come too late for a loop that is freed once it was
 * taken up. False: ended.
 */
static bool add(struct lp_posts *posts, struct lp_post *post)
{
	pthread_mutex_lock(&posts->lock);
	bool has_ended = posts->has_ended;
	if (!has_ended && !lp_list_is_linked(&post->link))
		lp_list_append(&posts->waiting, &post->link);
	if (!has_ended && posts->is_asleep) {
		posts->is_asleep = false;
		posts->wake(posts->arg);
	}
	pthread_mutex_unlock(&posts->lock);
	return !has_ended;
}

void lp_posts_add(struct lp_posts *posts, struct lp_post *post)
{
	(void)add(posts, post);
}

bool lp_posts_add_once(struct lp_posts *posts, void (*call)(void *arg), void *arg)
{
	struct lp_post *post = lp_alloc(sizeof(*post));
	lp_post_init(post, call, arg);
	post->is_once = true;
	if (add(posts, post))
		return true;
	free(post);
	return false;
}

void lp_posts_remove(struct lp_posts *posts, struct lp_post *post)
{
	pthread_mutex_lock(&posts->lock);
	lp_list_remove(&post->link);
	pthread_mutex_unlock(&posts->lock);
}

bool lp_posts_may_sleep(struct lp_posts *posts)
{
	pthread_mutex_lock(&posts->lock);
	bool is_empty = lp_list_is_empty(&posts->waiting);
	posts->is_asleep = is_empty;
	pthread_mutex_unlock(&posts->lock);
	return is_empty;
}

/* Takes up all that waits, so that what it adds is not of this turn. */
static void take_up(struct lp_posts *posts)
{
	pthread_mutex_lock(&posts->lock);
	posts->is_asleep = false;
	while (!lp_list_is_empty(&posts->waiting)) {
		struct lp_list *first = posts->waiting.next;
		lp_list_remove(first);
		lp_list_append(&posts->running, first);
	}
	pthread_mutex_unlock(&posts->lock);
}

static struct lp_post *pop(struct lp_posts *posts, struct lp_list *list)
{
	pthread_mutex_lock(&posts->lock);
	struct lp_post *post = LP_LIST_FIRST(list, struct lp_post, link);
	if (post)
		lp_list_remove(&post->link);
	pthread_mutex_unlock(&posts->lock);
	return post;
}

/* The call of one that is kept may free it. */
static void run(struct lp_post *post)
{
	bool is_once = post->is_once;
	post->call(post->arg);
	if (is_once)
		free(post);
}

void lp_posts_run(struct lp_posts *posts, void (*before)(void *arg))
{
	struct lp_post *post;

	take_up(posts);
	if (!lp_list_is_empty(&posts->running))
		before(posts->arg);
	while ((post = pop(posts, &posts->running)))
		run(post);
}

void lp_posts_end(struct lp_posts *posts)
{
	for (;;) {
		pthread_mutex_lock(&posts->lock);
		struct lp_post *post = LP_LIST_FIRST(&posts->waiting, struct lp_post, link);
		if (post)
			lp_list_remove(&post->link);
		else
			posts->has_ended = true;
		pthread_mutex_unlock(&posts->lock);
		if (!post)
			return;
		if (post->is_once)
			run(post);
	}
}
