/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "wire/budget.h"

#include "frame/ether.h"
#include "wire/datagram.h"

#define FRAME_OVERHEAD (LP_DATAGRAM_HEADER_LEN + LP_ETHER_HEADER_LEN)

size_t lp_budget_from_udp_payload(size_t udp_payload, size_t cid_len)
{
	size_t overhead = LP_DATAGRAM_OVERHEAD + cid_len;

	return udp_payload > overhead ? udp_payload - overhead : 0;
}

size_t lp_budget_to_mtu(size_t budget)
{
	return budget > FRAME_OVERHEAD ? budget - FRAME_OVERHEAD : 0;
}
