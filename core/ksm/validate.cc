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
std::string Ksm::BrokenOrder(int tree, Shares& shares) const {
  const Page* before = nullptr;
  for (const StableNode* node = stable_.First(tree); node != nullptr;
       node = stable_.After(tree, *node)) {
    const int items = ItemsOf(*node);
    shares.shared += items > 0 ? 1 : 0;
    shares.sharing += items > 0 ? items - 1 : 0;
    const Page* const page = LivePageOf(*node);
    if (page == nullptr) continue;
    const std::uint32_t content = page->content.Read();
    if (before != nullptr && before->content.Read() >= content) {
      return absl::StrCat("K1: the stable tree is out of order at a page that reads ", content);
    }
    before = page;
  }
  return "";
}

std::string Ksm::BrokenRule() const {
  Shares shares;
  for (int tree = 0; tree < MemoryNodes::kCount; ++tree) {
    std::string broken = BrokenOrder(tree, shares);
    if (!broken.empty()) return broken;
  }
  if (counters_.pages_shared.Read() != shares.shared) return "K2: pages_shared is wrong";
  if (counters_.pages_sharing.Read() != shares.sharing) return "K2: pages_sharing is wrong";
  if (PagesVolatile(counters_) < 0) return "K2: pages_volatile is negative";
  return "";
}

}  // namespace rmap::inline KSYNC_BACKEND
