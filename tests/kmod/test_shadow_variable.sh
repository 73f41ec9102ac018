#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_shadow_variable.sh - shadow variables do what ksplice.h says, also when several CPUs
# make and free them at once; updates share them; what nobody frees goes with ksplice.ko. And
# the example of docs/patch-author-guide.md: a field that a patch adds to a struct, for
# objects that are made before and after the update

# shellcheck source-path=SCRIPTDIR/../vm source=session.sh
. "$(dirname "$(readlink -f "$0")")/../vm/session.sh"

# patch_code FUNCTION CODE SED OUT: a patch of fs/proc/loadavg.c that puts the code in front
# of loadavg_proc_show, which then begins with a line of its own.
patch_code() {
	printf '%s\n' "$1" >"$work/code.c"
	make_patch fs/proc/loadavg.c "/^static int loadavg_proc_show(/{
e cat $work/code.c
}
/^static int loadavg_proc_show(/,/^}/ s/^\tseq_printf(/\tseq_printf(m, \"shadow %d\\\\n\", shadow_check());\n&/" "$2"
}

# 0, or the line of the first thing that is not as ksplice.h says.
# shellcheck disable=SC2016 # C, not shell
patch_code '#include <ksplice.h>
#include <linux/bug.h>
#define CHECK(is_true) do { if (!(is_true)) return __LINE__; } while (0)
static atomic_t made, gone;
static int construct(void *object, void *shadow, void *data)
{
	if (data == ERR_PTR(-EIO))
		return -EIO;
	if (*(long *)shadow || !irqs_disabled())
		return -EINVAL;
	*(long *)shadow = (long)data;
	atomic_inc(&made);
	return 0;
}
static void destroy(void *object, void *shadow)
{
	if (*(long *)shadow == (long)object)
		atomic_inc(&gone);
}
DEFINE_KSPLICE_SHADOW(shadow_one, 0x6f6e65, long, construct, destroy);
DEFINE_KSPLICE_SHADOW(shadow_two, 0x74776f, long, NULL, NULL);
DEFINE_KSPLICE_SHADOW(shadow_large, 0x6c61, char[200000], NULL, NULL);
DEFINE_KSPLICE_SHADOW(shadow_other, 0x74776f, int, NULL, NULL);
static DEFINE_MUTEX(shadow_mutex);
static char objects[64];
static int check_one(void)
{
	long *one, *two;
	int i;

	CHECK(!ksplice_shadow_get(objects, &shadow_one));
	one = ksplice_shadow_alloc(objects, &shadow_one, GFP_KERNEL, objects);
	CHECK(one && *one == (long)objects && IS_ALIGNED((long)one, 8));
	CHECK(ksplice_shadow_get(objects, &shadow_one) == one);
	CHECK(!ksplice_shadow_alloc(objects, &shadow_one, GFP_KERNEL, objects));
	CHECK(ksplice_shadow_get_or_alloc(objects, &shadow_one, GFP_KERNEL, NULL) == one);
	CHECK(!ksplice_shadow_get(objects, &shadow_two));
	two = ksplice_shadow_get_or_alloc(objects, &shadow_two, GFP_ATOMIC, NULL);
	CHECK(two && two != one && !*two);
	CHECK(!ksplice_shadow_alloc(objects + 1, &shadow_one, GFP_KERNEL, ERR_PTR(-EIO)));
	CHECK(!ksplice_shadow_get(objects + 1, &shadow_one));
	CHECK(atomic_read(&made) == 1 && !atomic_read(&gone));
	ksplice_shadow_free(objects, &shadow_one);
	CHECK(!ksplice_shadow_get(objects, &shadow_one));
	CHECK(ksplice_shadow_get(objects, &shadow_two) == two);
	ksplice_shadow_free(objects, &shadow_one);
	CHECK(atomic_read(&gone) == 1);
	CHECK(!ksplice_shadow_get(objects, &shadow_other));
	CHECK(!ksplice_shadow_alloc(objects, &shadow_other, GFP_KERNEL, NULL));
	CHECK(!ksplice_shadow_get_or_alloc(objects, &shadow_other, GFP_KERNEL, NULL));
	ksplice_shadow_free(objects, &shadow_other);
	ksplice_shadow_free_all(&shadow_other);
	CHECK(ksplice_shadow_get(objects, &shadow_two) == two);
	CHECK(ksplice_shadow_alloc(objects, &shadow_large, GFP_KERNEL, NULL));
	for (i = 1; i < 64; i++)
		CHECK(ksplice_shadow_alloc(objects + i, &shadow_one, GFP_KERNEL, objects + i));
	ksplice_shadow_free_all(&shadow_one);
	CHECK(atomic_read(&made) == 64 && atomic_read(&gone) == 64);
	for (i = 0; i < 64; i++)
		CHECK(!ksplice_shadow_get(objects + i, &shadow_one));
	CHECK(ksplice_shadow_get(objects, &shadow_two) == two);
	ksplice_shadow_free_all(&shadow_two);
	ksplice_shadow_free_all(&shadow_large);
	CHECK(!ksplice_shadow_get(objects, &shadow_two));
	return 0;
}
static int check_many(void)
{
	int i;

	for (i = 0; i < 2000; i++) {
		char *object = objects + i % 7;

		ksplice_shadow_get_or_alloc(object, &shadow_one, GFP_KERNEL, object);
		ksplice_shadow_get(objects + i % 5, &shadow_one);
		if (i % 3)
			ksplice_shadow_free(object, &shadow_one);
		if (!(i % 501))
			ksplice_shadow_free_all(&shadow_one);
	}
	return 0;
}
static int shadow_check(void)
{
	static bool is_done;
	int result = 0;

	mutex_lock(&shadow_mutex);
	if (!is_done)
		result = check_one();
	is_done = !result;
	mutex_unlock(&shadow_mutex);
	return result ? result : check_many();
}' "$work/contract.patch"
contract=$(create_update "$work/contract.patch")

# Two updates that know the same shadow variable. The first one leaves it behind.
shared='#include <ksplice.h>
DEFINE_KSPLICE_SHADOW(shadow_shared, 0x736861, int, NULL, NULL);
static int shadow_check(void)
{
	int *shadow = ksplice_shadow_get_or_alloc(\&init_task, \&shadow_shared, GFP_KERNEL, NULL);

	return shadow ? ++*shadow : -1;
}'
patch_code "${shared//\\/}" "$work/first.patch"
first=$(create_update "$work/first.patch" 2>"$work/said")
patch_code "${shared//\\/}
/* another update */" "$work/second.patch"
second=$(create_update "$work/second.patch")

# The example of the guide.
field=$(create_update "$top/docs/examples/added-field.patch")

boot --smp 4 --file "$contract" --file "$first" --file "$second" --file "$field" <<EOS
contract=$(name_id "$contract")
first=$(name_id "$first")
second=$(name_id "$second")
field=$(name_id "$field")
$(
	cat <<'EOG'
modprobe ksplice
kernel_text save /tmp/before
apply ksplice-$contract.tar.gz
expect_status 0 head -n 1 /proc/loadavg
expect_output '^shadow 0$'
dmesg | grep -q 'shadow variables 0x74776f have 8 bytes, and an update expects 4$' || fail "no word of another size"
readers=
for reader in 1 2 3 4; do
	(for round in 1 2 3 4 5 6 7 8; do head -n 1 /proc/loadavg; done >/tmp/reader$reader) &
	readers="$readers $!"
done
for reader in $readers; do
	wait $reader || fail "a reader"
done
[ "$(cat /tmp/reader*)" = "$(for round in $(seq 32); do echo 'shadow 0'; done)" ] || fail "readers: $(cat /tmp/reader*)"
# Taken away while readers make and free them.
(while [ ! -e /tmp/stop ]; do head -n 1 /proc/loadavg; done >/tmp/last) &
reader=$!
wait_until grep -q '^shadow 0$' /tmp/last
undo $contract --deadline 120
touch /tmp/stop
wait $reader
kernel_text compare /tmp/before
rmmod ksplice

modprobe ksplice
apply ksplice-$first.tar.gz
head -n 1 /proc/loadavg >/tmp/out
expect_output '^shadow 1$'
undo $first
apply ksplice-$second.tar.gz
head -n 1 /proc/loadavg >/tmp/out
expect_output '^shadow 2$'
undo $second
dmesg -c >/dev/null
rmmod ksplice
dmesg | grep -q 'ksplice: 1 shadow variables were left by updates, and are freed' || fail "nothing was left"

modprobe ksplice
mkfifo /tmp/words /tmp/answers
event_files </tmp/words >/tmp/answers &
files=$!
exec 3>/tmp/words 4</tmp/answers

# ask WORD: what event_files is to do.
ask() {
	local answer
	echo "$1" >&3
	read -r answer <&4
}

# expect_writes FILE TEXT: what the kernel says of the eventfd.
expect_writes() {
	[ "$(sed -n 's/^eventfd-writes: //p' /proc/$files/fdinfo/$1)" = "$2" ] ||
		fail "file $1: not '$2': $(cat /proc/$files/fdinfo/$1)"
}

# The files are 3, 4, ... The first two are older than the update.
for cycle in 1 2 3; do
	ask open
	expect_writes 3 ''
	apply ksplice-$field.tar.gz
	expect_writes 3 'unknown'
	ask open
	expect_writes 5 '0'
	ask write
	ask write
	expect_writes 3 '>=2'
	expect_writes 4 '>=2'
	expect_writes 5 '2'
	ask open
	expect_writes 6 '0'
	ask write
	expect_writes 5 '3'
	expect_writes 6 '1'
	ask close
	ask close
	ask open
	expect_writes 5 '0'
	undo $field
	expect_writes 3 ''
	expect_writes 5 ''
	ask close
	ask close
done
kernel_text compare /tmp/before
exec 3>&- 4<&-
dmesg -c >/dev/null
rmmod ksplice
! dmesg | grep 'shadow variables' || fail "a shadow variable was left"
EOG
)
EOS
grep -q 'makes shadow variables, and no hook frees them' "$work/said" || fail "no warning of what is left"
