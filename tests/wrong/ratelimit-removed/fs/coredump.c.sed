/pr_info_ratelimited("Core dump to %s aborted: cannot preserve file owner/,/;/d
