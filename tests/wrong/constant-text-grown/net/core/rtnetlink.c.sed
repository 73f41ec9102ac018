s/"unknown ifindex"/"unknown index of an interface"/
