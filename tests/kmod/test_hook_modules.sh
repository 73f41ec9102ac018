#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_hook_modules.sh - outside of the stop a hook may do what a system call may do: it
# loads modules, one that the update itself is about as well, and registers a notifier of
# modules, while others load and unload modules. Nobody waits for ever.

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

need_modules drivers/block/loop drivers/net/dummy

# The sysctl kernel.panic says which hooks do their work.
cat >"$work/load.c" <<'EOC'
#include <ksplice.h>
#include <linux/kmod.h>
static void hook_load(void)
{
	if (panic_timeout == 1)
		request_module("dummy");
}
static int hook_load_and_go_on(void) { hook_load(); return 0; }
static void hook_load_target(void)
{
	hook_load();
	if (panic_timeout == 3)
		pr_info("hooks: loop: %d\n", request_module("loop"));
}
ksplice_pre_apply(hook_load_and_go_on);
ksplice_post_apply(hook_load_target);
ksplice_fail_apply(hook_load);
ksplice_pre_reverse(hook_load_and_go_on);
ksplice_post_reverse(hook_load);
EOC
make_patch fs/proc/loadavg.c "/^static int __init proc_loadavg_init(/{
e cat $work/load.c
}
/^static int loadavg_proc_show(/,/^}/ s/^\tseq_printf(/\tseq_puts(m, \"patched \");\n&/" "$work/loadavg.patch"
make_patch drivers/block/loop.c \
	'/^static ssize_t loop_attr_sizelimit_show(/,/^}/ s/"%llu\\n"/"limit %llu\\n"/' \
	"$work/loop.patch"
cat "$work"/{loadavg,loop}.patch >"$work/load.patch"
load=$(create_update "$work/load.patch")

# It stores the address of new code, so it is only checked.
cat >"$work/notify.c" <<'EOC'
#include <ksplice.h>
#include <linux/delay.h>
#include <linux/module.h>
static int hook_notify(struct notifier_block *block, unsigned long event, void *data)
{
	return NOTIFY_DONE;
}
static struct notifier_block hook_block = {.notifier_call = hook_notify};
static void hook_register(void)
{
	int i;

	for (i = 0; i < 20; i++) {
		register_module_notifier(&hook_block);
		msleep(10);
		unregister_module_notifier(&hook_block);
	}
}
static int hook_register_and_go_on(void) { hook_register(); return 0; }
ksplice_pre_apply(hook_register_and_go_on);
ksplice_fail_apply(hook_register);
EOC
make_patch fs/proc/uptime.c "/^static int __init proc_uptime_init(/{
e cat $work/notify.c
}
/^static int uptime_proc_show(/,/^}/ s/^\tseq_printf(/\tseq_puts(m, \"\");\n&/" "$work/notify.patch"
notify=$(create_update "$work/notify.patch")

boot --smp 2 --timeout 200 --file "$load" --file "$notify" <<EOS
load=$(name_id "$load")
notify=$(name_id "$notify")
$(
	cat <<'EOG'
# in_time COMMAND...: it ends well, and does not wait for ever
in_time() {
	expect_status 0 timeout 60 "$@"
}

# The hook has loaded dummy.
expect_dummy() {
	grep -q '^dummy ' /proc/modules || fail "the hook has loaded nothing"
	rmmod dummy
}

# Loads and unloads a module that no hook is about, until told to end.
load_modules() {
	local count=0
	while [ ! -e /tmp/enough ]; do
		modprobe veth
		rmmod veth
		count=$((count + 1))
	done
	echo $count >/tmp/loads
}

mkdir -p /run
modprobe ksplice
kernel_text save /tmp/before >/dev/null
echo 1 >/proc/sys/kernel/panic
in_time ksplice-apply --check ksplice-$load.tar.gz
expect_dummy
in_time ksplice-apply ksplice-$load.tar.gz
expect_dummy
in_time ksplice-undo $load
expect_dummy
echo "a hook loads a module"

# The load waits for the part of the module, that for the end of the hook, and that for the
# load: it ends, because the part gives up.
echo 3 >/proc/sys/kernel/panic
dmesg -c >/dev/null
in_time ksplice-apply ksplice-$load.tar.gz
dmesg -c >/tmp/out
expect_output 'loop: is not loaded, because update' 'a hook of another change .* has been running' \
	'hooks: loop: [1-9-]'
expect_not grep '^loop ' /proc/modules
modprobe loop
losetup /dev/loop0 /root/ksplice-$load.tar.gz
[ "$(cat /sys/block/loop0/loop/sizelimit)" = "limit 0" ] || fail "loop is not patched"
losetup -d /dev/loop0
in_time ksplice-undo $load
echo "a hook cannot load a module that waits for the hook's own update"

load_modules &
loader=$!
for cycle in 1 2 3; do
	in_time ksplice-apply --check ksplice-$notify.tar.gz
done
touch /tmp/enough
wait $loader
[ "$(cat /tmp/loads)" -gt 5 ] || fail "modules came and went only $(cat /tmp/loads) times"
echo "a hook registers a notifier; $(cat /tmp/loads) modules came and went meanwhile"
kernel_text compare /tmp/before
EOG
)
EOS
