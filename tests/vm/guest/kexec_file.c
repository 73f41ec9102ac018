// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kexec_file.c - goes on with another kernel, at once
 *
 *   kexec_file KERNEL INITRAMFS COMMAND-LINE
 *
 * A program of the VM tests, for a kernel with CONFIG_KEXEC_FILE. Nothing is shut down
 * but devices. It comes back with exit status 1, or not at all.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_file(const char *path)
{
	int file = open(path, O_RDONLY);

	if (file < 0)
		err(1, "%s", path);
	return file;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		errx(1, "usage: kexec_file KERNEL INITRAMFS COMMAND-LINE");
	if (syscall(SYS_kexec_file_load, open_file(argv[1]), open_file(argv[2]),
		    strlen(argv[3]) + 1, argv[3], 0UL))
		err(1, "kexec_file_load");
	reboot(LINUX_REBOOT_CMD_KEXEC);
	err(1, "reboot");
}
