/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Paths as people and defaults write them.
 */
#ifndef LP_BASE_ENVPATH_H
#define LP_BASE_ENVPATH_H

/*
 * A copy, to be freed, in which a leading "%NAME%" is what that environment variable says: folders
 * of Windows have no fixed place. Where there is no such variable it stays as it is.
 */
char *lp_path_expand(const char *path) __attribute__((returns_nonnull, malloc));

#endif
