/^static int __orderly_reboot(void)/,/^}/{
s/__orderly_reboot/reboot_in_order/
s/emergency_sync();/emergency_sync();\n\t\tmsleep(1);/
}
s/^\t__orderly_reboot();/\treboot_in_order();/
s/^#include <linux.uaccess.h>/&\n#include <linux\/delay.h>/
