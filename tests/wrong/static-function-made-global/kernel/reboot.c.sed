s/^static int run_cmd(const char \*cmd)/int run_cmd(const char *cmd);\nint run_cmd(const char *cmd)/
