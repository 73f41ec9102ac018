/^static struct char_device_struct {/,/^}/{
s/^\tunsigned int major;/\tunsigned int TMP;/
s/^\tunsigned int baseminor;/\tunsigned int major;/
s/^\tunsigned int TMP;/\tunsigned int baseminor;/
}
