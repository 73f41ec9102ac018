s/^\tunsigned int flags;/\tint flags;/
