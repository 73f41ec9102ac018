/^static struct char_device_struct {/,/^}/s/name\[64\]/name[80]/
