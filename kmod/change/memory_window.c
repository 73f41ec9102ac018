// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/change/memory_window.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sort.h>
#include <linux/vmalloc.h>

#include "kmod/kernel/problem.h"
#include "kmod/kernel/target.h"

static size_t count_pages(const struct memory_span *span)
{
	return DIV_ROUND_UP(offset_in_page(span->address) + span->size, PAGE_SIZE);
}

static int compare_addresses(const void *left, const void *right)
{
	unsigned long a = *(const unsigned long *)left;
	unsigned long b = *(const unsigned long *)right;

	return a < b ? -1 : a > b;
}

static int list_pages(
	struct memory_window *window, const struct memory_span *spans, size_t count)
{
	size_t total = 0;
	size_t i, page;

	for (i = 0; i < count; i++)
		total += count_pages(&spans[i]);
	window->pages = kvcalloc(total + 1, sizeof(*window->pages), GFP_KERNEL);
	if (!window->pages)
		return -ENOMEM;
	total = 0;
	for (i = 0; i < count; i++)
		for (page = 0; page < count_pages(&spans[i]); page++)
			window->pages[total++] =
				(spans[i].address & PAGE_MASK) + page * PAGE_SIZE;
	sort(window->pages, total, sizeof(*window->pages), compare_addresses, NULL);
	for (i = 0; i < total; i++)
		if (!i || window->pages[i] != window->pages[window->page_count - 1])
			window->pages[window->page_count++] = window->pages[i];
	return 0;
}

static int map_pages(struct memory_window *window)
{
	struct page **pages =
		kvcalloc(window->page_count + 1, sizeof(*pages), GFP_KERNEL);
	int result = -ENOMEM;
	size_t i;

	if (!pages)
		return result;
	for (i = 0; i < window->page_count; i++) {
		pages[i] = target_find_page(window->pages[i]);
		if (!pages[i]) {
			problem_add(
				"kernel: %pS: no memory there", (void *)window->pages[i]);
			result = -EFAULT;
			goto out_free_pages;
		}
	}
	window->mapping = vmap(pages, window->page_count, VM_MAP, PAGE_KERNEL);
	if (window->mapping)
		result = 0;
out_free_pages:
	kvfree(pages);
	return result;
}

int memory_window_open(
	struct memory_window *window, const struct memory_span *spans, size_t count)
{
	int result;

	*window = (struct memory_window){};
	if (!count)
		return 0;
	result = list_pages(window, spans, count);
	if (!result)
		result = map_pages(window);
	if (result)
		memory_window_close(window);
	return result;
}

void memory_window_close(struct memory_window *window)
{
	vunmap(window->mapping);
	kvfree(window->pages);
	*window = (struct memory_window){};
}

/* The index of the page that begins there; page_count if there is none. */
static size_t find_index(const struct memory_window *window, unsigned long address)
{
	size_t low = 0;
	size_t high = window->page_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (window->pages[middle] < address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < window->page_count && window->pages[low] == address)
		return low;
	return window->page_count;
}

u8 *memory_window_find(
	const struct memory_window *window, unsigned long address, size_t size)
{
	const struct memory_span span = {.address = address, .size = size};
	size_t pages = count_pages(&span);
	size_t index = find_index(window, address & PAGE_MASK);

	/* They are sorted, so with the last in its place all between are in theirs. */
	if (index + pages > window->page_count ||
		window->pages[index + pages - 1] !=
			(address & PAGE_MASK) + (pages - 1) * PAGE_SIZE)
		return NULL;
	return window->mapping + index * PAGE_SIZE + offset_in_page(address);
}
