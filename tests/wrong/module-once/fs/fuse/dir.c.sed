/pr_warn_once("root generation should be zero/s/should be zero/must be zero/
