s/struct async_entry\b/struct renamed_entry/g;s/^struct renamed_entry {/&\n\tlong added;/
