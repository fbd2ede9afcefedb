/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/heap.h"

#include <stdlib.h> /* tells whether it is the GNU library */

#ifdef __GLIBC__
#include <malloc.h>
#endif

void lp_heap_trim(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}
