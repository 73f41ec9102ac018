$a\
source "fs/proc/Kconfig.added"
