/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * impair: a bad line for UDP. Stands between clients and one target, each client with a socket of
 * its own towards the target, and loses, delays, reorders, doubles and damages what passes, by a
 * seed. tests/tools/README describes the options.
 */
#include "badline.h"
#include "impair_options.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PACKET_MAX  65536
#define CLIENT_MAX  256
#define WAITING_MAX 100000
#define READ_BATCH  64

static const char *const counter_names[COUNTER_COUNT] = {
	"received", "duplicated", "reordered",	   "corrupted",	   "sent",	 "failed",
	"lost",	    "lost_burst", "lost_blackout", "lost_too_big", "lost_queue", "waiting",
};

struct client {
	struct sockaddr_storage addr;
	int fd;
	uint64_t used_ns;
	uint32_t generation;
};

struct packet {
	uint64_t due_ns;
	uint64_t order;
	enum direction direction;
	unsigned int client;
	uint32_t generation;
	size_t len;
	uint8_t data[];
};

struct proxy {
	struct options options;
	uint64_t start_ns;
	int fd;
	struct line lines[DIRECTION_COUNT];
	struct client clients[CLIENT_MAX];
	unsigned int client_count;
	struct packet *heap[WAITING_MAX];
	size_t heap_count;
	uint64_t order;
};

static volatile sig_atomic_t is_stopped;

static void on_signal(int number)
{
	(void)number;
	is_stopped = 1;
}

static void die(const char *what)
{
	fprintf(stderr, "impair: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t read_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static socklen_t addr_len(const struct sockaddr_storage *addr)
{
	return addr->ss_family == AF_INET ? sizeof(struct sockaddr_in)
					  : sizeof(struct sockaddr_in6);
}

static bool is_same_addr(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	const struct sockaddr_in *a4 = (const void *)a;
	const struct sockaddr_in *b4 = (const void *)b;
	const struct sockaddr_in6 *a6 = (const void *)a;
	const struct sockaddr_in6 *b6 = (const void *)b;

	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family == AF_INET)
		return a4->sin_port == b4->sin_port && a4->sin_addr.s_addr == b4->sin_addr.s_addr;
	return a6->sin6_port == b6->sin6_port &&
	       memcmp(&a6->sin6_addr, &b6->sin6_addr, sizeof(a6->sin6_addr)) == 0;
}

/* --- what waits, earliest first --- */

static bool is_before(const struct packet *a, const struct packet *b)
{
	return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->order < b->order;
}

static void heap_push(struct proxy *proxy, struct packet *packet)
{
	size_t at = proxy->heap_count++;

	while (at > 0 && is_before(packet, proxy->heap[(at - 1) / 2])) {
		proxy->heap[at] = proxy->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	proxy->heap[at] = packet;
}

static struct packet *heap_pop(struct proxy *proxy)
{
	struct packet *first = proxy->heap[0];
	struct packet *last = proxy->heap[--proxy->heap_count];
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= proxy->heap_count)
			break;
		if (child + 1 < proxy->heap_count &&
		    is_before(proxy->heap[child + 1], proxy->heap[child]))
			child++;
		if (!is_before(proxy->heap[child], last))
			break;
		proxy->heap[at] = proxy->heap[child];
		at = child;
	}
	proxy->heap[at] = last;
	return first;
}

static void enqueue(struct proxy *proxy, enum direction direction, unsigned int client,
		    const uint8_t *data, size_t len, uint64_t due)
{
	struct packet *packet;

	if (proxy->heap_count == WAITING_MAX) {
		proxy->lines[direction].counters[LOST_QUEUE]++;
		return;
	}
	packet = malloc(sizeof(*packet) + len);
	if (packet == NULL)
		die("memory");
	packet->due_ns = due;
	packet->order = proxy->order++;
	packet->direction = direction;
	packet->client = client;
	packet->generation = proxy->clients[client].generation;
	packet->len = len;
	memcpy(packet->data, data, len);
	heap_push(proxy, packet);
}

static void handle(struct proxy *proxy, enum direction direction, unsigned int client,
		   uint8_t *data, size_t len, uint64_t now)
{
	const struct options *options = &proxy->options;
	struct line *line = &proxy->lines[direction];
	struct fate fate = {0};
	enum counter verdict;
	uint64_t due;

	line->counters[RECEIVED]++;
	proxy->clients[client].used_ns = now;
	if (!options->is_impaired[direction]) {
		enqueue(proxy, direction, client, data, len, now);
		return;
	}
	fate = badline_draw(options, line);
	verdict = badline_judge(options, line, &fate, len, now - proxy->start_ns, now);
	if (verdict != SENT) {
		line->counters[verdict]++;
		return;
	}
	if (fate.is_corrupt && len > 0) {
		data[fate.bit / 8 % len] ^= (uint8_t)(1U << fate.bit % 8);
		line->counters[CORRUPTED]++;
	}
	line->counters[REORDERED] += fate.is_reordered;
	due = badline_due(options, line, &fate, len, now);
	enqueue(proxy, direction, client, data, len, due);
	if (fate.is_duplicate) {
		line->counters[DUPLICATED]++;
		enqueue(proxy, direction, client, data, len, due);
	}
}

/* --- sockets --- */

static int open_socket(int family)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int size = 8 << 20;
	int probe = IP_PMTUDISC_PROBE;

	if (fd < 0)
		die("socket");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (family == AF_INET)
		(void)setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &probe, sizeof(probe));
	else
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &probe, sizeof(probe));
	return fd;
}

static int open_upstream(const struct proxy *proxy)
{
	const struct sockaddr_storage *target = &proxy->options.target;
	int fd = open_socket(target->ss_family);

	if (connect(fd, (const struct sockaddr *)target, addr_len(target)) < 0)
		die("connect");
	return fd;
}

static unsigned int client_of(struct proxy *proxy, const struct sockaddr_storage *addr)
{
	unsigned int oldest = 0;
	struct client *client;

	for (unsigned int i = 0; i < proxy->client_count; i++) {
		if (is_same_addr(&proxy->clients[i].addr, addr))
			return i;
		if (proxy->clients[i].used_ns < proxy->clients[oldest].used_ns)
			oldest = i;
	}
	if (proxy->client_count < CLIENT_MAX) {
		oldest = proxy->client_count++;
	} else {
		close(proxy->clients[oldest].fd);
	}
	client = &proxy->clients[oldest];
	client->addr = *addr;
	client->fd = open_upstream(proxy);
	client->generation++;
	return oldest;
}

static void read_clients(struct proxy *proxy)
{
	static uint8_t data[PACKET_MAX];

	for (int i = 0; i < READ_BATCH; i++) {
		struct sockaddr_storage from = {0};
		socklen_t from_len = sizeof(from);
		ssize_t len = recvfrom(proxy->fd, data, sizeof(data), 0, (struct sockaddr *)&from,
				       &from_len);

		if (len < 0)
			return;
		handle(proxy, UP, client_of(proxy, &from), data, (size_t)len, read_clock());
	}
}

static void read_target(struct proxy *proxy, unsigned int client)
{
	static uint8_t data[PACKET_MAX];

	for (int i = 0; i < READ_BATCH; i++) {
		ssize_t len = recv(proxy->clients[client].fd, data, sizeof(data), 0);

		if (len < 0)
			return;
		handle(proxy, DOWN, client, data, (size_t)len, read_clock());
	}
}

/* Sends what is due. An ICMP error of before is reported by a send: the second one is the real one.
 */
static void send_due(struct proxy *proxy, uint64_t now)
{
	while (proxy->heap_count > 0 && proxy->heap[0]->due_ns <= now) {
		struct packet *packet = heap_pop(proxy);
		struct client *client = &proxy->clients[packet->client];
		bool is_up = packet->direction == UP;
		ssize_t sent = -1;

		for (int i = 0; i < 2 && sent < 0 && packet->generation == client->generation; i++)
			sent = sendto(is_up ? client->fd : proxy->fd, packet->data, packet->len, 0,
				      is_up ? NULL : (const struct sockaddr *)&client->addr,
				      is_up ? 0 : addr_len(&client->addr));
		proxy->lines[packet->direction].counters[sent < 0 ? FAILED : SENT]++;
		free(packet);
	}
}

/* As a NAT router that has lost its table: the same clients from other ports. */
static void rebind(struct proxy *proxy)
{
	for (unsigned int i = 0; i < proxy->client_count; i++) {
		int fd = open_upstream(proxy);

		close(proxy->clients[i].fd);
		proxy->clients[i].fd = fd;
	}
	proxy->options.rebind_ns = NEVER;
}

static void wait_for_work(struct proxy *proxy, uint64_t deadline)
{
	struct pollfd fds[CLIENT_MAX + 1] = {{.fd = proxy->fd, .events = POLLIN}};
	unsigned int count = proxy->client_count;
	uint64_t now = read_clock();
	uint64_t wait = deadline > now ? deadline - now : 0;
	struct timespec timeout = {.tv_sec = (time_t)(wait / NS_PER_S),
				   .tv_nsec = (long)(wait % NS_PER_S)};

	for (unsigned int i = 0; i < count; i++)
		fds[i + 1] = (struct pollfd){.fd = proxy->clients[i].fd, .events = POLLIN};
	if (ppoll(fds, count + 1, &timeout, NULL) <= 0)
		return;
	for (unsigned int i = 0; i < count; i++)
		if (fds[i + 1].revents != 0)
			read_target(proxy, i);
	if (fds[0].revents != 0)
		read_clients(proxy);
}

static uint64_t min_time(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void run(struct proxy *proxy)
{
	uint64_t end = proxy->start_ns + proxy->options.run_ns;

	while (!is_stopped) {
		uint64_t now = read_clock();
		uint64_t next = end;

		if (now >= end)
			return;
		if (proxy->options.rebind_ns != NEVER) {
			if (now - proxy->start_ns >= proxy->options.rebind_ns)
				rebind(proxy);
			else
				next = min_time(next, proxy->start_ns + proxy->options.rebind_ns);
		}
		send_due(proxy, now);
		if (proxy->heap_count > 0)
			next = min_time(next, proxy->heap[0]->due_ns);
		wait_for_work(proxy, next);
	}
}

static void start(struct proxy *proxy)
{
	struct sockaddr_storage *addr = &proxy->options.listen;
	struct sigaction action = {.sa_handler = on_signal};
	socklen_t len = sizeof(*addr);

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	proxy->fd = open_socket(addr->ss_family);
	if (bind(proxy->fd, (const struct sockaddr *)addr, addr_len(addr)) < 0)
		die("bind");
	if (getsockname(proxy->fd, (struct sockaddr *)addr, &len) < 0)
		die("getsockname");
	proxy->start_ns = read_clock();
	proxy->lines[UP].random = proxy->options.seed;
	proxy->lines[DOWN].random = ~proxy->options.seed;
	/* The port is at the same place in both families. */
	printf("{\"event\":\"listening\",\"port\":%u}\n",
	       ntohs(((const struct sockaddr_in *)(const void *)addr)->sin_port));
	fflush(stdout);
}

/* Prints the counters of both directions, and gives back all that is left. */
static void finish(struct proxy *proxy)
{
	static const char *const names[DIRECTION_COUNT] = {"up", "down"};

	while (proxy->heap_count > 0) {
		struct packet *packet = heap_pop(proxy);

		proxy->lines[packet->direction].counters[WAITING]++;
		free(packet);
	}
	printf("{\"event\":\"done\",\"clients\":%u", proxy->client_count);
	for (int way = 0; way < DIRECTION_COUNT; way++) {
		printf(",\"%s\":{", names[way]);
		for (int i = 0; i < COUNTER_COUNT; i++)
			printf("%s\"%s\":%" PRIu64, i == 0 ? "" : ",", counter_names[i],
			       proxy->lines[way].counters[i]);
		printf("}");
	}
	printf("}\n");
	for (unsigned int i = 0; i < proxy->client_count; i++)
		close(proxy->clients[i].fd);
	close(proxy->fd);
}

int main(int argc, char **argv)
{
	struct proxy *proxy = calloc(1, sizeof(*proxy));

	if (proxy == NULL)
		die("memory");
	impair_options_parse(argc, argv, &proxy->options);
	start(proxy);
	run(proxy);
	finish(proxy);
	free(proxy);
	return 0;
}
