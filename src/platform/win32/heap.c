/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/heap.h"

#include <windows.h>

void lp_heap_trim(void)
{
	HeapCompact(GetProcessHeap(), 0);
}
