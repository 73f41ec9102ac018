s/\<file_systems_lock\>/filesystems_lock/g
