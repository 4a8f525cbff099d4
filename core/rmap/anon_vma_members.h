// The VMAs that may map the pages of one anon_vma: a list, or from G8 on an interval tree. A
// component: walks ask for the VMAs that cover a page's offset and do not know which it is.
//
// A list answers with every VMA, in the order in which they were linked. The tree answers with
// those that covered the offset when they were put in: a VMA whose range changes must be taken out
// before and put back after (interval_update.h).
//
// Guarded by the anon_vma's lock. Kernel: anon_vma->head; anon_vma->rb_root, mm/interval_tree.c.
#ifndef RMAPCHECK_CORE_RMAP_ANON_VMA_MEMBERS_H_
#define RMAPCHECK_CORE_RMAP_ANON_VMA_MEMBERS_H_

#include "core/mm/interval_tree.h"
#include "core/mm/list.h"
#include "core/mm/vma.h"

namespace rmap::inline KSYNC_BACKEND {

class AnonVmaMembers {
 public:
  explicit AnonVmaMembers(bool is_tree) : is_tree_(is_tree) {}

  bool Empty() const { return is_tree_ ? tree_.Empty() : list_.Empty(); }
  bool Contains(const AnonVmaChain& avc) const {
    return is_tree_ ? tree_.Contains(avc.rb) : list_.Contains(avc.same_anon_vma);
  }

  // Behind all others; a tree has its own order.
  void Add(AnonVmaChain& avc) { is_tree_ ? AddToTree(avc) : list_.PushBack(avc.same_anon_vma); }
  void AddFirst(AnonVmaChain& avc) {
    is_tree_ ? AddToTree(avc) : list_.PushFront(avc.same_anon_vma);
  }
  void Remove(AnonVmaChain& avc) {
    is_tree_ ? tree_.Erase(avc.rb) : list_.Erase(avc.same_anon_vma);
  }

  // The links whose VMA may cover one of the offsets [first, last], in the order of a walk.
  AnonVmaChain* First(PageOffset first, PageOffset last) const {
    return is_tree_ ? OwnerOf(tree_.First(first, last)) : OwnerOf(list_.First());
  }
  AnonVmaChain* Next(const AnonVmaChain& avc, PageOffset first, PageOffset last) const {
    return is_tree_ ? OwnerOf(tree_.Next(avc.rb, first, last))
                    : OwnerOf(list_.After(avc.same_anon_vma));
  }
  // Calls visit(avc) for each of these, in that order, until it returns false.
  template <typename Visitor>
  void Visit(PageOffset first, PageOffset last, Visitor visit) const {
    if (is_tree_) {
      tree_.Visit(first, last, [&visit](const auto& node) { return visit(node.owner()); });
      return;
    }
    for (auto* node = list_.First(); node != nullptr; node = list_.After(*node)) {
      if (!visit(node->owner())) return;
    }
  }

 private:
  template <typename Node>
  static AnonVmaChain* OwnerOf(Node* node) {
    return node == nullptr ? nullptr : &node->owner();
  }

  void AddToTree(AnonVmaChain& avc) {
    const Vma& vma = *avc.vma.Read();
    const PageOffset first = vma.vm_pgoff.Read();
    tree_.Insert(avc.rb, first, EndOffset(vma) - 1);
  }

  const bool is_tree_;
  List<AnonVmaChain> list_{"anon_vma.head"};
  IntervalTree<AnonVmaChain> tree_{"anon_vma.rb_root"};
};

// Every offset there is.
inline constexpr PageOffset kLastOffset = ~PageOffset{0};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_RMAP_ANON_VMA_MEMBERS_H_
