/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "gateway/inquiry.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

struct entry {
	struct lp_inquiry_subject subject; /* without an address: the entry is not in use */
	unsigned question_count;
	uint64_t every_ns;
	uint64_t ask_ns; /* the next question */
	uint64_t end_ns;
	bool is_closed; /* only frames are left of it */
	size_t held_count;
};

struct lp_inquiry {
	struct entry entry[LP_INQUIRY_MAX];
	struct lp_inquiry_frame held[LP_INQUIRY_MAX][LP_INQUIRY_HELD_MAX];
	struct lp_bucket all;
	uint64_t due_ns;
};

struct lp_inquiry *lp_inquiry_new(uint64_t now)
{
	struct lp_inquiry *inquiry = lp_alloc(sizeof(*inquiry));

	lp_bucket_init(&inquiry->all, LP_INQUIRY_PER_S, LP_INQUIRY_BURST, now);
	inquiry->due_ns = LP_NEVER;
	return inquiry;
}

void lp_inquiry_free(struct lp_inquiry *inquiry)
{
	free(inquiry);
}

static uint64_t due_of(const struct entry *entry)
{
	if (entry->subject.ip_len == 0)
		return LP_NEVER;
	if (entry->is_closed)
		return 0;
	return entry->question_count < LP_INQUIRY_QUESTIONS ? entry->ask_ns : entry->end_ns;
}

static void find_due(struct lp_inquiry *inquiry)
{
	inquiry->due_ns = LP_NEVER;
	for (size_t i = 0; i < LP_INQUIRY_MAX; i++)
		inquiry->due_ns = LP_MIN(inquiry->due_ns, due_of(&inquiry->entry[i]));
}

static struct entry *find(struct lp_inquiry *inquiry, const uint8_t *ip, size_t ip_len)
{
	/* Nothing is due: nothing is asked. That is so nearly always. */
	if (inquiry->due_ns == LP_NEVER)
		return NULL;
	for (size_t i = 0; i < LP_INQUIRY_MAX; i++) {
		struct entry *entry = &inquiry->entry[i];

		if (entry->subject.ip_len == ip_len && !entry->is_closed &&
		    memcmp(entry->subject.ip, ip, ip_len) == 0)
			return entry;
	}
	return NULL;
}

static struct entry *find_room(struct lp_inquiry *inquiry)
{
	for (size_t i = 0; i < LP_INQUIRY_MAX; i++) {
		if (inquiry->entry[i].subject.ip_len == 0)
			return &inquiry->entry[i];
	}
	return NULL;
}

bool lp_inquiry_begin(struct lp_inquiry *inquiry, const struct lp_inquiry_subject *subject,
		      bool is_asked, struct lp_bucket *purse, uint64_t now)
{
	unsigned factor = lp_mac_is_zero(&subject->owner) ? 1 : LP_INQUIRY_OWNER_FACTOR;
	struct entry *entry;

	if (find(inquiry, subject->ip, subject->ip_len))
		return true;
	entry = find_room(inquiry);
	if (!entry || !lp_bucket_take(purse, 1, now) || !lp_bucket_take(&inquiry->all, 1, now))
		return false;
	*entry = (struct entry){
		.subject = *subject,
		.question_count = is_asked,
		.every_ns = factor * LP_INQUIRY_EVERY_NS,
		.ask_ns = is_asked ? now + factor * LP_INQUIRY_EVERY_NS : now,
		.end_ns = now + factor * LP_INQUIRY_WAIT_NS,
	};
	find_due(inquiry);
	return true;
}

unsigned lp_inquiry_questions(struct lp_inquiry *inquiry, const uint8_t *ip, size_t ip_len)
{
	const struct entry *entry = find(inquiry, ip, ip_len);

	return entry ? entry->question_count : 0;
}

void lp_inquiry_hold(struct lp_inquiry *inquiry, const uint8_t *ip, size_t ip_len, uint16_t peer_id,
		     const uint8_t *frame, size_t len)
{
	struct entry *entry = find(inquiry, ip, ip_len);
	struct lp_inquiry_frame *held;

	if (!entry || entry->held_count == LP_INQUIRY_HELD_MAX || len > LP_INQUIRY_FRAME_MAX)
		return;
	held = &inquiry->held[entry - inquiry->entry][entry->held_count++];
	held->peer_id = peer_id;
	held->len = len;
	memcpy(held->data, frame, len);
}

void lp_inquiry_answer(struct lp_inquiry *inquiry, const uint8_t *ip, size_t ip_len)
{
	struct entry *entry = find(inquiry, ip, ip_len);

	if (!entry)
		return;
	entry->subject.ip_len = 0;
	find_due(inquiry);
}

void lp_inquiry_clear(struct lp_inquiry *inquiry)
{
	memset(inquiry->entry, 0, sizeof(inquiry->entry));
	inquiry->due_ns = LP_NEVER;
}

unsigned lp_inquiry_ask(struct lp_inquiry *inquiry, struct lp_inquiry_subject *subject,
			uint64_t now)
{
	if (now < inquiry->due_ns)
		return 0;
	for (size_t i = 0; i < LP_INQUIRY_MAX; i++) {
		struct entry *entry = &inquiry->entry[i];

		if (entry->subject.ip_len == 0 || entry->is_closed || now < entry->ask_ns ||
		    entry->question_count == LP_INQUIRY_QUESTIONS)
			continue;
		entry->question_count++;
		/* After a stall too, there is time for an answer to each. */
		entry->ask_ns = now + entry->every_ns;
		entry->end_ns = LP_MAX(entry->end_ns, entry->ask_ns);
		find_due(inquiry);
		*subject = entry->subject;
		return entry->question_count;
	}
	return 0;
}

bool lp_inquiry_close(struct lp_inquiry *inquiry, struct lp_inquiry_subject *subject, uint64_t now)
{
	if (now < inquiry->due_ns)
		return false;
	for (size_t i = 0; i < LP_INQUIRY_MAX; i++) {
		struct entry *entry = &inquiry->entry[i];

		if (entry->subject.ip_len == 0 || entry->is_closed || now < entry->end_ns ||
		    entry->question_count < LP_INQUIRY_QUESTIONS)
			continue;
		*subject = entry->subject;
		entry->is_closed = true;
		if (entry->held_count == 0)
			entry->subject.ip_len = 0;
		find_due(inquiry);
		return true;
	}
	return false;
}

/* The first that came goes first, of each address. */
static void shift(struct lp_inquiry_frame *held, size_t count)
{
	memmove(held, held + 1, (count - 1) * sizeof(*held));
}

bool lp_inquiry_release(struct lp_inquiry *inquiry, struct lp_inquiry_frame *frame)
{
	for (size_t i = 0; i < LP_INQUIRY_MAX && inquiry->due_ns == 0; i++) {
		struct entry *entry = &inquiry->entry[i];

		if (entry->subject.ip_len == 0 || !entry->is_closed)
			continue;
		*frame = inquiry->held[i][0];
		shift(inquiry->held[i], entry->held_count);
		if (--entry->held_count == 0) {
			entry->subject.ip_len = 0;
			find_due(inquiry);
		}
		return true;
	}
	return false;
}

uint64_t lp_inquiry_deadline(const struct lp_inquiry *inquiry)
{
	return inquiry->due_ns;
}
