// Each asks for the mechanism that ended it, and names its script and the kernel's commit. None
// asks for a generation, so that a kernel of other parts is judged by what it has.
#include "core/scripts/testing/unsound_verbs.h"

#include "core/history/generation.h"

namespace rmap::testing {

std::vector<Verb> UnsoundVerbs(const Kernel& kernel) {
  using enum Mechanism;
  std::vector<Verb> verbs;
  // A range that moves back beside a VMA that nobody has touched is merged with it, and then the
  // VMA lacks the chain of the pages in it: move-back-beside-untouched.rmap. (Kernel:
  // 965f55dea0e3.)
  if (!kernel.Has(kMergeKeepsSingular)) verbs.push_back(Verb::kMove);
  // A split of a VMA and a migration of a page that is anchored at its parent's have a lock each:
  // split-beside-older-anchor.rmap. (Kernel: 012f18004da3.)
  const bool locks_differ = kernel.Has(kChains) && !kernel.Has(kRootLock);
  if (locks_differ) verbs.push_back(Verb::kMigrate);
  return verbs;
}

}  // namespace rmap::testing
