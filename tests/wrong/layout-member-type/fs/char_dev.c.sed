/^static struct char_device_struct {/,/^}/s/^\tint minorct;/\tunsigned int minorct;/
