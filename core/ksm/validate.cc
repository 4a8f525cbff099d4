// What must hold of merging whenever nothing moves: of a page, of the stable tree, of the counters.
// A node whose page has gone is passed over: it is stale, and nobody came by yet.
#include "absl/strings/str_cat.h"
#include "core/ksm/ksm.h"
#include "core/mm/at_rest.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// Whether a walk along the item's anon_vma comes to the VMA.
bool IsMember(const RmapItem& item, const Vma& vma) {
  const AnonVmaMembers& members = item.anon_vma.Read()->members;
  const AnonVmaChain* avc = members.First(0, kLastOffset);
  while (avc != nullptr && avc->vma.Read() != &vma) avc = members.Next(*avc, 0, kLastOffset);
  return avc != nullptr;
}

int ItemsOf(const StableNode& node) {
  int items = 0;
  for (auto* item = node.hlist.First(); item != nullptr; item = node.hlist.After(*item)) ++items;
  return items;
}

// Returns: the page of a node that names none, as StableTree::FindByItems.
const Page* PageByItems(const StableNode& node) {
  for (auto* link = node.hlist.First(); link != nullptr; link = node.hlist.After(*link)) {
    const RmapItem& item = link->owner();
    const Pte pte = Resting(item.mm).page_table[item.address].Read();
    if (pte.IsPresent() && IsKsm(pte.page().mapping.Read())) return &pte.page();
  }
  return nullptr;
}

// Returns: the page of a node; null if it has gone.
const Page* LivePageOf(const StableNode& node) {
  const Page* const page = node.page.Read();
  if (page == nullptr) return PageByItems(node);
  return ToStableNode(page->mapping.Read()) == &node ? page : nullptr;
}

}  // namespace

bool Ksm::Finds(const Page& page, const Vma& vma, VirtualPage address) const {
  if (walks_may_miss_) return true;
  // No walk comes to all who share the page, nor does anybody say so.
  if (!machine_.Has(KsmState::kAnonVmaHeld)) return true;
  const StableNode* const node = ToStableNode(page.mapping.Read());
  if (node == nullptr) return false;
  for (auto* link = node->hlist.First(); link != nullptr; link = node->hlist.After(*link)) {
    const RmapItem& item = link->owner();
    if (item.address == address && IsMember(item, vma)) return true;
  }
  return false;
}

// Counts what hangs from the nodes of a tree.
std::string Ksm::BrokenOrder(int tree, Recount& recount) const {
  const Page* before = nullptr;
  for (const StableNode* node = stable_.First(tree); node != nullptr;
       node = stable_.After(tree, *node)) {
    const int items = ItemsOf(*node);
    recount.shared += items > 0 ? 1 : 0;
    recount.sharing += items > 0 ? items - 1 : 0;
    const Page* const page = LivePageOf(*node);
    if (page == nullptr) continue;
    const std::uint32_t content = page->content.Read();
    if (before != nullptr && before->content.Read() >= content) {
      return absl::StrCat("M1: the stable tree is out of order at a page that reads ", content);
    }
    before = page;
  }
  return "";
}

void Ksm::CountItems(const MmSlot& slot, Recount& recount) const {
  const unsigned round = scan_.seqnr.Read();
  for (const RmapItem* item = slot.rmap_list.Read(); item != nullptr;
       item = item->rmap_list.Read()) {
    const ItemPlace place = item->place.Read();
    const bool waits = place == ItemPlace::kUnstableTree;
    ++recount.items;
    recount.at_nodes += place == ItemPlace::kStableNode ? 1 : 0;
    recount.unshared += waits ? 1 : 0;
    recount.of_this_round += waits && item->seqnr.Read() == round ? 1 : 0;
  }
}

// What the unstable tree has is asked within a round: that of the last may have items that went.
std::string Ksm::BrokenCounters(const Recount& recount) const {
  if (counters_.pages_shared.Read() != recount.shared) return "M2: pages_shared is wrong";
  if (counters_.pages_sharing.Read() != recount.sharing) return "M2: pages_sharing is wrong";
  if (counters_.pages_unshared.Read() != recount.unshared) return "M2: pages_unshared is wrong";
  if (counters_.rmap_items.Read() != recount.items) return "M2: rmap_items is wrong";
  if (recount.at_nodes != recount.shared + recount.sharing) return "M2: an item is at no node";
  const bool in_round = scan_.mm_slot.Read() != nullptr;
  if (in_round && unstable_.Items() != recount.of_this_round) return "M2: an item is in no tree";
  return "";
}

std::string Ksm::BrokenRule() const {
  Recount recount;
  for (int tree = 0; tree < MemoryNodes::kCount; ++tree) {
    std::string broken = BrokenOrder(tree, recount);
    if (!broken.empty()) return broken;
  }
  for (auto* slot = slots_.First(); slot != nullptr; slot = slots_.After(*slot)) {
    CountItems(slot->owner(), recount);
  }
  return BrokenCounters(recount);
}

}  // namespace rmap::inline KSYNC_BACKEND
