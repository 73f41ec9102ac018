/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * control.h - /dev/ksplice: what its open file can be asked for
 *
 * An open file is private to the process that opened it (its threads included), which
 * needs CAP_SYS_MODULE. Each file has a log of its own.
 *
 *   write(2)   the bytes of an update's section .ksplice.symbols, all in one call: they
 *              are checked, and published for one load of an update by this process.
 *              EBUSY: another file, or this one, has symbols published for a load that
 *              has not ended, or a module is still being loaded with earlier ones.
 *   ioctl(2)   see below: changes the state of an update, and announces one of which no
 *              part can be loaded yet
 *   read(2)    why the last step that this process began through the file failed: a
 *              write, the load that followed it, an ioctl. Lines "object: problem".
 *              Empty if it did not fail, and while it has not ended.
 *   close(2)   ends the publication; a module that is being loaded is refused then.
 *
 * The load takes what was published, whether it succeeds or not once the module's init
 * has run; after any other failure of a load, close the file.
 *
 * This header is read by the kernel and by user space, and includes nothing but the
 * fixed-width types and the numbers of ioctls.
 */
#ifndef KSPLICE_ABI_CONTROL_H
#define KSPLICE_ABI_CONTROL_H

#include <linux/ioctl.h>
#include <linux/types.h>

#include "abi/update.h"

enum ksplice_control_verb {
	KSPLICE_CONTROL_APPLY = 1,
	KSPLICE_CONTROL_REVERSE = 2,
	/* Everything but the change itself, the stack check included. */
	KSPLICE_CONTROL_CHECK_APPLY = 3,
	KSPLICE_CONTROL_CHECK_REVERSE = 4,
	/* Ends an update that has no part loaded and is not applied. No options. */
	KSPLICE_CONTROL_FORGET = 5,
};

/* Read all stacks while the machine is stopped, not only those of who ran since the scan
 * before it. */
#define KSPLICE_CONTROL_FULL_SCAN (1u << 0)
/* The update takes over from those that it is made to replace; they are reversed. */
#define KSPLICE_CONTROL_REPLACE (1u << 1)
/* Leave out the parts whose targets are not there. */
#define KSPLICE_CONTROL_PARTIAL (1u << 2)

/*
 * struct ksplice_control_change - one attempt to change the state of a loaded update
 *
 * The result of the ioctl: 0, or -1 and in errno
 *
 *   EAGAIN      a thread is in the way, a hook asks for more time, or the update's module
 *               is being loaded; nothing has changed, trying again is harmless
 *   EALREADY    the update has that state
 *   EPERM       no CAP_SYS_MODULE, or the update cannot be reversed
 *   ENOENT      no such update is loaded
 *   ENXIO       a target is loaded, and the part for it is not
 *   EBUSY       to be forgotten: a part of it is loaded, or it is applied
 *   EOPNOTSUPP  the core does not know the verb or an option
 *   another     nothing has changed
 *
 * The file's log says why, but for EALREADY, and for threads in the way: sysfs names
 * these.
 */
struct ksplice_control_change {
	char id[KSPLICE_ID_SIZE]; /* and NULs to the end */
	__u32 verb;               /* enum ksplice_control_verb */
	__u32 options;            /* KSPLICE_CONTROL_... */
	__u64 reserved[2];        /* 0 */
};

#define KSPLICE_IOCTL_CHANGE _IOW(0xbe, 1, struct ksplice_control_change)

/*
 * struct ksplice_control_announce - an update of which no part can be loaded yet
 *
 * A part refers to addresses in its target, so it cannot be loaded before the target is.
 * An update whose targets are all modules that are not loaded is made known to the core
 * by this. It is then like an update whose first part has been loaded: it can be applied,
 * and waits for its targets; and it is there until KSPLICE_CONTROL_FORGET, or until the
 * last of the parts that have been loaded since is unloaded while it is not applied.
 *
 * Nothing of it is signed, and nothing of it gets into the kernel's code: the parts that
 * are loaded later are checked like any others, and refused if their table of parts is
 * not this one.
 *
 * The result of the ioctl: 0, or -1 and in errno
 *
 *   EPERM       no CAP_SYS_MODULE
 *   EEXIST      an update of that id is loaded
 *   EINVAL, ENOEXEC   the request is damaged, or the table
 *   another     the update is not known now
 */
struct ksplice_control_announce {
	char id[KSPLICE_ID_SIZE]; /* and NULs to the end */
	__u64 parts;              /* address of struct ksplice_target[part_count] */
	__u32 part_count;         /* not 0 */
	__u32 reserved;           /* 0 */
};

#define KSPLICE_IOCTL_ANNOUNCE _IOW(0xbe, 2, struct ksplice_control_announce)

#endif
