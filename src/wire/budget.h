/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Sizes: from the UDP payload that a path carries, to the datagram budget, to the MTU of a TAP
 * (P7).
 *
 * A 1-RTT packet that holds one DATAGRAM frame spends, beside its payload: 1 flags + CID + up to 4
 * packet number + 16 tag (RFC 9001) + 1 type + 2 length (RFC 9221) = 24 + CID.
 */
#ifndef LP_WIRE_BUDGET_H
#define LP_WIRE_BUDGET_H

#include <stddef.h>
#include <stdint.h>

#define LP_UDP_PAYLOAD_MIN	1200 /* RFC 9000 §14: every QUIC path carries this */
#define LP_DATAGRAM_OVERHEAD	24   /* plus the length of the CID */
#define LP_BUDGET_MIN		1100
#define LP_BUDGET_MAX		9200
#define LP_MTU_MIN		576
#define LP_MTU_NO_FRAGMENTS_MIN 1280

/*
 * Largest DATAGRAM payload in a packet of udp_payload bytes to a peer with a CID of cid_len; 0 if
 * none.
 */
size_t lp_budget_from_udp_payload(size_t udp_payload, size_t cid_len);

/* Largest TAP MTU whose whole frames fit: budget - 8 (overlay) - 14 (Ethernet); 0 if none. */
size_t lp_budget_to_mtu(size_t budget);

#endif
