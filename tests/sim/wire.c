/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/mem.h"
#include "sim.h"

#include <stdlib.h>
#include <string.h>

#define BATCH_MAX 65000

/* A UDP packet under way. */
struct sim_packet {
	uint64_t arrives_ns;
	uint64_t serial;     /* of two that arrive at once the first sent comes first */
	struct lp_path path; /* as its receiver sees it */
	size_t len;
	uint8_t *data;
};

void sim_wire_init(struct sim_wire *wire, uint64_t delay_ns)
{
	memset(wire, 0, sizeof(*wire));
	wire->delay_ns = delay_ns;
}

/* --- the heap --- */

static bool is_before(const struct sim_packet *a, const struct sim_packet *b)
{
	return a->arrives_ns != b->arrives_ns ? a->arrives_ns < b->arrives_ns
					      : a->serial < b->serial;
}

static void push(struct sim *sim, const struct sim_packet *packet)
{
	if (sim->heap_count == sim->heap_cap) {
		sim->heap_cap = sim->heap_cap ? 2 * sim->heap_cap : 1024;
		sim->heap = lp_realloc_array(sim->heap, sim->heap_cap, sizeof(*sim->heap));
	}
	size_t i = sim->heap_count++;
	for (; i > 0 && is_before(packet, &sim->heap[(i - 1) / 2]); i = (i - 1) / 2)
		sim->heap[i] = sim->heap[(i - 1) / 2];
	sim->heap[i] = *packet;
}

static struct sim_packet pop(struct sim *sim)
{
	struct sim_packet first = sim->heap[0];
	struct sim_packet last = sim->heap[--sim->heap_count];
	size_t i = 0;
	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= sim->heap_count)
			break;
		if (child + 1 < sim->heap_count &&
		    is_before(&sim->heap[child + 1], &sim->heap[child]))
			child++;
		if (!is_before(&sim->heap[child], &last))
			break;
		sim->heap[i] = sim->heap[child];
		i = child;
	}
	sim->heap[i] = last;
	return first;
}

/* --- a packet's way --- */

static bool happens(struct sim *sim, double chance)
{
	if (chance <= 0)
		return false;
	return (double)(lp_rand_next(&sim->rand) >> 11) * 0x1p-53 < chance;
}

/* Over one direction of one line. False = it is lost; *copies and *delay_ns grow. */
static bool pass(struct sim *sim, struct sim_wire *wire, size_t len, unsigned *copies,
		 uint64_t *delay_ns)
{
	wire->sent++;
	if (wire->is_cut) {
		wire->cut++;
		return false;
	}
	if (wire->packet_max > 0 && len > wire->packet_max) {
		wire->too_large++;
		return false;
	}
	if (happens(sim, wire->loss)) {
		wire->lost++;
		return false;
	}
	if (happens(sim, wire->duplicate)) {
		wire->duplicated++;
		(*copies)++;
	}
	*delay_ns += wire->delay_ns;
	if (happens(sim, wire->reorder)) {
		wire->reordered++;
		*delay_ns += wire->hold_ns;
	}
	wire->delivered++;
	return true;
}

static struct sim_node *find_node(struct sim *sim, const struct lp_addr *addr)
{
	struct sim_node *node;
	LP_LIST_FOREACH (node, &sim->nodes, struct sim_node, link) {
		if (lp_addr_equal(&node->addr, addr) || lp_addr_equal(&node->also, addr))
			return node;
	}
	return NULL;
}

void sim_wire_send(struct sim *sim, struct sim_node *from, const struct lp_path *path,
		   const uint8_t *data, size_t len)
{
	unsigned copies = 1;
	uint64_t delay_ns = 0;
	struct sim_node *to = find_node(sim, &path->remote);
	from->packets_tx++;
	if (!pass(sim, &from->up, len, &copies, &delay_ns) || !to ||
	    !pass(sim, &to->down, len, &copies, &delay_ns))
		return;
	bool is_also =
		from->also.family != LP_ADDR_NONE && lp_addr_equal(&path->local, &from->also);
	struct sim_packet packet = {
		.arrives_ns = sim->now.mono_ns + delay_ns,
		.path = {.local = path->remote, .remote = is_also ? from->also : from->addr},
		.len = len,
	};
	for (unsigned i = 0; i < copies; i++) {
		packet.serial = sim->heap_serial++;
		packet.data = lp_alloc(len);
		memcpy(packet.data, data, len);
		push(sim, &packet);
	}
}

uint64_t sim_wire_next(const struct sim *sim)
{
	return sim->heap_count > 0 ? sim->heap[0].arrives_ns : LP_NEVER;
}

/* May the packet stand behind those of the batch (UDP GRO: one path, one size, the last shorter)?
 */
static bool joins(const struct sim_packet *packet, const struct lp_packet_rx *batch)
{
	return packet->len <= batch->segment_len && batch->len % batch->segment_len == 0 &&
	       batch->len + packet->len <= BATCH_MAX &&
	       lp_addr_equal(&packet->path.remote, &batch->path.remote) &&
	       lp_addr_equal(&packet->path.local, &batch->path.local);
}

static void tell_sender(struct sim *sim, const struct lp_path *path)
{
	struct sim_node *node = find_node(sim, &path->remote);
	if (!sim->has_icmp || !node || node->is_off || node->down.is_cut || !node->ops->unreachable)
		return;
	const struct lp_now now = sim_node_now(node);
	node->turns++;
	node->ops->unreachable(node, &path->local, &now);
}

static void deliver_batch(struct sim *sim, struct lp_packet_rx *batch, size_t count)
{
	struct sim_node *node = find_node(sim, &batch->path.local);
	if (!node || node->is_off) {
		tell_sender(sim, &batch->path);
		return;
	}
	node->packets_rx += count;
	node->turns++;
	const struct lp_now now = sim_node_now(node);
	node->ops->recv(node, batch, &now);
}

void sim_wire_deliver(struct sim *sim)
{
	static uint8_t bytes[BATCH_MAX];
	while (sim_wire_next(sim) <= sim->now.mono_ns) {
		struct sim_packet packet = pop(sim);
		struct lp_packet_rx batch = {
			.path = packet.path, .data = bytes, .segment_len = packet.len};
		size_t count = 0;
		for (;;) {
			memcpy(bytes + batch.len, packet.data, packet.len);
			batch.len += packet.len;
			free(packet.data);
			count++;
			if (sim_wire_next(sim) > sim->now.mono_ns || !joins(&sim->heap[0], &batch))
				break;
			packet = pop(sim);
		}
		deliver_batch(sim, &batch, count);
	}
}

void sim_wire_fini(struct sim *sim)
{
	while (sim->heap_count > 0)
		free(pop(sim).data);
	free(sim->heap);
	sim->heap = NULL;
}
