/^static void wake_oom_reaper/,/^}/s/^\twake_up(&oom_reaper_wait);/\tif (oom_reaper_list)\n\t&/
