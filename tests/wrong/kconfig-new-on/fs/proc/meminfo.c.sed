/^static int meminfo_proc_show(/,/^}/s/si_meminfo(&i);/&\
\tsi_swapinfo(\&i);/
