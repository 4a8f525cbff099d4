// The pages of a machine that merges: what was once a page stays one. Kernel: struct page, mem_map.
//
// A stable node names its page and holds no reference on it (stable_tree.h): who follows the name
// looks at a page that may have been freed. So a freed page keeps its memory until the end, and
// says that it is nobody's. If the scenario wants that, its memory comes back as another page: the
// one that was freed last.
//
// What it does not do: run out; and notice who uses a page after it was freed, because to the
// engine it is memory in use. What such a use does to others is seen where memory comes back.
#ifndef RMAPCHECK_CORE_KSM_PAGE_FRAMES_H_
#define RMAPCHECK_CORE_KSM_PAGE_FRAMES_H_

#include "core/mm/frames.h"
#include "core/mm/machine.h"
#include "core/mm/page.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

class StablePageFrames final : public PageFrames {
 public:
  explicit StablePageFrames(bool reuses) : reuses_(reuses) {}
  StablePageFrames(const StablePageFrames&) = delete;
  StablePageFrames& operator=(const StablePageFrames&) = delete;
  // Requires: every page was freed.
  ~StablePageFrames() {
    if (Frame* const spare = spare_.Load(ksync::relaxed)) ksync::Delete(spare);
    for (Frame* frame = retired_.Load(ksync::relaxed); frame != nullptr;) {
      Frame* const before = frame->before;
      ksync::Delete(frame);
      frame = before;
    }
  }

  // From now on new memory is of that node; what comes back stays of the one it is of. Requires: no
  // other thread allocates.
  // Kernel: the policy of who allocates.
  void AllocateOn(int node) { node_ = node; }

  // Returns: of which node of memory the page is. Kernel: page_to_nid(). Requires: the page is of
  // such frames.
  static int NodeOf(const Page& page) { return static_cast<const Frame&>(page).node; }

  // As Ksm.
  void RenewUnordered() { ordered_ = false; }

  Page* Alloc(const Machine& machine) override {
    if (reuses_) {
      // Order: acquire, so that the new page comes after what was done with the old one.
      if (Frame* const spare = spare_.Exchange(nullptr, ksync::acquire)) return Renew(*spare);
    }
    return ksync::New<Frame>(machine, node_);
  }

  // Kernel: free_hot_cold_page(), which forgets the mapping of an anonymous page.
  // Order: release, so that who sees that the page is nobody's comes after all that its users did.
  void Free(Page& page) override {
    ksync::Check(!page.mlocked.Read(), "BUG: a page is freed that is locked in memory");
    page.mapping.StoreRelease(0);
    auto& frame = static_cast<Frame&>(page);
    reuses_ ? KeepSpare(frame) : Retire(frame);
  }

 private:
  struct Frame : Page {
    Frame(const Machine& machine, int its_node) : Page(machine), node(its_node) {}
    const int node;
    Frame* before = nullptr;  // The one that was freed before. Read when no thread is left.
  };

  // Order: release, for who comes without a reference, and asks for the mapping, takes one, and
  // asks again: a use of the new page is one of a page that does not name what the old one did. In
  // the kernel nothing orders the two (docs/KSM.md).
  Page* Renew(Frame& frame) const {
    frame.content.Write(0);
    frame.swap_entry.Write(kNoSwapEntry);
    frame.uses.Store(0, ordered_ ? ksync::release : ksync::relaxed);
    return &frame;
  }

  void KeepSpare(Frame& frame) {
    Frame* const before = spare_.Exchange(&frame, ksync::acq_rel);
    if (before != nullptr) Retire(*before);
  }

  void Retire(Frame& frame) { frame.before = retired_.Exchange(&frame, ksync::relaxed); }

  const bool reuses_;
  bool ordered_ = true;
  int node_ = 0;
  ksync::Atomic<Frame*> spare_{nullptr, "frames.spare"};
  ksync::Atomic<Frame*> retired_{nullptr, "frames.retired"};
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_KSM_PAGE_FRAMES_H_
