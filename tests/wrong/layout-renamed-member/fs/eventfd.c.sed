s/struct kref kref;/struct kref refs;/;s/->kref\b/->refs/g;s/eventfd_ctx, kref)/eventfd_ctx, refs)/
