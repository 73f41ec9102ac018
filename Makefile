# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makefile - the tools, the GCC plugin, and the core module for a kernel tree.
#
#   sources ──▶ build/obj ──▶ build/bin/ksplice-*          user-space tools
#                        ├──▶ build/lib/ksplice/ksplice-plugin-*.so  one per GCC major
#                        └──▶ build/lib/ksplice/shadow.so    preloaded into compilers
#   kmod, abi ──────────────▶ build/lib/ksplice/            sources the tools use
#             └─ KERNEL= ───▶ build/kmod-*/kmod/ksplice.ko   built for one kernel
#
# One make, no recursion (except into a kernel's own build). Everything it writes is
# under build/, which has the shape of what `make install` installs.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:

# ---- variables that a user may set -----------------------------------------

PREFIX  ?= /usr/local
DESTDIR ?=
KERNEL  ?=
SAN     ?=
WERROR  ?=
CFLAGS  ?= -O2 -g
CXXFLAGS ?= -O2 -g
CPPFLAGS ?=
LDFLAGS ?=
UNITDIR ?= $(PREFIX)/lib/systemd/system
STATIC  ?= auto
GCC_MAJORS ?= 10 11 12 13 14 15
ifeq ($(origin CC),default)
CC := gcc
endif

# The one place that has the version; the changelog and the RPM spec are compared with it.
version := $(shell sed -n 's/^.define KSPLICE_VERSION "\(.*\)"/\1/p' abi/version.h)

# ---- what is built with which flags ----------------------------------------

B := build$(if $(SAN),/san)
O := $(B)/obj

comma := ,
san_flags := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-omit-frame-pointer)
warnings := -Wall -Wextra -Wshadow -Wno-missing-field-initializers $(if $(WERROR),-Werror)
depend := -MMD -MP
c_flags := -std=gnu11 -D_GNU_SOURCE -I. $(warnings) $(CPPFLAGS) $(CFLAGS)
cc_flags := -I. $(warnings) $(CPPFLAGS) $(CXXFLAGS) -fno-rtti -fno-exceptions -fvisibility=hidden -fPIC

differ_libs := -lelf -lzstd -ljansson -lsqlite3 -larchive -lopcodes -lbfd
apply_libs := -lelf -ljansson
ccwrap_libs := -lelf -lzstd -ljansson
all_libs := $(differ_libs)

# The GCC majors whose plugin headers are here, and the one of the default gcc.
plugin_include = $(shell gcc-$(1) -print-file-name=plugin 2>/dev/null)/include
plugin_majors := $(foreach m,$(GCC_MAJORS),$(if \
	$(wildcard $(call plugin_include,$(m))/gcc-plugin.h),$(m)))
default_major := $(firstword $(subst ., ,$(shell gcc -dumpversion 2>/dev/null)))

# ksplice-cc runs once per object: without shared libraries, where the static ones are
# there, it starts in half the time.
ccwrap_static = $(if $(SAN)$(filter no,$(STATIC)),,$(shell echo 'int main(void) { return 0; }' | \
	$(CC) -static -x c -o /dev/null - $(ccwrap_libs) -lz 2>/dev/null && echo -static))

# ---- lists of files: a file that is added needs no change here ---------------

object = $(patsubst %.c,$(O)/%.o,$(1))
sources = $(filter-out $(1)/cmd_%.c,$(wildcard $(1)/*.c $(1)/*/*.c))

differ_tools := $(patsubst differ/cmd_%.c,ksplice-%,$(wildcard differ/cmd_*.c))
apply_tools := $(patsubst apply/cmd_%.c,ksplice-%,$(wildcard apply/cmd_*.c))
ccwrap_tools := $(if $(wildcard ccwrap/*.c),ksplice-cc)
tools := $(addprefix $(B)/bin/,$(ccwrap_tools) $(differ_tools) $(apply_tools))

plugin_cc := $(wildcard plugin/*.cc)
plugins := $(if $(plugin_cc),$(plugin_majors:%=$(B)/lib/ksplice/ksplice-plugin-%.so))
shadow := $(B)/lib/ksplice/shadow.so

kmod_rooms := kernel match change update load compat author
core_sources := $(filter-out %.mod.c,$(wildcard kmod/*.[ch] kmod/Kbuild \
	$(kmod_rooms:%=kmod/%/*.[ch])))
template_sources := $(filter-out %.mod.c,$(wildcard kmod/template/*.[ch] \
	kmod/template/Kbuild))
abi_sources := $(wildcard abi/*.h)
author_sources := $(wildcard kmod/author/*.h)
data := $(core_sources:%=$(B)/lib/ksplice/%) $(abi_sources:%=$(B)/lib/ksplice/%) \
	$(template_sources:kmod/%=$(B)/lib/ksplice/%) \
	$(author_sources:kmod/%=$(B)/lib/ksplice/%)

unit_tests := $(patsubst tests/unit/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))
unit_shared := $(filter-out tests/unit/test_%.c,$(wildcard tests/unit/*.c))
recorder_programs := $(addprefix $(B)/tests/recorder/,cpu_time hash_verdict option_reading \
	source_mutation)
audit_programs := $(B)/tests/update_audit $(B)/tests/update_mutation
guest_programs := $(patsubst tests/vm/guest/%.c,$(B)/tests/guest/%,\
	$(wildcard tests/vm/guest/*.c))

# ---- targets ----------------------------------------------------------------

.PHONY: all kmod kmod-install tests check-unit demo check check-full check-long \
	check-debug corpus \
	bench install uninstall dist deb clean help
all: $(tools) $(plugins) $(shadow) $(data)

ifneq ($(plugin_cc),)
ifeq ($(filter $(default_major),$(plugin_majors)),)
all: no-plugin-headers
.PHONY: no-plugin-headers
no-plugin-headers: | $(B)/probed
	@echo "make: the plugin headers of gcc $(default_major) are missing:" \
		"install gcc-$(default_major)-plugin-dev" >&2; exit 1
endif
endif

help:
	@printf '%s\n' \
	'make                 build the tools and the GCC plugin into build/' \
	'make demo            patch a running kernel, from nothing to undo, in QEMU' \
	'make check           run the tests (installs the Debian packages they need)' \
	'make check-full      run those that take longer, too (20 minutes on two processors)' \
	'make check-long      the tests that take hours: whole kernels, 500 mutated sources' \
	'make check-debug     the tests in the guest, on a kernel that checks its locks, lists and' \
	'                     memory, and what only it has: BPF on functions, kexec, suspend' \
	'make corpus FROM=V TO=V [MAX=N]  real changes between two versions of the kernel,' \
	'                     each given to ksplice-create; V as in linux-source-6.1=V; ONE=1:' \
	'                     and one update of all, BOOT=1: applied in that kernel' \
	'make bench           measure what recording and the index cost, and how long the' \
	'                     machine is stopped' \
	'make kmod KERNEL=T   build ksplice.ko for the kernel object tree T, or, without KERNEL,' \
	'                     for the running kernel, from /lib/modules/RELEASE/build' \
	'make kmod-install    the same, and install it to DESTDIR/lib/modules/RELEASE/updates,' \
	'                     where modprobe and ksplice-apply find it' \
	'make tests           build the unit tests and the programs the VM tests run' \
	'make check-unit      the tests that need only the tools and a compiler' \
	'make install         install to DESTDIR and PREFIX' \
	'make uninstall       remove what install puts there' \
	'make dist            the source as build/ksplice-$(version).tar.gz' \
	'make deb             Debian packages, in build/deb; DEBFLAGS= for dpkg-buildpackage' \
	'make clean           remove build/' \
	'' \
	'KERNEL=OBJTREE       demo and check: use this tree, built with ksplice-cc' \
	'JOBS=N               check: run N tests at the same time (one for each CPU)' \
	'PREFIX=/usr/local    where install puts bin, lib/ksplice and share/man' \
	'UNITDIR=             where the units of systemd go (PREFIX/lib/systemd/system)' \
	'DESTDIR=             a root in front of PREFIX, for packagers' \
	'SAN=1                build with the address and undefined-behaviour sanitizers,' \
	'                     into build/san' \
	'WERROR=1             compiler warnings are errors' \
	'CFLAGS, CXXFLAGS, CPPFLAGS, LDFLAGS, CC  as usual' \
	'GCC_MAJORS="11 12"   the versions of gcc that get a plugin (those with headers)' \
	'STATIC=no            link ksplice-cc with shared libraries' \
	'KSPLICE_CACHE        where demo and check keep kernels (~/.cache/ksplice)'

tests: $(unit_tests) $(recorder_programs) $(audit_programs) $(guest_programs)

check-unit: $(unit_tests)
	@for test in $^; do $$test || { echo "$$test failed" >&2; exit 1; }; done

demo:
	@tests/demo $(KERNEL)

check:
	@tests/check $(KERNEL)

check-full:
	@tests/check --full $(KERNEL)

check-long:
	@tests/check --long $(KERNEL)

check-debug:
	@tests/check --debug $(KERNEL)

# Not judged but for errors: a row for each change of a real kernel.
corpus: all tests
	@[ -n "$(FROM)" ] && [ -n "$(TO)" ] || { \
		echo 'make corpus: say between which versions: make corpus FROM=6.1.170-3 TO=6.1.176-1' >&2; \
		exit 1; }
	@ONE=$(ONE) BOOT=$(BOOT) tests/corpus/run $(FROM) $(TO) $(or $(MAX),0) $(KERNEL)

# What is measured and not judged, on the test kernel or KERNEL.
bench: all tests
	@tree=$(or $(KERNEL),$$(tests/kernel/make_tree recorded)) && \
		tests/recorder/index_cost.sh "$$tree" && \
		tests/recorder/recording_cost.sh "$$tree" && \
		tests/recorder/parts_cost.sh "$$tree" && \
		tests/recorder/build_cost.sh "$$tree" && \
		KSPLICE_TREE=$$tree tests/kmod/bench_pause.sh

clean:
	rm -rf build

# ---- what stands in front of each compile: the machine, the flags -----------

# Missing headers and programs are named once, with their packages.
$(B)/probed: tests/packages tests/install_packages
	@tests/install_packages --probe build
	@mkdir -p $(@D) && touch $@

# Changes only when the flags do; objects depend on it. WERROR makes no other objects.
flags_now := $(CC) $(filter-out -Werror,$(c_flags)) $(CXXFLAGS) $(san_flags) $(LDFLAGS) \
	$(STATIC)
$(O)/flags: force
	@mkdir -p $(@D)
	@echo '$(flags_now)' | cmp -s - $@ || echo '$(flags_now)' >$@
.PHONY: force

# ---- programs ---------------------------------------------------------------

$(O)/%.o: %.c $(O)/flags | $(B)/probed
	@mkdir -p $(@D)
	$(CC) $(c_flags) $(san_flags) $(depend) -c -o $@ $<

define archive
	@mkdir -p $(@D)
	@rm -f $@
	ar rcs $@ $(filter %.o,$^)
endef

# Renamed into place, because a kernel may be being built with it.
define link
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(san_flags) $(LDFLAGS) -o $@.new $(filter %.o %.a,$^) $(1)
	@mv -f $@.new $@
endef

$(O)/lib.a: $(call object,$(call sources,lib))
	$(archive)
$(O)/differ.a: $(call object,$(call sources,differ))
	$(archive)
$(O)/apply.a: $(call object,$(call sources,apply))
	$(archive)
$(O)/ccwrap.a: $(call object,$(call sources,ccwrap))
	$(archive)
$(O)/unit.a: $(call object,$(unit_shared))
	$(archive)
# What of the plugin does not need GCC, for its unit tests.
$(O)/plugin.a: $(call object,$(wildcard plugin/*.c))
	$(archive)

$(B)/bin/ksplice-cc: $(call object,$(wildcard ccwrap/*.c)) $(O)/lib.a
	$(call link,$(ccwrap_static) $(ccwrap_libs) $(if $(ccwrap_static),-lz))
$(differ_tools:%=$(B)/bin/%): $(B)/bin/ksplice-%: $(O)/differ/cmd_%.o $(O)/differ.a $(O)/lib.a
	$(call link,$(differ_libs))
$(apply_tools:%=$(B)/bin/%): $(B)/bin/ksplice-%: $(O)/apply/cmd_%.o $(O)/apply.a $(O)/lib.a
	$(call link,$(apply_libs))

# ---- the plugin: C++ where GCC's headers need it, C for the rest ------------

# Hidden symbols: cc1 exports thousands of names, which would take precedence.
$(O)/pic/%.o: %.c $(O)/flags | $(B)/probed
	@mkdir -p $(@D)
	$(CC) $(c_flags) $(depend) -fPIC -fvisibility=hidden -c -o $@ $<

pic_object = $(patsubst %.c,$(O)/pic/%.o,$(1))
$(O)/pic/lib.a: $(call pic_object,$(call sources,lib))
	$(archive)

# A plugin that g++ of another major compiled works too: what counts is the headers. It
# is linked without libstdc++, which would cost each compile a millisecond to load.
#
# GCC must have the memory layout that its headers say: an update of its package, whose
# files may be older than our objects, makes the plugin anew.
define plugin_rules
$(O)/plugin-$(1)/compiler: force
	@mkdir -p $$(@D)
	@{ LC_ALL=C gcc-$(1) -v 2>&1; cat $$(call plugin_include,$(1))/*.h | cksum; } >$$@.now
	@cmp -s $$@.now $$@ || cp $$@.now $$@
$(O)/plugin-$(1)/%.o: plugin/%.cc $(O)/plugin-$(1)/compiler $(O)/flags | $(B)/probed
	@mkdir -p $$(@D)
	$$(or $$(shell command -v g++-$(1)),g++) $$(cc_flags) $$(depend) \
		-isystem $$(call plugin_include,$(1)) -c -o $$@ $$<
$(B)/lib/ksplice/ksplice-plugin-$(1).so: $(patsubst plugin/%.cc,$(O)/plugin-$(1)/%.o,$(plugin_cc)) \
		$(call pic_object,$(wildcard plugin/*.c)) $(O)/pic/lib.a
	@mkdir -p $$(@D)
	$$(CC) -shared $$(LDFLAGS) -o $$@.new $$(filter %.o %.a,$$^)
	@mv -f $$@.new $$@
endef
$(foreach m,$(plugin_majors),$(eval $(call plugin_rules,$(m))))

# ---- the library that makes compilers read patched files ----------------------

$(shadow): $(call pic_object,$(wildcard plugin/preload/*.c))
	@mkdir -p $(@D)
	$(CC) -shared $(LDFLAGS) -o $@.new $^ -ldl
	@mv -f $@.new $@

# ---- sources that the tools compile in a kernel's tree ----------------------

$(B)/lib/ksplice/template/%: kmod/template/%
	@mkdir -p $(@D) && cp $< $@
$(B)/lib/ksplice/author/%: kmod/author/%
	@mkdir -p $(@D) && cp $< $@
$(B)/lib/ksplice/kmod/%: kmod/%
	@mkdir -p $(@D) && cp $< $@
$(B)/lib/ksplice/abi/%: abi/%
	@mkdir -p $(@D) && cp $< $@

# ---- the core module for one kernel -----------------------------------------

kmod_kernel := $(or $(KERNEL),$(wildcard /lib/modules/$(shell uname -r)/build))
ifneq ($(kmod_kernel),)
kernel_path := $(realpath $(kmod_kernel))
# One folder per tree; the tree itself is only read.
kmod_key := $(firstword $(shell echo '$(kernel_path)' | cksum))
kmod_dir := build/kmod-$(kmod_key)
kmod_copies := $(core_sources:%=$(kmod_dir)/%) $(abi_sources:%=$(kmod_dir)/%)
# The compiler's name as the kernel's configuration has it.
kernel_cc := $(shell sed -n 's/^CONFIG_CC_VERSION_TEXT="\([^ ]*\) .*/\1/p' \
	$(kernel_path)/.config 2>/dev/null)

kmod: $(kmod_dir)/kmod/ksplice.ko
	@echo $(CURDIR)/$<

$(kmod_dir)/kmod/ksplice.ko: $(kmod_copies) $(wildcard $(kernel_path)/Module.symvers \
		$(kernel_path)/.config)
	env -u MAKEFLAGS -u MFLAGS make -j2 -C $(kernel_path) \
		M=$(CURDIR)/$(kmod_dir)/kmod CC=$(or $(kernel_cc),gcc) modules >&2
	@touch $@

$(kmod_dir)/%: %
	@mkdir -p $(@D) && cp $< $@

kernel_release = $(shell cat $(kernel_path)/include/config/kernel.release)
kmod_folder = $(DESTDIR)/lib/modules/$(kernel_release)

# depmod is in sbin, which is not on everybody's PATH.
kmod-install: kmod
	install -D -m 644 $(kmod_dir)/kmod/ksplice.ko $(kmod_folder)/updates/ksplice.ko
	PATH="$$PATH:/usr/sbin:/sbin" depmod -b $(or $(DESTDIR),/) $(kernel_release)
else
kmod kmod-install:
	@echo 'make $@: say for which kernel: make $@ KERNEL=OBJTREE' >&2; exit 1
endif

# ---- tests ------------------------------------------------------------------

$(B)/tests/test_%: $(O)/tests/unit/test_%.o $(O)/unit.a $(O)/differ.a $(O)/apply.a \
		$(O)/ccwrap.a $(O)/plugin.a $(O)/lib.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(san_flags) $(LDFLAGS) -o $@ $(filter %.o,$^) \
		-Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(all_libs)

$(B)/tests/recorder/%: $(O)/tests/recorder/%.o $(O)/tests/recorder/bound_code.o \
		$(O)/differ.a $(O)/ccwrap.a $(O)/lib.a
	$(call link,$(differ_libs))

# It checks what differ/ makes, and so shares no code with it.
$(B)/tests/update_%: $(O)/tests/differ/update_%.o \
		$(call object,$(wildcard tests/differ/audit_*.c))
	$(call link,-lelf -ljansson -lopcodes -lbfd)

# They run in an initramfs without libraries.
$(B)/tests/guest/%: tests/vm/guest/%.c $(wildcard tests/vm/guest/*.h abi/*.h) \
		$(O)/flags | $(B)/probed
	@mkdir -p $(@D)
	$(CC) $(c_flags) -static -o $@ $<

# ---- install ----------------------------------------------------------------

destination := $(DESTDIR)$(PREFIX)
man_pages := $(wildcard docs/man/*.[1-8])
# ksplice-cc takes the options of gcc.
completed := $(filter-out ksplice-cc,$(notdir $(tools)))
completions := $(foreach tool,$(completed),share/bash-completion/completions/$(tool) \
	share/zsh/site-functions/_$(tool) share/fish/vendor_completions.d/$(tool).fish)
completion_shell = $(word 2,$(subst /, ,$(1)))
completion_source = docs/completion/ksplice.$(patsubst %-completion,%,$(call completion_shell,$(1)))
units := $(notdir $(wildcard apply/*.service))
man_path = share/man/man$(subst .,,$(suffix $(1)))/$(notdir $(1))

# What is installed, below PREFIX. Only this version's files: build/ may have older ones.
installed_data := $(patsubst $(B)/%,%,$(plugins) $(shadow) $(data))
installed := $(tools:$(B)/bin/%=bin/%) $(installed_data) \
	$(foreach page,$(man_pages),$(call man_path,$(page))) \
	include/ksplice/ksplice.h share/pkgconfig/ksplice.pc $(completions)

# For patches outside of ksplice-create, such as those that an editor reads.
define pkgconfig
prefix=$(PREFIX)
includedir=$${prefix}/include/ksplice
moduledir=$${prefix}/lib/ksplice

Name: ksplice
Description: functions and macros for patches of a running kernel
Version: $(version)
Cflags: -DKSPLICE -I$${includedir}
endef
export pkgconfig

install: all
	install -d $(destination)/bin $(destination)/include/ksplice \
		$(destination)/share/pkgconfig $(DESTDIR)$(UNITDIR)
	install $(tools) $(destination)/bin
	for file in $(installed_data); do \
		install -D -m 644 $(B)/$$file $(destination)/$$file || exit 1; done
	for page in $(man_pages); do install -D -m 644 $$page \
		$(destination)/share/man/man$${page##*.}/$${page##*/} || exit 1; done
	ln -sf ../../lib/ksplice/author/ksplice.h $(destination)/include/ksplice/ksplice.h
	install -d $(addprefix $(destination)/,$(sort $(dir $(completions))))
	$(foreach file,$(completions),sed 's,@COMMAND@,$(patsubst \
		_%,%,$(notdir $(file:.fish=))),' $(call completion_source,$(file)) \
		>$(destination)/$(file) &&) true
	for unit in $(units); do sed 's,@BIN@,$(PREFIX)/bin,' apply/$$unit \
		>$(DESTDIR)$(UNITDIR)/$$unit || exit 1; done
	printf '%s\n' "$$pkgconfig" >$(destination)/share/pkgconfig/ksplice.pc

# The plugins of all versions, and no file that somebody else put there.
uninstall:
	rm -f $(installed:%=$(destination)/%) $(destination)/lib/ksplice/ksplice-plugin-*.so \
		$(units:%=$(DESTDIR)$(UNITDIR)/%)
	for folder in lib/ksplice include/ksplice; do \
		[ ! -d $(destination)/$$folder ] || \
		find $(destination)/$$folder -depth -type d -empty -delete || exit 1; done

# ---- the source as an archive, and Debian packages ------------------------------

# The time of the changelog's last entry, and sorted names: the same files give the same
# bytes, also those that were unpacked from such an archive.
dist_name := ksplice-$(version)
dist_time = $(or $(SOURCE_DATE_EPOCH),$(shell date +%s -d "$$(sed -n \
	's/^ -- .*>  //p' debian/changelog | head -n 1)"))
dist_files := $(B)/dist.files

dist:
	@mkdir -p $(B)
	@if [ -e .git ]; then git ls-files -z; else \
		find . -path ./build -prune -o -type f -printf '%P\0'; fi >$(dist_files)
	@LC_ALL=C sort -z $(dist_files) | tar --null --no-recursion -T - --format=gnu \
		--mtime=@$(dist_time) --owner=0 --group=0 --numeric-owner \
		--mode='u+rw,go=rX' --transform='s,^,$(dist_name)/,S' -cf $(B)/dist.tar
	@gzip -9nc $(B)/dist.tar >$(B)/$(dist_name).tar.gz
	@rm $(B)/dist.tar $(dist_files)
	@echo $(CURDIR)/$(B)/$(dist_name).tar.gz

deb: dist
	@command -v dpkg-buildpackage >/dev/null || { \
		echo 'make deb: dpkg-buildpackage is missing: install dpkg-dev' >&2; exit 1; }
	rm -rf $(B)/deb
	mkdir -p $(B)/deb
	umask 022 && tar -xzf $(B)/$(dist_name).tar.gz -C $(B)/deb
	cd $(B)/deb/$(dist_name) && env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL \
		dpkg-buildpackage -us -uc $(DEBFLAGS)
	rm -rf $(B)/deb/$(dist_name)
	@ls $(B)/deb/*.deb

-include $(shell find $(O) -name '*.d' 2>/dev/null)
