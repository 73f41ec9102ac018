/^enum legacy_fs_param {/,/^}/s/^\tLEGACY_FS_UNSET_PARAMS,/\tLEGACY_FS_NO_PARAMS,\n&/
