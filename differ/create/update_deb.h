/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_deb.h - a Debian package of an update, from its archive
 *
 * There is one package for each release of a kernel, ksplice-update-RELEASE, and its
 * version is the time at which the update was made. So a newer update for the same kernel
 * is an upgrade, and takes the older one's place, in the package manager and in the
 * kernel. The package depends on the kernel's, and on ksplice, which has the service that
 * applies it at boot (apply/installed_list.h).
 */
#ifndef KSPLICE_DIFFER_CREATE_UPDATE_DEB_H
#define KSPLICE_DIFFER_CREATE_UPDATE_DEB_H

struct error;

/* An error that names the package to install if there is no dpkg-deb(1). */
struct error *update_deb_check(void);

/*
 * Makes the package of the archive ksplice-ID.tar.gz in the folder output, in one step.
 * The same archive gives the same bytes. The caller frees *path.
 */
struct error *update_deb_write(const char *archive, const char *output, char **path);

#endif
