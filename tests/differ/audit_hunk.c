// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/differ/audit_hunk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "abi/update.h"
#include "tests/differ/audit_pair.h"
#include "tests/differ/audit_report.h"
#include "tests/differ/audit_world.h"

static const uint8_t endbr64[] = {0xf3, 0x0f, 0x1e, 0xfa};
enum { CALL_SIZE = 5 };

struct hunk_checking {
	struct audit_update *update;
	const struct audit_section *hunks;
	const struct audit_section *sites;
	const struct audit_section *match;
	bool *is_hit; /* by pair: it has a hunk */
};

static const struct audit_section *update_find_section(
	const struct audit_update *update, const char *name)
{
	const struct audit_section *section =
		audit_object_find_section(update->module, name);
	if (!section || (section->size && !section->data))
		audit_fail("%s: no section %s", update->module_name, name);
	return section;
}

/* The structures are of this version; a reader that knows another must not go on. */
static void update_check_version(const struct audit_update *update)
{
	const struct audit_section *section =
		update_find_section(update, KSPLICE_SECTION_UPDATE);
	struct ksplice_update header;
	if (section->size != sizeof(header))
		audit_fail("%s: %s has another size than abi/update.h says",
			update->module_name, section->name);
	memcpy(&header, section->data, sizeof(header));
	if (header.magic != KSPLICE_UPDATE_MAGIC || header.abi != KSPLICE_ABI_VERSION)
		audit_fail("%s: has version %u of the format, and the audit knows %u",
			update->module_name, header.abi, KSPLICE_ABI_VERSION);
}

/* Where a pointer of a hunk leads in the module; false if nowhere. */
static bool hunk_find_post(const struct audit_update *update,
	const struct audit_section *hunks, size_t number,
	struct audit_module_target *target)
{
	uint64_t field = number * sizeof(struct ksplice_hunk) +
			 offsetof(struct ksplice_hunk, post);
	size_t count;
	const struct audit_reloc *reloc =
		audit_section_find_relocs(hunks, field, 8, &count);
	return count == 1 && reloc->offset == field && reloc->type == R_X86_64_64 &&
	       audit_module_target_find(update, hunks, reloc, target) &&
	       !target->is_outside;
}

/* Pairs the new content of a constant with post's; its unit is the one whose constant of
 * that name is at the hunk's address. */
static void data_hunk_read(struct audit_update *update, const struct audit_section *hunks,
	size_t number, uint64_t address, uint64_t size)
{
	struct audit_module_target target;
	if (!hunk_find_post(update, hunks, number, &target)) {
		audit_complain(update->module_name, "hunk %zu: no new content", number);
		return;
	}
	struct audit_thing copy =
		audit_thing_find(update->module, target.section, target.place);
	char *name = strdup(copy.symbol ? copy.symbol->name : "");
	if (audit_text_ends(name, KSPLICE_COPY_SUFFIX))
		name[strlen(name) - strlen(KSPLICE_COPY_SUFFIX)] = '\0';
	bool is_found = false;
	for (size_t i = 0; i < update->unit_count && !is_found; i++) {
		const struct audit_unit *unit = &update->units[i];
		const struct audit_symbol *symbol =
			audit_object_find_defined(unit->post.object, name);
		struct audit_pair pair = {.unit = unit,
			.section = target.section,
			.start = target.place,
			.is_in_place = true};
		uint64_t place;
		if (!symbol || !audit_object_symbol_section(unit->post.object, symbol))
			continue;
		pair.post = audit_thing_of(unit->post.object, symbol);
		enum audit_place known = audit_unit_find_place(unit, &pair.post, &place);
		if (known == AUDIT_PLACE_UNSURE)
			audit_counts.cannot_tell++;
		if (known == AUDIT_PLACE_NONE ||
			(known == AUDIT_PLACE_FOUND && place != address))
			continue;
		is_found = true;
		pair.owner = pair.post.symbol->name;
		if (pair.post.size != size || !audit_thing_is_constant(&pair.post) ||
			audit_section_is_code(pair.post.section))
			audit_complain(unit->name,
				"%s: is changed in place, and is not a constant of %" PRIu64
				" bytes",
				name, size);
		audit_pair_add(update, &pair);
	}
	if (!is_found)
		audit_complain(update->module_name,
			"%s: no object of the update has it at 0x%" PRIx64, name,
			address);
	free(name);
	update->data_hunks = audit_grow(
		update->data_hunks, update->data_hunk_count, sizeof(*update->data_hunks));
	update->data_hunks[update->data_hunk_count++] =
		(struct audit_data_hunk){address, size};
}

static bool row_is_equal(const struct audit_section *left, size_t left_number,
	const struct audit_section *right, size_t right_number)
{
	size_t size = sizeof(struct ksplice_target);
	return (left_number + 1) * size <= left->size &&
	       (right_number + 1) * size <= right->size &&
	       memcmp(left->data + left_number * size, right->data + right_number * size,
		       size) == 0;
}

static void rows_check(
	const struct audit_update *update, const uint8_t *rows, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		struct ksplice_target row;
		memcpy(&row, rows + i * sizeof(row), sizeof(row));
		if (!audit_world_has_target(&row))
			audit_complain(update->module_name,
				"target %.*s: the tree has no such one, or with "
				"another build-id",
				(int)sizeof(row.name), row.name);
	}
}

/* Its own target is the first, and is what the table of parts has in the part's place. */
static void update_check_targets(const struct audit_update *update)
{
	const struct audit_section *targets =
		update_find_section(update, KSPLICE_SECTION_TARGETS);
	const struct audit_section *parts =
		update_find_section(update, KSPLICE_SECTION_PARTS);
	struct ksplice_update header;
	struct ksplice_target row;
	memcpy(&header, update_find_section(update, KSPLICE_SECTION_UPDATE)->data,
		sizeof(header));
	if (targets->size < sizeof(row) ||
		targets->size != header.target_count * sizeof(row) ||
		parts->size != header.part_count * sizeof(row))
		audit_fail("%s: its tables of targets have other sizes than it says",
			update->module_name);
	memcpy(&row, targets->data, sizeof(row));
	if (strncmp(row.name, update->target_name, sizeof(row.name)) != 0)
		audit_complain(update->module_name,
			"its target is %.*s, and the manifest has %s",
			(int)sizeof(row.name), row.name, update->target_name);
	if (header.part != update->part || header.part_count != update->part_count ||
		!row_is_equal(parts, header.part, targets, 0))
		audit_complain(update->module_name,
			"its table of parts is not that of the manifest");
	rows_check(update, targets->data, header.target_count);
	rows_check(update, parts->data, header.part_count);
}

/* The address of a place of a hunk or a site. */
static bool update_find_place(const struct audit_update *update,
	const struct ksplice_place *place, uint64_t *address)
{
	const struct audit_section *targets =
		update_find_section(update, KSPLICE_SECTION_TARGETS);
	const struct audit_section *match =
		update_find_section(update, KSPLICE_SECTION_MATCH);
	return audit_world_place(place, (const void *)targets->data,
		targets->size / sizeof(struct ksplice_target), (const char *)match->data,
		match->size, address);
}

/* 0, where nothing is, if it is in none of the target's sections. */
static uint64_t hunk_address(
	const struct audit_update *update, const struct ksplice_hunk *hunk)
{
	uint64_t address;
	return update_find_place(update, &hunk->place, &address) ? address : 0;
}

void audit_hunk_read_data(struct audit_update *update)
{
	update_check_version(update);
	update_check_targets(update);
	const struct audit_section *hunks =
		update_find_section(update, KSPLICE_SECTION_HUNKS);
	for (size_t i = 0; i < hunks->size / sizeof(struct ksplice_hunk); i++) {
		struct ksplice_hunk hunk;
		memcpy(&hunk, hunks->data + i * sizeof(hunk), sizeof(hunk));
		if (hunk.kind == KSPLICE_HUNK_DATA)
			data_hunk_read(
				update, hunks, i, hunk_address(update, &hunk), hunk.size);
	}
}

static const char *checking_text(const struct hunk_checking *checking, uint32_t offset)
{
	const struct audit_section *match = checking->match;
	if (offset >= match->size ||
		!memchr(match->data + offset, 0, match->size - offset))
		return NULL;
	return (const char *)match->data + offset;
}

/* Behind ENDBR and the call of __fentry__, which stays ftrace's. */
static uint32_t hunk_find_jump(const struct audit_update *update, uint64_t address,
	const uint8_t *bytes, uint32_t size)
{
	uint32_t jump = 0;
	uint64_t fentry;
	if (size >= sizeof(endbr64) && memcmp(bytes, endbr64, sizeof(endbr64)) == 0)
		jump = sizeof(endbr64);
	if (size >= jump + CALL_SIZE && bytes[jump] == 0xe8 &&
		audit_world_find_meant(update->kernel, "__fentry__", &fentry)) {
		int32_t distance;
		memcpy(&distance, bytes + jump + 1, sizeof(distance));
		if (address + jump + CALL_SIZE + (uint64_t)(int64_t)distance == fentry)
			jump += CALL_SIZE;
	}
	return jump;
}

static bool checking_has_site(const struct hunk_checking *checking,
	const struct ksplice_hunk *hunk, uint32_t offset, uint16_t length, uint16_t kind)
{
	const struct ksplice_site *sites = (const void *)checking->sites->data;
	for (uint32_t i = 0; i < hunk->site_count; i++) {
		struct ksplice_site site;
		memcpy(&site, &sites[hunk->first_site + i], sizeof(site));
		if (site.offset == offset && site.length == length && site.kind == kind)
			return true;
	}
	return false;
}

/* What the loader fills in, in a module, has a site that says so. */
static void checking_check_relocation(const struct hunk_checking *checking,
	const struct ksplice_hunk *hunk, const struct audit_reloc *reloc,
	const struct audit_symbol *symbol, const char *name)
{
	const struct audit_update *update = checking->update;
	const struct ksplice_site *sites = (const void *)checking->sites->data;
	uint32_t offset = (uint32_t)(reloc->offset - hunk_address(update, hunk));
	unsigned width;
	bool is_relative;
	bool is_known = audit_reloc_describe(reloc->type, &width, &is_relative);
	size_t found = 0;
	audit_counts.sites++;
	for (uint32_t i = 0; i < hunk->site_count; i++) {
		struct ksplice_site site;
		struct ksplice_relocation_site data;
		uint64_t address;
		memcpy(&site, &sites[hunk->first_site + i], sizeof(site));
		if (site.offset != offset || site.kind != KSPLICE_SITE_RELOCATION)
			continue;
		if (site.data_size != sizeof(data) || site.data > checking->match->size ||
			sizeof(data) > checking->match->size - site.data)
			continue;
		memcpy(&data, checking->match->data + site.data, sizeof(data));
		found += is_known && site.length == width && data.type == reloc->type &&
			 data.addend == reloc->addend &&
			 update_find_place(update, &data.symbol, &address) &&
			 address == symbol->value;
	}
	if (found != 1)
		audit_complain(update->module_name,
			"%s+0x%x: the loader relocates it, and no site says how", name,
			offset);
}

/* Are the bytes those of the target, and nothing where the loader fills them in? */
static bool checking_has_old_bytes(const struct hunk_checking *checking,
	const struct ksplice_hunk *hunk, const uint8_t *bytes, const uint8_t *linked)
{
	const struct ksplice_site *sites = (const void *)checking->sites->data;
	uint8_t *wanted = audit_allocate(hunk->size + 1);
	memcpy(wanted, linked, hunk->size);
	for (uint32_t i = 0; !checking->update->kernel->text && i < hunk->site_count;
		i++) {
		struct ksplice_site site;
		memcpy(&site, &sites[hunk->first_site + i], sizeof(site));
		if (site.kind == KSPLICE_SITE_RELOCATION &&
			site.offset + site.length <= hunk->size)
			memset(wanted + site.offset, 0, site.length);
	}
	bool is_equal = memcmp(wanted, bytes, hunk->size) == 0;
	free(wanted);
	return is_equal;
}

/* Does the linked kernel say of fields that they move with it, and has each its site? */
static void checking_check_sites(const struct hunk_checking *checking,
	const struct ksplice_hunk *hunk, const char *name)
{
	const struct audit_kernel *kernel = checking->update->kernel;
	uint64_t address = hunk_address(checking->update, hunk);
	if ((uint64_t)hunk->first_site + hunk->site_count >
		checking->sites->size / sizeof(struct ksplice_site)) {
		audit_complain(checking->update->module_name,
			"%s: its sites are outside of the table", name);
		return;
	}
	for (size_t i = 1; i < kernel->object->section_count; i++) {
		const struct audit_section *section = &kernel->object->sections[i];
		size_t count;
		if (address < section->address ||
			address - section->address >= section->size ||
			!(section->flags & SHF_ALLOC))
			continue;
		const struct audit_reloc *relocs =
			audit_section_find_relocs(section, address, hunk->size, &count);
		for (size_t k = 0; k < count; k++) {
			unsigned width;
			bool is_relative;
			uint32_t offset = (uint32_t)(relocs[k].offset - address);
			const struct audit_symbol *symbol =
				&kernel->object->symbols[relocs[k].symbol];
			if (relocs[k].type == R_X86_64_NONE)
				continue;
			if (!kernel->text) {
				checking_check_relocation(
					checking, hunk, &relocs[k], symbol, name);
				continue;
			}
			if (!audit_reloc_describe(relocs[k].type, &width, &is_relative)) {
				audit_complain(checking->update->module_name,
					"%s+0x%x: relocation %u of vmlinux", name, offset,
					relocs[k].type);
				continue;
			}
			/* A weak symbol that nobody defines is 0 wherever the kernel is.
			 */
			bool is_fixed = symbol->section == SHN_UNDEF ||
					symbol->section == SHN_ABS ||
					audit_kernel_is_fixed(kernel, symbol->value);
			if (is_relative != is_fixed)
				continue;
			audit_counts.sites++;
			if (!checking_has_site(checking, hunk, offset, (uint16_t)width,
				    is_relative ? KSPLICE_SITE_NEGATIVE
						: KSPLICE_SITE_ABSOLUTE))
				audit_complain(checking->update->module_name,
					"%s+0x%x: moves with the kernel, and no site "
					"covers it",
					name, offset);
		}
	}
}

/* The pair that the hunk's post field leads to. */
static const struct audit_pair *checking_find_pair(
	const struct hunk_checking *checking, size_t number)
{
	struct audit_update *update = checking->update;
	struct audit_module_target target;
	if (!hunk_find_post(update, checking->hunks, number, &target))
		return NULL;
	for (size_t i = 0; i < update->pair_count; i++) {
		const struct audit_pair *pair = &update->pairs[i];
		if ((pair->symbol || pair->is_in_place) &&
			pair->section == target.section && pair->start == target.place) {
			checking->is_hit[i] = true;
			return pair;
		}
	}
	return NULL;
}

static void checking_check_function(struct hunk_checking *checking, size_t number,
	const struct ksplice_hunk *hunk, const char *name, const uint8_t *bytes)
{
	struct audit_update *update = checking->update;
	uint64_t address = hunk_address(update, hunk);
	const struct audit_pair *pair = checking_find_pair(checking, number);
	if (!pair) {
		audit_complain(update->module_name,
			"%s: its hunk leads to nothing that the update has", name);
		return;
	}
	uint64_t place;
	enum audit_place known = audit_unit_find_place(pair->unit, &pair->post, &place);
	if (!pair->is_replacement || known == AUDIT_PLACE_NONE ||
		(known == AUDIT_PLACE_FOUND && place != address))
		audit_complain(update->module_name,
			"%s: its hunk leads to %s, which is another function", name,
			audit_thing_name(&pair->post));
	if (known == AUDIT_PLACE_UNSURE)
		audit_counts.cannot_tell++;
	uint32_t jump = hunk_find_jump(update, address, bytes, hunk->size);
	if (hunk->jump != jump || jump + CALL_SIZE > hunk->size)
		audit_complain(update->module_name,
			"%s: the jump is at 0x%x and should be at 0x%x", name, hunk->jump,
			jump);
}

/* The core writes constants where nothing else does; the module loader's values are right
 * there only if they are addresses, not distances. */
static void checking_check_data(struct hunk_checking *checking, size_t number,
	const struct ksplice_hunk *hunk, const char *name)
{
	struct audit_update *update = checking->update;
	uint64_t address = hunk_address(update, hunk);
	const struct audit_pair *pair = checking_find_pair(checking, number);
	if (!audit_kernel_is_read_only(update->kernel, address, hunk->size))
		audit_complain(update->module_name,
			"%s: is changed in place, and is not read-only in the kernel",
			name);
	size_t count = 0;
	const struct audit_reloc *relocs = pair ? audit_section_find_relocs(pair->section,
							  pair->start, hunk->size, &count)
						: NULL;
	for (size_t i = 0; i < count; i++) {
		if (relocs[i].type != R_X86_64_64)
			audit_complain(update->module_name,
				"%s+0x%" PRIx64
				": is changed in place, and holds a distance",
				name, relocs[i].offset - pair->start);
	}
}

static void checking_check_hunk(struct hunk_checking *checking, size_t number)
{
	struct audit_update *update = checking->update;
	struct ksplice_hunk hunk;
	memcpy(&hunk, checking->hunks->data + number * sizeof(hunk), sizeof(hunk));
	audit_counts.hunks++;
	const char *name = checking_text(checking, hunk.name);
	if (!name || hunk.bytes > checking->match->size ||
		hunk.size > checking->match->size - hunk.bytes) {
		audit_complain(update->module_name,
			"hunk %zu: leads out of the match blob", number);
		return;
	}
	uint64_t address = hunk_address(update, &hunk);
	const uint8_t *bytes = checking->match->data + hunk.bytes;
	const uint8_t *linked =
		audit_kernel_find_bytes(update->kernel, address, hunk.size);
	const struct audit_symbol *symbol =
		audit_kernel_find_at(update->kernel, name, address);
	if (!symbol)
		audit_complain(update->module_name,
			"%s: the target has no such symbol at 0x%" PRIx64, name, address);
	else if (symbol->size != hunk.size)
		audit_complain(update->module_name,
			"%s: its hunk has %u bytes, and the target's symbol %" PRIu64,
			name, hunk.size, symbol->size);
	if (!linked || !checking_has_old_bytes(checking, &hunk, bytes, linked))
		audit_complain(update->module_name,
			"%s: the old content of its hunk is not the target's", name);
	checking_check_sites(checking, &hunk, name);
	if (hunk.kind == KSPLICE_HUNK_FUNCTION)
		checking_check_function(
			checking, number, &hunk, name, linked ? linked : bytes);
	else if (hunk.kind == KSPLICE_HUNK_DATA)
		checking_check_data(checking, number, &hunk, name);
	else if (hunk.kind != KSPLICE_HUNK_PART)
		audit_complain(update->module_name, "%s: has a hunk of unknown kind %u",
			name, hunk.kind);
	if (hunk.kind != KSPLICE_HUNK_FUNCTION && hunk.jump)
		audit_complain(
			update->module_name, "%s: has a jump and is no function", name);
	if (hunk.place.target || audit_kernel_is_init(update->kernel, address))
		audit_complain(update->module_name,
			"%s: is not in the part's target, or "
			"in memory that is freed",
			name);
}

static bool checking_has_address(const struct hunk_checking *checking, uint64_t address)
{
	const struct ksplice_hunk *hunks = (const void *)checking->hunks->data;
	for (size_t i = 0; i < checking->hunks->size / sizeof(*hunks); i++) {
		struct ksplice_hunk hunk;
		memcpy(&hunk, &hunks[i], sizeof(hunk));
		if (hunk_address(checking->update, &hunk) == address)
			return true;
	}
	return false;
}

/* The part that the running kernel's function has, by pre. */
static void checking_check_old_part(
	const struct hunk_checking *checking, const struct audit_pair *pair)
{
	const struct audit_unit *unit = pair->unit;
	char *cold = audit_format("%s.cold", pair->post.symbol->name);
	const struct audit_symbol *part =
		unit->has_group ? audit_group_find(unit->kernel, &unit->group, cold)
				: NULL;
	if (part && !checking_has_address(checking, part->value))
		audit_complain(unit->name, "%s: the kernel's %s has no hunk",
			pair->post.symbol->name, cold);
	free(cold);
}

void audit_hunk_check(struct audit_update *update)
{
	struct hunk_checking checking = {
		.update = update,
		.hunks = update_find_section(update, KSPLICE_SECTION_HUNKS),
		.sites = update_find_section(update, KSPLICE_SECTION_SITES),
		.match = update_find_section(update, KSPLICE_SECTION_MATCH),
	};
	checking.is_hit = audit_allocate(update->pair_count);
	size_t count = checking.hunks->size / sizeof(struct ksplice_hunk);
	if (checking.hunks->size % sizeof(struct ksplice_hunk))
		audit_complain(update->module_name, "%s: half a hunk at its end",
			checking.hunks->name);
	for (size_t i = 0; i < count; i++)
		checking_check_hunk(&checking, i);
	for (size_t i = 0; i < update->pair_count; i++) {
		const struct audit_pair *pair = &update->pairs[i];
		if (!pair->symbol || !pair->is_replacement ||
			strstr(pair->post.symbol->name, ".cold"))
			continue;
		if (!checking.is_hit[i])
			audit_complain(pair->unit->name,
				"%s: travels, and no hunk leads to it",
				pair->post.symbol->name);
		checking_check_old_part(&checking, pair);
	}
	free(checking.is_hit);
}

static void symbol_check(const struct audit_update *update, const char *text,
	const struct ksplice_symbol *listed, uint64_t listed_address,
	const char *kallsyms)
{
	uint64_t address;
	bool is_fixed;
	const char *name;
	if (!audit_outside_name_read(text, &address, &is_fixed, &name)) {
		audit_complain(update->module_name, "%s: unknown form of a symbol", text);
		return;
	}
	const struct audit_kernel *kernel = audit_world_at(address);
	uint32_t kind = is_fixed ? KSPLICE_SYMBOL_FIXED : KSPLICE_SYMBOL_OFFSET;
	if (listed_address != address || listed->kind != kind)
		audit_complain(update->module_name,
			"%s: the list has another place for it", text);
	if (audit_kernel_is_fixed(kernel, address) != is_fixed)
		audit_complain(update->module_name, "%s: %s with the kernel", text,
			is_fixed ? "moves" : "does not move");
	/* Strings have no name, only that of their section; their content was compared.
	 */
	if (name[0] == '.' ? kallsyms != NULL
			   : !audit_kernel_find_at(kernel, name, address))
		audit_complain(update->module_name,
			"%s: the target has no such symbol there", text);
	if (kallsyms && !audit_kernel_find_at(kernel, kallsyms, address))
		audit_complain(update->module_name, "%s: kallsyms will not have %s there",
			text, kallsyms);
}

/* The list's entry of that name; NULL if there is none. Gives its kallsyms name too. */
static bool list_find(const struct audit_section *section, const char *text,
	struct ksplice_symbol *found, uint64_t *address, const char **kallsyms)
{
	struct ksplice_symbol_list header;
	if (section->size < sizeof(header))
		return false;
	memcpy(&header, section->data, sizeof(header));
	uint64_t symbols = sizeof(header) +
			   (uint64_t)header.target_count * sizeof(struct ksplice_target);
	uint64_t strings = symbols + (uint64_t)header.count * sizeof(*found);
	if (strings > section->size || header.strings_size > section->size - strings)
		return false;
	for (uint32_t i = 0; i < header.count; i++) {
		memcpy(found, section->data + symbols + i * sizeof(*found),
			sizeof(*found));
		if (found->name >= header.strings_size)
			continue;
		const char *name = (const char *)section->data + strings + found->name;
		if (strncmp(name, text, header.strings_size - found->name) != 0)
			continue;
		struct ksplice_place place = found->place;
		bool is_fixed = found->kind == KSPLICE_SYMBOL_FIXED;
		if (is_fixed)
			*address = place.offset;
		else if (!audit_world_place(&place,
				 (const void *)(section->data + sizeof(header)),
				 header.target_count,
				 (const char *)section->data + strings,
				 header.strings_size, address))
			*address = 0;
		*kallsyms =
			found->kallsyms < header.strings_size
				? (const char *)section->data + strings + found->kallsyms
				: NULL;
		return true;
	}
	return false;
}

static bool kernel_exports(const char *name)
{
	const struct audit_kernel *vmlinux = audit_world_find(KSPLICE_TARGET_VMLINUX);
	char *entry = audit_format("__ksymtab_%s", name);
	size_t count;
	bool is_exported = audit_object_find_named(vmlinux->object, entry, &count);
	free(entry);
	return is_exported;
}

/* A name without a place is the core's own, or exported: not on the list then. */
static void symbol_check_plain(const struct audit_update *update,
	const struct audit_section *list, const char *name)
{
	struct ksplice_symbol listed;
	const char *kallsyms;
	uint64_t address;
	bool is_listed = list_find(list, name, &listed, &address, &kallsyms);
	bool is_core = audit_text_starts(name, "ksplice_shadow_") ||
		       strcmp(name, KSPLICE_CORE_LOAD) == 0 ||
		       strcmp(name, KSPLICE_CORE_UNLOAD) == 0;
	if (!is_core && !kernel_exports(name))
		audit_complain(update->module_name,
			"%s: neither vmlinux nor the core exports it", name);
	if (is_listed != is_core)
		audit_complain(update->module_name, "%s: %s", name,
			is_listed ? "is on the list, and no function of the core"
				  : "is a function of the core, and not on the list");
	else if (is_listed &&
		 (listed.kind != KSPLICE_SYMBOL_CORE || listed.place.offset ||
			 listed.place.target != KSPLICE_NO_TARGET))
		audit_complain(update->module_name,
			"%s: is a function of the core, and has a place", name);
}

void audit_hunk_check_symbols(struct audit_update *update)
{
	const struct audit_section *list =
		update_find_section(update, KSPLICE_SECTION_SYMBOLS);
	struct ksplice_symbol_list header;
	memcpy(&header, list->data, sizeof(header));
	rows_check(update, list->data + sizeof(header), header.target_count);
	for (size_t i = 1; i < update->module->symbol_count; i++) {
		const struct audit_symbol *symbol = &update->module->symbols[i];
		struct ksplice_symbol listed;
		uint64_t address;
		const char *kallsyms;
		if (symbol->section != SHN_UNDEF || !symbol->name[0])
			continue;
		if (!strchr(symbol->name, ':'))
			symbol_check_plain(update, list, symbol->name);
		else if (list_find(list, symbol->name, &listed, &address, &kallsyms))
			symbol_check(update, symbol->name, &listed, address, kallsyms);
		else
			audit_complain(update->module_name,
				"%s: is not on the list of symbols", symbol->name);
	}
}
