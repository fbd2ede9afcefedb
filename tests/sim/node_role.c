/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "node_role.h"

#include "../unit/fake_netos.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "platform/resolve.h"
#include "platform/tap.h"
#include "platform/udp.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct sim_role *current; /* whose code runs */
static pthread_t simulation;

/* --- the loop --- */

#define HOOKS_MAX 4

struct lp_loop {
	struct lp_list link;
	struct sim_role *role;
	struct lp_loop_stats stats;
	void (*hooks[HOOKS_MAX])(void *arg);
	void *hook_args[HOOKS_MAX];
	size_t hook_count;
};

struct lp_timer {
	struct lp_list link;
	uint64_t deadline_ns;
	void (*on_time)(void *arg);
	void *arg;
};

struct lp_loop *lp_loop_new(void)
{
	struct lp_loop *loop = lp_alloc(sizeof(*loop));
	loop->role = current;
	loop->stats = (struct lp_loop_stats){21, 22, 23, 24};
	lp_list_append(&current->loops, &loop->link);
	return loop;
}

void lp_loop_free(struct lp_loop *loop)
{
	if (!loop)
		return;
	lp_list_remove(&loop->link);
	free(loop);
}

/* The thread of a worker: its work is done by the simulation's. */
void lp_loop_run(struct lp_loop *loop)
{
	(void)loop;
}

void lp_loop_stop(struct lp_loop *loop)
{
	(void)loop;
}

const struct lp_now *lp_loop_now(const struct lp_loop *loop)
{
	loop->role->now = sim_node_now(&loop->role->node);
	return &loop->role->now;
}

struct lp_watcher *lp_loop_watcher(struct lp_loop *loop)
{
	static struct lp_watcher watcher;
	(void)loop;
	return &watcher;
}

void lp_loop_set_waits(struct lp_loop *loop, bool batching, bool busy_poll)
{
	(void)loop, (void)batching, (void)busy_poll;
}

void lp_loop_carried(struct lp_loop *loop, unsigned count)
{
	(void)loop, (void)count;
}

void lp_loop_on_turn_end(struct lp_loop *loop, void (*hook)(void *arg), void *arg)
{
	assert_true(loop->hook_count < HOOKS_MAX);
	loop->hooks[loop->hook_count] = hook;
	loop->hook_args[loop->hook_count++] = arg;
}

struct lp_timer *lp_timer_new(struct lp_loop *loop, void (*on_time)(void *arg), void *arg)
{
	struct lp_timer *timer = lp_alloc(sizeof(*timer));
	*timer = (struct lp_timer){.deadline_ns = LP_NEVER, .on_time = on_time, .arg = arg};
	lp_list_append(&loop->role->timers, &timer->link);
	return timer;
}

void lp_timer_free(struct lp_timer *timer)
{
	if (!timer)
		return;
	lp_list_remove(&timer->link);
	free(timer);
}

void lp_timer_set(struct lp_timer *timer, uint64_t deadline_ns)
{
	timer->deadline_ns = deadline_ns;
}

enum lp_err lp_loop_on_signal(struct lp_loop *loop, int number,
			      void (*on_signal)(void *arg, int number), void *arg)
{
	(void)loop, (void)number, (void)on_signal, (void)arg;
	return LP_OK;
}

/* What a worker's thread has to say, its end, is of no interest. */
void lp_loop_post(struct lp_loop *loop, void (*call)(void *arg), void *arg)
{
	(void)loop;
	if (pthread_equal(pthread_self(), simulation))
		call(arg);
}

void lp_loop_call(struct lp_loop *loop, void (*call)(void *arg), void *arg)
{
	(void)loop;
	call(arg);
}

const struct lp_loop_stats *lp_loop_stats(const struct lp_loop *loop)
{
	return &loop->stats;
}

/* --- sockets --- */

struct lp_udp {
	struct lp_list link;
	enum lp_addr_family family; /* NONE = both */
	struct lp_udp_stats stats;
	const struct lp_packet_rx *rx; /* what is there to be received */
	void (*on_ready)(void *arg);
	void *arg;
};

static enum lp_err open_udp(enum lp_addr_family family, struct lp_udp **out)
{
	*out = lp_alloc(sizeof(**out));
	(*out)->family = family;
	lp_list_append(&current->udps, &(*out)->link);
	return LP_OK;
}

unsigned lp_udp_worker_count(const struct lp_listen *listen, unsigned wanted)
{
	(void)listen;
	return wanted;
}

enum lp_err lp_udp_open_listen(const struct lp_listen *listen, unsigned worker_count,
			       struct lp_udp **out)
{
	(void)listen;
	assert_int_equal(worker_count, 1);
	return open_udp(LP_ADDR_NONE, out);
}

enum lp_err lp_udp_open_connect(enum lp_addr_family family, struct lp_udp **out)
{
	return open_udp(family, out);
}

void lp_udp_close(struct lp_udp *udp)
{
	if (!udp)
		return;
	lp_list_remove(&udp->link);
	free(udp);
}

enum lp_err lp_udp_start(struct lp_udp *udp, struct lp_watcher *watcher,
			 void (*on_ready)(void *arg), void *arg)
{
	(void)watcher;
	udp->on_ready = on_ready;
	udp->arg = arg;
	return LP_OK;
}

enum lp_err lp_udp_recv_batch(struct lp_udp *udp, struct lp_packet_rx *rx, size_t *got)
{
	if (!udp->rx)
		return LP_ERR_AGAIN;
	*rx = *udp->rx;
	/* A socket to the relay is bound to no address. */
	if (udp->family != LP_ADDR_NONE)
		memset(&rx->path.local, 0, sizeof(rx->path.local));
	udp->rx = NULL;
	*got = 1;
	return LP_OK;
}

static uint64_t packets_in(size_t len, size_t segment_len)
{
	return (len + segment_len - 1) / segment_len;
}

void lp_udp_send_batch(struct lp_udp *udp, const struct lp_packet_tx *tx, size_t tx_count)
{
	for (size_t i = 0; i < tx_count; i++) {
		udp->stats.packets_tx += packets_in(tx[i].len, tx[i].segment_len);
		current->bytes_tx += tx[i].len;
	}
	sim_node_send(&current->node, tx, tx_count);
}

bool lp_udp_take_unreachable(struct lp_udp *udp, struct lp_addr *addr)
{
	(void)udp, (void)addr;
	return false;
}

void lp_udp_local_addr(const struct lp_udp *udp, struct lp_addr *addr)
{
	(void)udp;
	*addr = current->node.addr;
}

void lp_udp_read_stats(const struct lp_udp *udp, struct lp_udp_stats *stats)
{
	*stats = udp->stats;
}

/* --- the name server --- */

enum lp_err lp_resolve_start(const struct lp_hostport *where, struct lp_watcher *watcher,
			     void (*on_done)(void *arg, enum lp_err err,
					     const struct lp_addr *addrs, size_t addr_count),
			     void *arg, struct lp_resolve **out)
{
	(void)where, (void)watcher;
	*out = lp_alloc(1);
	if (current->relay_addr.family != LP_ADDR_NONE)
		on_done(arg, LP_OK, &current->relay_addr, 1);
	return LP_OK;
}

void lp_resolve_cancel(struct lp_resolve *resolve)
{
	free(resolve);
}

/* --- devices --- */

struct sim_role_device {
	struct lp_framedev dev;
	struct sim_role *role;
	void (*on_ready)(void *arg);
	void *arg;
	uint8_t frame[2048]; /* to be read */
	size_t frame_len;
	size_t frame_count;
};

static enum lp_err device_start(struct lp_framedev *dev, struct lp_watcher *watcher,
				void (*on_ready)(void *arg), void *arg)
{
	struct sim_role_device *device = (struct sim_role_device *)dev;
	(void)watcher;
	device->on_ready = on_ready;
	device->arg = arg;
	return LP_OK;
}

static enum lp_err device_recv(struct lp_framedev *dev, struct lp_framedev_rx *rx, size_t rx_count,
			       size_t *got)
{
	struct sim_role_device *device = (struct sim_role_device *)dev;
	for (*got = 0; *got < rx_count && device->frame_count > 0; device->frame_count--) {
		rx[*got].len = device->frame_len;
		memcpy(rx[(*got)++].data, device->frame, device->frame_len);
	}
	return *got > 0 ? LP_OK : LP_ERR_AGAIN;
}

static enum lp_err device_send(struct lp_framedev *dev, const struct lp_framedev_tx *tx,
			       size_t tx_count, struct lp_framedev_sent *sent)
{
	struct sim_role_device *device = (struct sim_role_device *)dev;
	*sent = (struct lp_framedev_sent){.frames = tx_count};
	for (size_t i = 0; i < tx_count; i++)
		sent->bytes += tx[i].len;
	device->role->frames_out += sent->frames;
	device->role->bytes_out += sent->bytes;
	return LP_OK;
}

static void device_close(struct lp_framedev *dev)
{
	struct sim_role_device *device = (struct sim_role_device *)dev;
	device->role->device = NULL;
	free(device);
}

static const struct lp_framedev_ops device_ops = {
	.start = device_start,
	.recv_batch = device_recv,
	.send_batch = device_send,
	.close = device_close,
};

static enum lp_err open_device(struct lp_framedev **out)
{
	struct sim_role_device *device = lp_alloc(sizeof(*device));
	device->dev.ops = &device_ops;
	device->role = current;
	current->device = device;
	*out = &device->dev;
	return LP_OK;
}

bool lp_tap_is_name(const char *name)
{
	return name[0];
}

enum lp_err lp_tap_open(const char *name, const struct lp_mac *mac, struct lp_framedev **out)
{
	char text[LP_MAC_TEXT_LEN];
	fake_netos_add_interface(SIM_ROLE_TAP_INDEX, name);
	lp_strcopy(fake_netos.interfaces[SIM_ROLE_TAP_INDEX].hardware, LP_NETCFG_HARDWARE_LEN,
		   lp_mac_format(mac, text));
	current->mac = *mac;
	return open_device(out);
}

enum lp_err lp_tap_query(struct lp_framedev *tap, struct lp_tap_info *info)
{
	(void)tap;
	*info = (struct lp_tap_info){.ifindex = SIM_ROLE_TAP_INDEX};
	lp_strcopy(info->name, sizeof(info->name), fake_netos.interfaces[SIM_ROLE_TAP_INDEX].name);
	return LP_OK;
}

enum lp_err lp_tap_set_media(struct lp_framedev *tap, bool is_up)
{
	(void)tap, (void)is_up;
	return LP_OK;
}

enum lp_err lp_rawif_open(const char *interface, struct lp_framedev **out)
{
	(void)interface;
	return open_device(out);
}

enum lp_err lp_rawif_query(struct lp_framedev *rawif, struct lp_rawif_info *info)
{
	*info = ((struct sim_role_device *)rawif)->role->nic;
	return LP_OK;
}

enum lp_err lp_rawif_probe(const char *interface, struct lp_rawif_info *info)
{
	(void)interface;
	*info = current->nic;
	return LP_OK;
}

enum lp_err lp_rawif_set_remote_macs(struct lp_framedev *rawif, const struct lp_mac *macs,
				     size_t mac_count)
{
	(void)rawif, (void)macs, (void)mac_count;
	return LP_OK;
}

/* As if the kernel had said so. */
void lp_rawif_read_stats(struct lp_framedev *rawif, struct lp_rawif_stats *stats)
{
	(void)rawif;
	*stats = (struct lp_rawif_stats){.super_frames = 11,
					 .segments = 12,
					 .checksums = 13,
					 .unsplittable = 14,
					 .kernel_drops = 15};
}

/* --- the machine --- */

struct lp_netcfg_watch;

enum lp_err __wrap_lp_netcfg_watch(struct lp_watcher *watcher, void (*on_change)(void *arg),
				   void *arg, struct lp_netcfg_watch **out);
enum lp_err __wrap_lp_netcfg_watch(struct lp_watcher *watcher, void (*on_change)(void *arg),
				   void *arg, struct lp_netcfg_watch **out)
{
	(void)watcher, (void)on_change, (void)arg;
	*out = NULL;
	return LP_OK;
}

void __wrap_lp_netcfg_unwatch(struct lp_netcfg_watch *watch);
void __wrap_lp_netcfg_unwatch(struct lp_netcfg_watch *watch)
{
	assert_null(watch);
}

enum lp_err __wrap_lp_netcfg_addresses(uint32_t ifindex, struct lp_prefix *addrs,
				       size_t *addr_count);
enum lp_err __wrap_lp_netcfg_addresses(uint32_t ifindex, struct lp_prefix *addrs,
				       size_t *addr_count)
{
	(void)ifindex, (void)addrs;
	*addr_count = 0;
	return LP_OK;
}

enum lp_err __wrap_lp_netcfg_default_routes(uint32_t ifindex, struct lp_route *routes, size_t cap,
					    size_t *route_count);
enum lp_err __wrap_lp_netcfg_default_routes(uint32_t ifindex, struct lp_route *routes, size_t cap,
					    size_t *route_count)
{
	(void)ifindex, (void)routes, (void)cap;
	*route_count = 0;
	return LP_OK;
}

enum lp_err __real_lp_journal_open(struct lp_store *store, const struct lp_netos *os,
				   struct lp_journal **out);
enum lp_err __wrap_lp_journal_open(struct lp_store *store, const struct lp_netos *os,
				   struct lp_journal **out);
enum lp_err __wrap_lp_journal_open(struct lp_store *store, const struct lp_netos *os,
				   struct lp_journal **out)
{
	(void)os;
	return __real_lp_journal_open(store, &fake_netos_ops, out);
}

/* --- the node --- */

static struct sim_role *role_of(const struct sim_node *node)
{
	return LP_CONTAINER_OF((uintptr_t)node, struct sim_role, node);
}

static void on_recv(struct sim_node *node, const struct lp_packet_rx *rx, const struct lp_now *now)
{
	struct lp_udp *udp;
	(void)now;
	current = role_of(node);
	LP_LIST_FOREACH (udp, &current->udps, struct lp_udp, link) {
		if (udp->family != LP_ADDR_NONE && udp->family != rx->path.remote.family)
			continue;
		udp->stats.packets_rx += packets_in(rx->len, rx->segment_len);
		current->bytes_rx += rx->len;
		udp->rx = rx;
		udp->on_ready(udp->arg);
		return;
	}
}

static void on_tick(struct sim_node *node, const struct lp_now *now)
{
	struct lp_timer *timer, *following;
	current = role_of(node);
	LP_LIST_FOREACH_SAFE (timer, following, &current->timers, struct lp_timer, link) {
		if (timer->deadline_ns > now->mono_ns)
			continue;
		timer->deadline_ns = LP_NEVER;
		timer->on_time(timer->arg);
	}
}

static void on_flush(struct sim_node *node, const struct lp_now *now)
{
	struct lp_loop *loop;
	(void)now;
	current = role_of(node);
	if (current->device && current->device->frame_count > 0)
		current->device->on_ready(current->device->arg);
	LP_LIST_FOREACH (loop, &current->loops, struct lp_loop, link) {
		for (size_t i = 0; i < loop->hook_count; i++)
			loop->hooks[i](loop->hook_args[i]);
	}
}

static uint64_t on_deadline(const struct sim_node *node)
{
	uint64_t deadline = LP_NEVER;
	const struct lp_timer *timer;
	LP_LIST_FOREACH (timer, &role_of(node)->timers, const struct lp_timer, link)
		deadline = LP_MIN(deadline, timer->deadline_ns);
	return deadline;
}

static const struct sim_node_ops node_ops = {
	.recv = on_recv,
	.tick = on_tick,
	.flush = on_flush,
	.deadline = on_deadline,
};

static void on_fault(void *user, const char *line)
{
	(void)user;
	fail_msg("%s", line);
}

void sim_role_init(struct sim_role *role, struct sim *sim, const struct lp_role *kind,
		   const char *ip, uint16_t port, const char *conf)
{
	struct lp_conf_override folder;
	memset(role, 0, sizeof(*role));
	sim_node_init(&role->node, sim, &node_ops, ip, port);
	sim_wire_init(&role->node.up, SIM_MS(5));
	sim_wire_init(&role->node.down, SIM_MS(5));
	role->node.is_off = true;
	role->role = kind;
	lp_list_init(&role->timers);
	lp_list_init(&role->loops);
	lp_list_init(&role->udps);
	strcpy(role->folder, "/tmp/lanparty-role.XXXXXX");
	assert_non_null(mkdtemp(role->folder));
	folder = (struct lp_conf_override){"state_dir", role->folder};
	assert_int_equal(lp_conf_load_text("sim", conf, strlen(conf), &folder, 1, on_fault, NULL,
					   &role->conf),
			 LP_OK);
	role->nic = (struct lp_rawif_info){.ifindex = 1,
					   .mac = {{2, 0, 0, 0, 0, 0xee}},
					   .mtu = 1500,
					   .is_ethernet = true,
					   .is_up = true,
					   .has_carrier = true};
}

void sim_role_start(struct sim_role *role)
{
	simulation = pthread_self();
	current = role;
	assert_int_equal(role->role->start(lp_loop_new(), role->conf, &role->state), LP_OK);
	role->node.is_off = false;
}

void sim_role_kill(struct sim_role *role)
{
	if (!role->state)
		return;
	current = role;
	role->role->free(role->state);
	role->state = NULL;
	role->node.is_off = true;
	lp_loop_free(LP_LIST_FIRST(&role->loops, struct lp_loop, link));
}

void sim_role_fini(struct sim_role *role)
{
	char command[80];
	sim_role_kill(role);
	sim_node_fini(&role->node);
	lp_conf_free(role->conf);
	snprintf(command, sizeof(command), "rm -r %s", role->folder);
	assert_int_equal(system(command), 0);
}

void sim_role_inject(struct sim_role *role, const uint8_t *frame, size_t len, size_t count)
{
	assert_true(role->device && len <= sizeof(role->device->frame));
	assert_int_equal(role->device->frame_count, 0);
	memcpy(role->device->frame, frame, len);
	role->device->frame_len = len;
	role->device->frame_count = count;
}
