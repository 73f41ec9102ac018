// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/update_deb.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

/* ksplice.ko is for x86_64 only. */
#define DEB_ARCHITECTURE "amd64"

struct deb {
	struct json_t *manifest;
	const char *id; /* this and the next are the manifest's */
	const char *release;
	const char *tool; /* the version of Ksplice that made it */
	time_t created;
	char *name; /* of the package */
	char *version;
	char *maintainer;
	char *root; /* what will be in the package */
};

/* The start of each script: it does something only where the update's kernel runs. */
#define DEB_SCRIPT_HEAD                                                                  \
	"#!/bin/sh\n"                                                                    \
	"set -e\n"                                                                       \
	"runs_here() {\n"                                                                \
	"	[ -z \"${DPKG_ROOT:-}\" ] && [ \"$(uname -r)\" = '@RELEASE@' ] || return 1\n"  \
	"	! command -v ischroot >/dev/null || ! ischroot\n"                              \
	"}\n"

/* What it cannot do now is no reason to leave the package manager with a package that is
 * half installed: the update is applied at the next boot, or stays until then. */
static const struct deb_script {
	const char *name;
	const char *text;
} deb_scripts[] = {
	{"postinst", DEB_SCRIPT_HEAD
		"if [ \"$1\" = configure ] && runs_here; then\n"
		"	status=0\n"
		"	# An upgrade takes the older update's place in the same moment.\n"
		"	ksplice-apply --installed='@ID@' ${2:+--replace} || status=$?\n"
		"	case $status in\n"
		"	0 | 3) ;;\n"
		"	*) echo '@NAME@: the update is not applied now; ksplice-apply"
		" --installed tries again, and so does the next boot' >&2 ;;\n"
		"	esac\n"
		"	if [ -d /run/systemd/system ]; then\n"
		"		deb-systemd-invoke start ksplice-confirm.service || true\n"
		"	fi\n"
		"fi\n"},
	{"prerm", DEB_SCRIPT_HEAD
		"if [ \"$1\" = remove ] && runs_here; then\n"
		"	status=0\n"
		"	ksplice-undo '@ID@' || status=$?\n"
		"	case $status in\n"
		"	0 | 3) ;;\n"
		"	*) echo '@NAME@: the update is removed from the disk; it stays in the"
		" kernel until the next boot, or until ksplice-undo @ID@' >&2 ;;\n"
		"	esac\n"
		"fi\n"},
	{"postrm", "#!/bin/sh\n"
		   "set -e\n"
		   "if [ \"$1\" = purge ]; then\n"
		   "	rm -f \"${DPKG_ROOT:-}/var/lib/ksplice/trial/@ID@\"\n"
		   "fi\n"},
};

static const char deb_copyright[] =
	"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
	"Comment: made by ksplice-create from the source of the Linux kernel and a patch\n"
	"\n"
	"Files: *\n"
	"Copyright: 1991 Linus Torvalds, and the other authors of the kernel and of the patch\n"
	"License: GPL-2.0-only\n"
	" On Debian systems, the text of version 2 of the license is in\n"
	" /usr/share/common-licenses/GPL-2.\n";

static void deb_deinit(struct deb *deb)
{
	if (deb->root)
		error_free(file_remove(deb->root));
	json_release(deb->manifest);
	free(deb->name);
	free(deb->version);
	free(deb->maintainer);
	free(deb->root);
}

struct error *update_deb_check(void)
{
	const char *const arguments[] = {"dpkg-deb", "--version", NULL};
	scope_text struct text output = {0};
	const struct process_request request = {
		.arguments = arguments, .output = &output};
	struct error *error = process_check(&request);

	if (!error || process_interruption())
		return error;
	return error_hint(error, "--deb needs it: install the package dpkg");
}

/* The archive was made by us or, signed, repacked by somebody. */
static struct error *deb_read_manifest(const char *archive, struct json_t **manifest)
{
	const char *const arguments[] = {"tar", "--extract", "--gzip", "--to-stdout",
		"--wildcards", "--file", archive, "ksplice-*/manifest.json", NULL};
	scope_text struct text output = {0};
	scope_text struct text errors = {0};
	const struct process_request request = {
		.arguments = arguments, .output = &output, .errors = &errors};
	int status;

	try(process_run(&request, &status));
	if (status)
		return error_hint(
			error_failed("%s: is damaged, or not an update", archive),
			"give a file ksplice-ID.tar.gz that ksplice-create made");
	return json_read_range(archive, output.data, output.size, manifest);
}

/* A word that the control file and the scripts can have as it is. */
static bool deb_is_word(const char *text, const char *more)
{
	if (!text || !isalnum((unsigned char)*text))
		return false;
	for (; *text; text++) {
		if (!isalnum((unsigned char)*text) && !strchr(more, *text))
			return false;
	}
	return true;
}

/* Package names have no capitals and no underscores. */
static char *deb_make_name(const char *release)
{
	char *name = memory_format("ksplice-update-%s", release);

	for (char *letter = name; *letter; letter++) {
		*letter = (char)tolower((unsigned char)*letter);
		if (!isalnum((unsigned char)*letter) && !strchr("+.-", *letter))
			*letter = '-';
	}
	return name;
}

/* As Debian's own tools take it. */
static char *deb_make_maintainer(void)
{
	const char *name = getenv("DEBFULLNAME");
	const char *mail = getenv("DEBEMAIL");
	char *maintainer = memory_format("%s <%s>", name && *name ? name : "root",
		mail && *mail ? mail : "root@localhost");

	for (char *letter = maintainer; *letter; letter++) {
		if (iscntrl((unsigned char)*letter))
			*letter = ' ';
	}
	return maintainer;
}

static struct error *deb_read(const char *archive, struct deb *deb)
{
	struct tm created = {0};
	char version[32];

	try(deb_read_manifest(archive, &deb->manifest));
	deb->id = json_find_text(deb->manifest, "id");
	deb->release = json_find_text(json_find(deb->manifest, "kernel"), "release");
	deb->tool = json_find_text(deb->manifest, "tool");
	const char *text = json_find_text(deb->manifest, "created");
	const char *end = text ? strptime(text, "%Y-%m-%dT%H:%M:%SZ", &created) : NULL;
	if (!end || *end || !deb_is_word(deb->id, "") ||
		!deb_is_word(deb->release, "._+~-") || !deb_is_word(deb->tool, "._+~-"))
		return error_failed("%s: manifest.json: has no valid id, release, tool "
				    "or time",
			archive);
	deb->created = timegm(&created);
	strftime(version, sizeof(version), "%Y%m%d.%H%M%S", &created);
	deb->version = memory_copy_text(version);
	deb->name = deb_make_name(deb->release);
	deb->maintainer = deb_make_maintainer();
	return NULL;
}

/* The text with @ID@, @NAME@ and @RELEASE@ replaced. */
static char *deb_fill(const struct deb *deb, const char *text)
{
	const struct {
		const char *word;
		const char *value;
	} words[] = {
		{"@ID@", deb->id}, {"@NAME@", deb->name}, {"@RELEASE@", deb->release}};
	struct text filled = {0};

	while (*text) {
		size_t i = 0;
		while (i < 3 && !text_has_prefix(text, words[i].word))
			i++;
		if (i < 3) {
			text_add(&filled, words[i].value);
			text += strlen(words[i].word);
		} else {
			text_add_range(&filled, text++, 1);
		}
	}
	return filled.data;
}

static struct error *deb_put(const struct deb *deb, const char *name, const char *text)
{
	scope_free char *path = file_join(deb->root, name);
	return file_write(path, text, strlen(text));
}

/* What it was made from: a line for each patch that has a title. */
static void deb_add_titles(const struct deb *deb, struct text *control)
{
	const struct json_t *patches = json_find(deb->manifest, "patches");

	for (size_t i = 0; i < json_count_items(patches); i++) {
		const char *title = json_find_text(json_find_item(patches, i), "title");
		if (!title)
			continue;
		text_add(control, " .\n  * ");
		for (; *title; title++)
			text_add_range(
				control, iscntrl((unsigned char)*title) ? " " : title, 1);
		text_add(control, "\n");
	}
}

static struct error *deb_put_control(const struct deb *deb)
{
	scope_free char *image = memory_copy_text(deb->name + strlen("ksplice-update-"));
	scope_text struct text control = {0};

	text_add_format(&control,
		"Package: %s\n"
		"Version: %s\n"
		"Architecture: " DEB_ARCHITECTURE "\n"
		"Maintainer: %s\n"
		"Section: kernel\n"
		"Priority: optional\n"
		"Depends: ksplice (>= %s), linux-image-%s | linux-image-%s-unsigned\n"
		"Description: live update of the running kernel %s\n"
		" Update %s. It is applied when it is installed, and at each boot\n"
		" of that kernel, without a reboot of its own.\n",
		deb->name, deb->version, deb->maintainer, deb->tool, image, image,
		deb->release, deb->id);
	deb_add_titles(deb, &control);
	return deb_put(deb, "DEBIAN/control", control.data);
}

static struct error *deb_put_scripts(const struct deb *deb)
{
	for (size_t i = 0; i < sizeof(deb_scripts) / sizeof(deb_scripts[0]); i++) {
		scope_free char *name = file_join("DEBIAN", deb_scripts[i].name);
		scope_free char *path = file_join(deb->root, name);
		scope_free char *text = deb_fill(deb, deb_scripts[i].text);
		try(deb_put(deb, name, text));
		if (chmod(path, 0755))
			return error_errno("%s", path);
	}
	return NULL;
}

static struct error *deb_put_documents(const struct deb *deb)
{
	scope_free char *folder = file_join("usr/share/doc", deb->name);
	scope_free char *copyright = file_join(folder, "copyright");
	scope_free char *changelog = file_join(folder, "changelog");
	scope_free char *path = file_join(deb->root, changelog);
	struct tm split;
	char when[64];

	/* The names of days and months are English, as the locale is not set. */
	strftime(when, sizeof(when), "%a, %d %b %Y %H:%M:%S +0000",
		gmtime_r(&deb->created, &split));
	scope_free char *text = memory_format("%s (%s) unstable; urgency=medium\n\n"
					      "  * Update %s.\n\n"
					      " -- %s  %s\n",
		deb->name, deb->version, deb->id, deb->maintainer, when);
	try(deb_put(deb, copyright, deb_copyright));
	try(deb_put(deb, changelog, text));
	const char *const arguments[] = {"gzip", "-9n", path, NULL};
	return process_check(&(struct process_request){.arguments = arguments});
}

static struct error *deb_put_archive(const struct deb *deb, const char *archive)
{
	scope_free char *path = memory_format("%s/var/lib/ksplice/%s/ksplice-%s.tar.gz",
		deb->root, deb->release, deb->id);
	scope_text struct text content = {0};

	try(file_read(archive, &content));
	return file_write(path, content.data, content.size);
}

/* Times later than the update's become the update's; modes do not depend on the umask. */
static struct error *deb_pack(const struct deb *deb, const char *output, char **path)
{
	scope_free char *made = memory_format(
		"%s/%s_%s_" DEB_ARCHITECTURE ".deb", output, deb->name, deb->version);
	scope_free char *packing = memory_format("%s.tmp-%ld", made, (long)getpid());
	scope_free char *epoch =
		memory_format("SOURCE_DATE_EPOCH=%lld", (long long)deb->created);
	const char *const environment[] = {epoch, NULL};
	const char *const modes[] = {"chmod", "-R", "u+rwX,go=rX", deb->root, NULL};
	const char *const arguments[] = {"dpkg-deb", "--root-owner-group", "-Zxz",
		"--build", deb->root, packing, NULL};
	scope_text struct text said = {0};
	const struct process_request request = {
		.arguments = arguments, .environment = environment, .output = &said};

	try(process_check(&(struct process_request){.arguments = modes}));
	try(file_make_folder(output));
	struct error *error = process_check(&request);
	if (!error && rename(packing, made))
		error = error_errno("%s", made);
	if (error)
		unlink(packing);
	else
		*path = take_pointer(made);
	return error;
}

static struct error *deb_fill_root(struct deb *deb, const char *archive)
{
	try(deb_put_control(deb));
	try(deb_put_scripts(deb));
	try(deb_put_documents(deb));
	return deb_put_archive(deb, archive);
}

struct error *update_deb_write(const char *archive, const char *output, char **path)
{
	__attribute__((cleanup(deb_deinit))) struct deb deb = {0};

	try(update_deb_check());
	try(deb_read(archive, &deb));
	try(file_make_temporary("ksplice-deb", &deb.root));
	try(deb_fill_root(&deb, archive));
	return deb_pack(&deb, output, path);
}
