s/\<tasklet_vec\>/tasklet_queue/g
