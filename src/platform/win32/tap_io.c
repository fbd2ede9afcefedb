/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/win32/tap_io.h"

#include "base/log.h"
#include "base/mem.h"
#include "frame/ether.h"
#include "platform/win32/iocp.h"
#include "platform/win32/wake.h"
#include "platform/win32/winerr.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define READS	  8   /* pending at a time */
#define RING	  256 /* frames that wait for the loop */
#define WRITES	  128 /* under way at a time */
#define FRAME_LEN 2048

/* An operation of its own buffer, which belongs to the driver meanwhile. */
struct transfer {
	struct lp_iocp_op op;
	struct lp_tap_io *io;
	struct transfer *next; /* of those that rest */
	uint8_t data[FRAME_LEN];
};

struct waiting {
	size_t len;
	bool is_cut;
	uint8_t data[FRAME_LEN];
};

/*
 * Lives until its owner has closed it and the last transfer has ended: the driver writes into the
 * buffers until then.
 */
struct lp_tap_io {
	HANDLE handle;
	char *name;
	atomic_int ref_count; /* the owner, and each transfer under way */
	struct lp_wake *wake;
	void (*on_ready)(void *arg);
	void *arg;

	CRITICAL_SECTION lock; /* guards all below */
	bool is_closed;
	DWORD error; /* 0 = none; else the adapter is gone or disabled */
	bool is_told;
	size_t ring_at;
	size_t ring_count;
	struct transfer *resting_reads;	 /* the ring has no room for what they would bring */
	struct transfer *resting_writes; /* free */
	struct waiting ring[RING];
	struct transfer reads[READS];
	struct transfer writes[WRITES];
};

static void let_go(struct lp_tap_io *io)
{
	if (atomic_fetch_sub(&io->ref_count, 1) > 1)
		return;
	if (io->wake)
		lp_wake_unref(io->wake);
	DeleteCriticalSection(&io->lock);
	free(io->name);
	free(io);
}

static void rest(struct transfer **list, struct transfer *transfer)
{
	transfer->next = *list;
	*list = transfer;
}

static struct transfer *take(struct transfer **list)
{
	struct transfer *transfer = *list;

	if (transfer)
		*list = transfer->next;
	return transfer;
}

/* With the lock held. The reads under way will not all find room: as many fewer are started. */
static bool has_room(const struct lp_tap_io *io)
{
	return io->ring_count + READS <= RING;
}

/* With the lock held. */
static void begin_read(struct transfer *read)
{
	struct lp_tap_io *io = read->io;

	read->op.overlapped = (OVERLAPPED){0};
	atomic_fetch_add(&io->ref_count, 1);
	if (ReadFile(io->handle, read->data, FRAME_LEN, NULL, &read->op.overlapped) ||
	    GetLastError() == ERROR_IO_PENDING || GetLastError() == ERROR_MORE_DATA)
		return; /* its end comes by the port, also when it has come already */
	io->error = GetLastError();
	atomic_fetch_sub(&io->ref_count, 1); /* the caller has another */
	rest(&io->resting_reads, read);
}

/* With the lock held. */
static void keep_frame(struct lp_tap_io *io, const uint8_t *data, DWORD len, bool is_cut)
{
	struct waiting *frame = &io->ring[(io->ring_at + io->ring_count) % RING];

	frame->len = len;
	frame->is_cut = is_cut;
	memcpy(frame->data, data, len);
	io->ring_count++;
}

static void on_read(struct lp_iocp_op *op, DWORD error, DWORD len)
{
	struct transfer *read = LP_CONTAINER_OF(op, struct transfer, op);
	struct lp_tap_io *io = read->io;
	bool is_new;

	EnterCriticalSection(&io->lock);
	is_new = io->ring_count == 0;
	if (error == ERROR_SUCCESS || error == ERROR_MORE_DATA)
		keep_frame(io, read->data, LP_MIN(len, (DWORD)FRAME_LEN), error != ERROR_SUCCESS);
	else if (io->error == ERROR_SUCCESS)
		io->error = error;
	if (io->is_closed || io->error != ERROR_SUCCESS || !has_room(io))
		rest(&io->resting_reads, read);
	else
		begin_read(read);
	is_new |= io->error != ERROR_SUCCESS;
	LeaveCriticalSection(&io->lock);
	if (is_new)
		lp_wake_set(io->wake);
	let_go(io);
}

static void on_written(struct lp_iocp_op *op, DWORD error, DWORD len)
{
	struct transfer *write = LP_CONTAINER_OF(op, struct transfer, op);
	struct lp_tap_io *io = write->io;
	bool is_broken;

	(void)len;
	EnterCriticalSection(&io->lock);
	is_broken = error == ERROR_OPERATION_ABORTED && !io->is_closed;
	if (is_broken && io->error == ERROR_SUCCESS)
		io->error = error;
	rest(&io->resting_writes, write);
	LeaveCriticalSection(&io->lock);
	if (is_broken)
		lp_wake_set(io->wake);
	let_go(io);
}

enum lp_err lp_tap_io_new(HANDLE handle, const char *name, struct lp_tap_io **out)
{
	struct lp_tap_io *io;
	char text[LP_WINERR_LEN];

	if (!lp_iocp_attach(handle)) {
		lp_error("tap", "%s: cannot watch it: %s", name,
			 lp_winerr_text(GetLastError(), text));
		return LP_ERR_SYSTEM;
	}
	io = lp_alloc(sizeof(*io));
	io->handle = handle;
	io->name = lp_strdup(name);
	atomic_init(&io->ref_count, 1);
	InitializeCriticalSection(&io->lock);
	for (size_t i = 0; i < READS; i++) {
		io->reads[i].io = io;
		io->reads[i].op.on_done = on_read;
		rest(&io->resting_reads, &io->reads[i]);
	}
	for (size_t i = 0; i < WRITES; i++) {
		io->writes[i].io = io;
		io->writes[i].op.on_done = on_written;
		rest(&io->resting_writes, &io->writes[i]);
	}
	*out = io;
	return LP_OK;
}

/* With the lock held. */
static void begin_reads(struct lp_tap_io *io)
{
	while (io->resting_reads && io->error == ERROR_SUCCESS && has_room(io))
		begin_read(take(&io->resting_reads));
}

static void on_wake(void *arg)
{
	struct lp_tap_io *io = arg;

	io->on_ready(io->arg);
}

enum lp_err lp_tap_io_start(struct lp_tap_io *io, struct lp_watcher *watcher,
			    void (*on_ready)(void *arg), void *arg)
{
	io->on_ready = on_ready;
	io->arg = arg;
	io->wake = lp_wake_new(watcher, on_wake, io);
	if (!io->wake)
		return LP_ERR_SYSTEM;
	EnterCriticalSection(&io->lock);
	begin_reads(io);
	LeaveCriticalSection(&io->lock);
	return LP_OK;
}

/* With the lock held. */
static void give_frame(struct lp_tap_io *io, struct lp_framedev_rx *rx)
{
	const struct waiting *frame = &io->ring[io->ring_at];

	rx->len = frame->len;
	rx->is_cut = frame->is_cut || frame->len > rx->cap;
	memcpy(rx->data, frame->data, LP_MIN(frame->len, rx->cap));
	io->ring_at = (io->ring_at + 1) % RING;
	io->ring_count--;
}

/* With the lock held. What has come is handed on before the end is told. */
static enum lp_err fail(struct lp_tap_io *io)
{
	char text[LP_WINERR_LEN];

	if (io->error == ERROR_SUCCESS)
		return LP_ERR_AGAIN;
	if (!io->is_told)
		lp_warn("tap", "%s is gone or was disabled: %s", io->name,
			lp_winerr_text(io->error, text));
	io->is_told = true;
	return LP_ERR_SYSTEM;
}

enum lp_err lp_tap_io_recv(struct lp_tap_io *io, struct lp_framedev_rx *rx, size_t rx_count,
			   size_t *got)
{
	enum lp_err err;

	*got = 0;
	EnterCriticalSection(&io->lock);
	while (*got < rx_count && io->ring_count > 0)
		give_frame(io, &rx[(*got)++]);
	begin_reads(io);
	err = *got > 0 ? LP_OK : fail(io);
	if (*got > 0 && (io->ring_count > 0 || io->error != ERROR_SUCCESS))
		lp_wake_set(io->wake); /* the rest, on the next turn */
	LeaveCriticalSection(&io->lock);
	return err;
}

/* With the lock held. Copies: what is written belongs to the driver until it ends. */
static enum lp_err begin_write(struct lp_tap_io *io, const uint8_t *data, size_t len)
{
	struct transfer *write = take(&io->resting_writes);
	DWORD error;

	memcpy(write->data, data, len);
	write->op.overlapped = (OVERLAPPED){0};
	atomic_fetch_add(&io->ref_count, 1);
	if (WriteFile(io->handle, write->data, (DWORD)len, NULL, &write->op.overlapped) ||
	    (error = GetLastError()) == ERROR_IO_PENDING)
		return LP_OK;
	atomic_fetch_sub(&io->ref_count, 1);
	rest(&io->resting_writes, write);
	/* The system has no memory to lock for one more; else the adapter is gone. */
	if (error == ERROR_NOT_ENOUGH_MEMORY || error == ERROR_NO_SYSTEM_RESOURCES ||
	    error == ERROR_INVALID_USER_BUFFER || error == ERROR_NOT_ENOUGH_QUOTA)
		return LP_ERR_AGAIN;
	io->error = error;
	return fail(io);
}

enum lp_err lp_tap_io_send(struct lp_tap_io *io, const struct lp_framedev_tx *tx, size_t tx_count,
			   struct lp_framedev_sent *sent)
{
	enum lp_err err = LP_OK;

	*sent = (struct lp_framedev_sent){0};
	EnterCriticalSection(&io->lock);
	for (size_t i = 0; i < tx_count && err == LP_OK; i++) {
		if (io->error != ERROR_SUCCESS) {
			err = fail(io);
		} else if (tx[i].len < LP_ETHER_HEADER_LEN || tx[i].len > FRAME_LEN) {
			continue; /* the driver would refuse it */
		} else if (!io->resting_writes) {
			err = LP_ERR_AGAIN;
		} else {
			err = begin_write(io, tx[i].data, tx[i].len);
			sent->frames += err == LP_OK;
			sent->bytes += err == LP_OK ? tx[i].len : 0;
		}
	}
	LeaveCriticalSection(&io->lock);
	return err;
}

/* Cancelled transfers end by the port one by one, and the last of them frees. */
void lp_tap_io_close(struct lp_tap_io *io)
{
	if (io->wake)
		lp_wake_ref(io->wake); /* for let_go, which may come later */
	lp_wake_close(io->wake);
	EnterCriticalSection(&io->lock);
	io->is_closed = true;
	LeaveCriticalSection(&io->lock);
	CancelIoEx(io->handle, NULL);
	CloseHandle(io->handle);
	let_go(io);
}
