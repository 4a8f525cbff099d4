// Going down the tree, each node's page is had for the time of a comparison. A stale node that is
// met ends the search: the tree has changed under it.
#include "core/ksm/stable_tree.h"

#include "core/ksm/break_cow.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Whether a node has a reference on its page, so that this stays as long as somebody hangs from it.
// Kernel: 08beca44df to 4035c07a89.
bool HoldsPage(const Machine& machine) {
  return machine.Has(KsmState::kNodeAndPage) && !machine.Has(KsmState::kKeyhole);
}

// Returns: the page, with a reference; null if it does not name the node, or has no use.
// Order: acquire, for who finds that it has gone: he frees what its last users have looked at. In
// the kernel that store depends on this load.
Page* TryToGet(Page& page, MappingWord expected) {
  const ksync::RcuReadGuard rcu;
  if (page.mapping.LoadAcquire() != expected) return nullptr;
  if (!GetPageUnlessZero(page)) return nullptr;
  if (page.mapping.LoadAcquire() == expected) return &page;
  PutPage(page);
  return nullptr;
}

// Returns: the page of the node, with a reference; null if it has gone. Kernel: get_ksm_page().
Page* PeepThroughKeyhole(StableNode& node) {
  for (;;) {
    const unsigned moves = node.moves.LoadAcquire();  // Order: see Ksm::Migrated.
    // Order: acquire, because here a page may be new memory, which the kernel's pages never are.
    Page& page = *node.page.LoadAcquire();
    if (Page* const found = TryToGet(page, ToMapping(&node))) return found;
    // It moved. The page alone does not say so: it may be back where it was (docs/KSM.md).
    if (!page.machine.Has(Fix::kKh60) || node.moves.Read() == moves) return nullptr;
  }
}

// Sees to it that a page which moves just now is noticed, or that its move notices the reference.
// Returns: whether the page names the node still.
bool IsStillOf(Page& page, StableNode& node) {
  if (!page.machine.Has(Mechanism::kMergedPagesMove)) return true;
  const ksync::Guard lock(page.lock);
  return page.mapping.Read() == ToMapping(&node);
}

// Takes an item off its node, under the lock of the page that the node names. Returns: false if the
// page has moved.
bool TryToErase(RmapItem& item, StableNode& node, Page& page) {
  const ksync::Guard lock(page.lock);
  if (page.mapping.Read() != ToMapping(&node)) return false;
  node.hlist.Erase(item.hlist);
  return true;
}

}  // namespace

// Until K4 a merged page is anonymous, and that is all; then it names its node.
void SetPageStableNode(Page& page, StableNode* node) {
  const bool says_merged = page.machine.Has(KsmState::kStableNode);
  page.mapping.Write(says_merged ? ToMapping(node) : kPageMappingAnon);
}

Page* StableTree::GetKsmPage(StableNode& node) {
  if (HoldsPage(machine_)) {
    Page* const page = node.page.Read();
    GetPage(*page);
    return page;
  }
  const bool is_named = machine_.Has(KsmState::kKeyhole);
  Page* const page = is_named ? PeepThroughKeyhole(node) : FindByItems(node);
  if (page == nullptr) RemoveNode(node);
  return page;
}

// Returns: the merged page at the place of the first item that has one there, with a reference;
// null if none has. Items before it are taken off. Kernel: get_ksm_page() until 08beca44df.
Page* StableTree::FindByItems(StableNode& node) {
  while (auto* const first = node.hlist.First()) {
    Page* const page = GetMergeablePage(first->owner());
    if (page != nullptr && IsKsm(page->mapping.Read())) return page;
    if (page != nullptr) PutPage(*page);
    TakeOff(first->owner(), node);
  }
  return nullptr;
}

void StableTree::TakeOff(RmapItem& item, StableNode& node) {
  node.hlist.Erase(item.hlist);
  Forget(item, node);
}

// The item is off the node's list. Its anon_vma and its place go.
void StableTree::Forget(RmapItem& item, const StableNode& node) {
  Add(node.hlist.Empty() ? counters_.pages_shared : counters_.pages_sharing, -1);
  DropAnonVma(item);
  item.place.Write(ItemPlace::kNowhere);
}

// Kernel: remove_node_from_stable_tree(). Requires: its page has gone.
void StableTree::RemoveNode(StableNode& node) {
  while (auto* const first = node.hlist.First()) TakeOff(first->owner(), node);
  roots_[nodes_.TreeOf(node.memory_node)].Erase(node.node);
  ksync::Delete(&node);
}

StableTree::Descent StableTree::GoDown(const Page& page) {
  const PageTree<StableNode>& root = roots_[nodes_.TreeOf(page)];
  const std::uint32_t wanted = page.content.Read();
  Place place;
  while (auto* const node = root.At(place)) {
    Page* const tree_page = GetKsmPage(node->owner());
    if (tree_page == nullptr) return {.met_stale = true};
    const std::uint32_t content = tree_page->content.Read();
    if (content == wanted) return {.node = &node->owner(), .page = tree_page};
    PutPage(*tree_page);
    place = {node, wanted < content ? Side::kLeft : Side::kRight};
  }
  return {.place = place};
}

StableTree::Match StableTree::Search(Page& page) {
  if (ToStableNode(page.mapping.Read()) != nullptr) {
    GetPage(page);
    return {&page};
  }
  const Descent found = GoDown(page);
  if (found.page == nullptr || IsStillOf(*found.page, *found.node)) return {found.page, found.node};
  PutPage(*found.page);
  return {};  // Another time.
}

StableNode* StableTree::Insert(Page& page) {
  const Descent found = GoDown(page);
  // No mistake: until now this page was not shared, and searched for no other.
  if (found.page != nullptr) PutPage(*found.page);
  if (found.page != nullptr || found.met_stale) return nullptr;
  if (page.machine.AllocationFails("stable_node")) return nullptr;
  const bool has_page = machine_.Has(KsmState::kNodeAndPage);
  StableNode* const node =
      ksync::New<StableNode>(has_page ? &page : nullptr, StablePageFrames::NodeOf(page));
  roots_[nodes_.TreeOf(page)].Insert(node->node, found.place);
  if (has_page) SetPageStableNode(page, node);
  if (HoldsPage(machine_)) GetPage(page);
  return node;
}

void StableTree::Append(RmapItem& item, StableNode& node) {
  Add(node.hlist.Empty() ? counters_.pages_shared : counters_.pages_sharing, 1);
  node.hlist.PushFront(item.hlist);
  item.head.Write(&node);
  item.place.Write(ItemPlace::kStableNode);
}

// Before the keyhole: when the last item goes, the node goes. Kernel: remove_rmap_item_from_tree().
void StableTree::RemoveBeforeKeyhole(RmapItem& item, StableNode& node) {
  Page* const page = node.page.Read();
  if (page == nullptr) {
    TakeOff(item, node);
  } else {
    const ksync::Guard lock(page->lock);
    TakeOff(item, node);
    if (node.hlist.Empty()) SetPageStableNode(*page, nullptr);
  }
  if (!node.hlist.Empty()) return;
  RemoveNode(node);
  if (page != nullptr) PutPage(*page);
}

void StableTree::Remove(RmapItem& item) {
  StableNode& node = *item.head.Read();
  if (!machine_.Has(KsmState::kKeyhole)) return RemoveBeforeKeyhole(item, node);
  for (bool erased = false; !erased;) {
    Page* const page = GetKsmPage(node);
    if (page == nullptr) return;  // So the item is off, too.
    erased = TryToErase(item, node, *page);
    PutPage(*page);
  }
  Forget(item, node);
}

bool StableTree::RemoveStale() {
  bool empty = true;
  for (const PageTree<StableNode>& root : roots_) {
    for (auto* node = root.First(); node != nullptr;) {
      auto* const next = root.After(*node);
      if (Page* const page = GetKsmPage(node->owner())) {
        PutPage(*page);
        empty = false;
      }
      node = next;
    }
  }
  return empty;
}

// Returns: whether the node is off. Kernel: remove_stable_node().
bool StableTree::RemoveUnmapped(StableNode& node) {
  Page* const page = GetKsmPage(node);
  if (page == nullptr) return true;
  bool may = false;
  {
    const ksync::Guard lock(page->lock);
    may = page->mapping.Read() == ToMapping(&node) && !PageMapped(*page);
    if (may) SetPageStableNode(*page, nullptr);
    if (may) RemoveNode(node);
  }
  PutPage(*page);
  return may;
}

bool StableTree::RemoveAll() {
  for (const PageTree<StableNode>& root : roots_) {
    while (auto* const node = root.First()) {
      if (!RemoveUnmapped(node->owner())) return false;
    }
  }
  return true;
}

}  // namespace rmap::inline KSYNC_BACKEND
