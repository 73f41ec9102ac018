s/^inline int vma_expand(struct ma_state \*mas, /inline int vma_expand(long how, struct ma_state *mas, /
/^inline int vma_expand(/,/^}/s/bool remove_next = false;/bool remove_next = how;/
s/vma_expand(&mas, /vma_expand(0, \&mas, /
