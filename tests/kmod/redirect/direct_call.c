// SPDX-License-Identifier: GPL-2.0-only
/*
 * direct_call.c - takes the calls of a function by an ftrace direct call
 *
 *   insmod direct_call.ko address=0x...
 *
 * As samples/ftrace/ftrace-direct.c does. The trampoline goes on to the function, but
 * nobody can know that.
 */
#include <linux/ftrace.h>
#include <linux/linkage.h>
#include <linux/module.h>

#include <asm/ibt.h>

static unsigned long address;
module_param(address, ulong, 0);

void direct_trampoline(void);

asm("	.pushsection .text, \"ax\", @progbits\n"
    "	.type direct_trampoline, @function\n"
    "	.globl direct_trampoline\n"
    "direct_trampoline:\n"
    "	" ASM_ENDBR
    "	" ASM_RET
    "	.size direct_trampoline, .-direct_trampoline\n"
    "	.popsection\n");

static int __init direct_call_init(void)
{
	return register_ftrace_direct(address, (unsigned long)direct_trampoline);
}

static void __exit direct_call_exit(void)
{
	unregister_ftrace_direct(address, (unsigned long)direct_trampoline);
}

module_init(direct_call_init);
module_exit(direct_call_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("An ftrace direct call, to meet an update");
