/^struct wb_writeback_work {/,/^}/s/for_background:1;/for_background:2;/
