s/^static u16 video_segment;/static u16 video_segment = 4711;/
