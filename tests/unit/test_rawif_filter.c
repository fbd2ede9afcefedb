/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The gateway's kernel filters. A pair of UNIX sockets runs them as the kernel would for a NIC, and
 * needs no privilege.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "platform/linux/rawif_filter.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct lp_mac mac_of(unsigned number)
{
	return (struct lp_mac){{2, 0xfe, 0x80, (uint8_t)(number >> 8), (uint8_t)number, 9}};
}

/* A pair of sockets whose one end has the program. */
static void attach(int fds[2], struct sock_filter *program, size_t insn_count)
{
	struct sock_fprog filter = {.len = (unsigned short)insn_count, .filter = program};

	assert_true(insn_count <= LP_RAWIF_FILTER_INSNS);
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds), 0);
	assert_int_equal(setsockopt(fds[0], SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)),
			 0);
}

static void detach(int fds[2])
{
	close(fds[0]);
	close(fds[1]);
}

/* Does a frame between these two get through? */
static bool gets_through(const int fds[2], struct lp_mac dst, struct lp_mac src)
{
	uint8_t frame[60] = {0}, have[sizeof(frame)];

	memcpy(frame, dst.octet, LP_MAC_LEN);
	memcpy(frame + LP_MAC_LEN, src.octet, LP_MAC_LEN);
	(void)!write(fds[1], frame, sizeof(frame));
	ssize_t n = read(fds[0], have, sizeof(have));

	assert_true(n < 0 || n == sizeof(frame));
	return n > 0;
}

static bool passes(struct sock_filter *program, size_t insn_count, struct lp_mac dst,
		   struct lp_mac src)
{
	int fds[2];

	attach(fds, program, insn_count);
	bool is_through = gets_through(fds, dst, src);

	detach(fds);
	return is_through;
}

static void only_multicast(void **state)
{
	struct sock_filter program[LP_RAWIF_FILTER_INSNS];
	size_t count = lp_rawif_filter_multicast(program);

	(void)state;
	assert_true(passes(program, count, (struct lp_mac){{1, 0, 0x5e, 0, 0, 1}}, mac_of(1)));
	assert_true(
		passes(program, count, (struct lp_mac){{255, 255, 255, 255, 255, 255}}, mac_of(1)));
	assert_false(passes(program, count, mac_of(2), mac_of(1)));
}

static void find_each(size_t mac_count)
{
	static struct lp_mac macs[LP_RAWIF_FILTER_MACS];
	struct sock_filter program[LP_RAWIF_FILTER_INSNS];
	struct lp_rawif_macs list = {0};
	int fds[2];

	/* Every second number, so that there are strangers between any two of them. */
	for (unsigned i = 0; i < mac_count; i++)
		macs[i] = mac_of(3000 - 2 * i);
	lp_rawif_macs_set(&list, macs, mac_count);
	attach(fds, program, lp_rawif_filter_unicast(program, &list, false));
	for (unsigned i = 0; i < mac_count; i++) {
		assert_true(gets_through(fds, macs[i], mac_of(1)));
		assert_true(gets_through(fds, mac_of(1), macs[i]));
	}
	for (unsigned i = 0; i <= mac_count; i++)
		assert_false(gets_through(fds, mac_of(3001 - 2 * i), mac_of(2999 - 2 * i)));
	/* Multicast is the other socket's, also from one of the list. */
	assert_false(gets_through(fds, (struct lp_mac){{1, 0, 0x5e, 0, 0, 1}}, mac_of(3000)));
	detach(fds);
	lp_rawif_macs_fini(&list);
}

/* As many as there may be: each is found as destination and as source, nothing else is. */
static void only_those_of_the_list(void **state)
{
	static const size_t counts[] = {63,  64,  65,  127,  128,
					129, 255, 256, 257,  511,
					512, 513, 777, 1023, LP_RAWIF_FILTER_MACS};

	(void)state;
	for (size_t count = 0; count < 40; count++)
		find_each(count);
	for (size_t i = 0; i < LP_ARRAY_COUNT(counts); i++)
		find_each(counts[i]);
}

/* The upper half of the numbers is negative to those who are not careful. */
static void numbers_have_no_sign(void **state)
{
	struct sock_filter program[LP_RAWIF_FILTER_INSNS];
	struct lp_mac macs[256];
	struct lp_rawif_macs list = {0};
	int fds[2];

	(void)state;
	for (unsigned i = 0; i < LP_ARRAY_COUNT(macs); i++)
		macs[i] = (struct lp_mac){{(uint8_t)(4 * i), 1, (uint8_t)i, 0, 0, 9}};
	lp_rawif_macs_set(&list, macs, LP_ARRAY_COUNT(macs));
	attach(fds, program, lp_rawif_filter_unicast(program, &list, false));
	for (unsigned i = 0; i < LP_ARRAY_COUNT(macs); i++) {
		assert_true(gets_through(fds, macs[i], mac_of(1)));
		macs[i].octet[5] = 10;
		assert_false(gets_through(fds, macs[i], mac_of(1)));
	}
	detach(fds);
	lp_rawif_macs_fini(&list);
}

static void all_unicast_when_the_list_is_long(void **state)
{
	struct sock_filter program[LP_RAWIF_FILTER_INSNS];
	static struct lp_mac macs[LP_RAWIF_FILTER_MACS + 1];
	struct lp_rawif_macs list = {0};
	size_t count;

	(void)state;
	for (unsigned i = 0; i < LP_ARRAY_COUNT(macs); i++)
		macs[i] = mac_of(i);
	for (size_t macs_count = 1; macs_count <= LP_ARRAY_COUNT(macs);
	     macs_count += LP_RAWIF_FILTER_MACS) {
		lp_rawif_macs_set(&list, macs, macs_count);
		count = lp_rawif_filter_unicast(program, &list, macs_count == 1);
		assert_true(passes(program, count, mac_of(5000), mac_of(5001)));
		assert_false(passes(program, count, (struct lp_mac){{1, 0, 0x5e, 0, 0, 1}},
				    mac_of(5001)));
	}
	lp_rawif_macs_fini(&list);
}

/* What the kernel cannot tell apart, or was not asked to, is told apart here. */
static void the_check_is_exact(void **state)
{
	struct lp_mac macs[100];
	struct lp_rawif_macs list = {0};
	uint8_t frame[12] = {0};

	(void)state;
	assert_false(lp_rawif_macs_match(&list, frame));
	for (unsigned i = 0; i < LP_ARRAY_COUNT(macs); i++)
		macs[i] = mac_of((i * 37) % 100);
	lp_rawif_macs_set(&list, macs, LP_ARRAY_COUNT(macs));
	for (unsigned i = 0; i < 200; i++) {
		struct lp_mac mac = mac_of(i);

		for (size_t at = 0; at <= LP_MAC_LEN; at += LP_MAC_LEN) {
			memset(frame, 0, sizeof(frame));
			memcpy(frame + at, mac.octet, LP_MAC_LEN);
			assert_int_equal(lp_rawif_macs_match(&list, frame), i < 100);
			frame[at + 1] ^= 1;
			assert_false(lp_rawif_macs_match(&list, frame));
		}
	}
	lp_rawif_macs_set(&list, NULL, 0);
	memcpy(frame, macs[0].octet, LP_MAC_LEN);
	assert_false(lp_rawif_macs_match(&list, frame));
	lp_rawif_macs_fini(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_multicast),
		cmocka_unit_test(only_those_of_the_list),
		cmocka_unit_test(numbers_have_no_sign),
		cmocka_unit_test(all_unicast_when_the_list_is_long),
		cmocka_unit_test(the_check_is_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
