// The fields of the rmap core that locks are said to guard, as their objects name them: the words
// of claims. A table, because a field has its name where it is declared, and nobody lists those.
//
// Invariant: every field that a scenario comes upon is here, and each of these is come upon
// (locks_model_test.cc).
#ifndef RMAPCHECK_MODELS_RMAP_FIELDS_H_
#define RMAPCHECK_MODELS_RMAP_FIELDS_H_

#include <iterator>
#include <string>
#include <vector>

namespace models {

inline constexpr const char* kRmapFieldNames[] = {
    "anon_vma.head",
    "anon_vma.num_active_vmas",
    "anon_vma.num_children",
    "anon_vma.parent",
    "anon_vma.rb_root",
    "anon_vma.refcount",
    "anon_vma.root",
    "anon_vma.taken",
    "avc.anon_vma",
    "avc.rb",
    "avc.same_anon_vma",
    "avc.same_vma",
    "avc.vma",
    "cached.dirty",
    "cached.node",
    "cached.page",
    "cpu.translation",
    "file.f_count",
    "frames.retired",
    "frames.spare",
    "ksm.merge_across_nodes",
    "ksm.pages_shared",
    "ksm.pages_sharing",
    "ksm.pages_unshared",
    "ksm.rmap_items",
    "ksm_mm_head",
    "ksm_scan.address",
    "ksm_scan.mm_slot",
    "ksm_scan.rmap_list",
    "ksm_scan.seqnr",
    "machine.tasks",
    "mapping.i_mmap",
    "mapping.page_tree",
    "mapping.taken",
    "mapping.truncate_count",
    "mempolicy.mode",
    "mempolicy.refcnt",
    "mm.brk",
    "mm.flags",
    "mm.largest_gap",
    "mm.mm_count",
    "mm.mm_users",
    "mm.mmap",
    "mm.mmu_notifier_mm",
    "mm.task_node",
    "mm.tlb_flush_pending",
    "mm_slot.mm_list",
    "mm_slot.rmap_list",
    "node.left",
    "node.owner",
    "node.parent",
    "node.right",
    "page.behind",
    "page.content",
    "page.dirty",
    "page.index",
    "page.lru",
    "page.mapping",
    "page.mlocked",
    "page.private",
    "page.trans_huge",
    "page.uses",
    "page.writeback",
    "pmd",
    "pmd.splitting",
    "pte",
    "rmap_item.anon_vma",
    "rmap_item.head",
    "rmap_item.hlist",
    "rmap_item.nid",
    "rmap_item.oldchecksum",
    "rmap_item.place",
    "rmap_item.rmap_list",
    "rmap_item.seqnr",
    "root_stable_tree",
    "root_unstable_tree",
    "shared_table.vmas",
    "stable_node.hlist",
    "stable_node.page",
    "swap.content",
    "swap.free",
    "swap.is_closed",
    "swap.lowest_free",
    "swap.use",
    "victim.is_dead",
    "vma.anon_vma",
    "vma.anon_vma_chain",
    "vma.mm_node",
    "vma.shared_node",
    "vma.shared_table",
    "vma.vm_end",
    "vma.vm_file",
    "vma.vm_flags",
    "vma.vm_mm",
    "vma.vm_ops",
    "vma.vm_page_prot",
    "vma.vm_pgoff",
    "vma.vm_policy",
    "vma.vm_start",
    "vma.vm_truncate_count",
};

inline std::vector<std::string> RmapFieldNames() {
  return {std::begin(kRmapFieldNames), std::end(kRmapFieldNames)};
}

}  // namespace models

#endif  // RMAPCHECK_MODELS_RMAP_FIELDS_H_
