// Processes that have written the same, and ksmd, which makes one page of theirs.
//
// The oracle is what each reads afterwards, and the rules of rest: who shares a page is found from
// it, the stable tree is in order, what is counted is right. At the end nothing is left.
#ifndef RMAPCHECK_CORE_SCENARIOS_KSM_EQUALS_H_
#define RMAPCHECK_CORE_SCENARIOS_KSM_EQUALS_H_

#include <cstdint>

#include "core/ksm/ksm.h"
#include "core/mm/pressure.h"
#include "core/rmap/world.h"
#include "core/scenarios/steps.h"

namespace rmap::inline KSYNC_BACKEND {

// What all have written. Its checksum is that of a page never seen, so that ksmd takes it for
// unchanged the first time it comes by.
inline constexpr std::uint32_t kEqual = 8;
inline constexpr std::uint32_t kOther = 9;

// More than there are: to the end of the round.
inline constexpr int kAllPages = 100;

// Returns: a process of one page, which may be merged; on a machine with huge pages of one of
// those, which is made when it is written.
Mm& NewMergeable(World& world, Ksm& ksm);
// The same; it has written `value`.
Mm& NewMergeableWriter(World& world, Ksm& ksm, std::uint32_t value);

// Memory is short, and who asks for some again and again does so for ever.
// Requires: one thread asks.
class Patience final : public MemoryPressure {
 public:
  void Relieve() override {
    ksync::Check(++asked_ <= kAskedMax, "memory is asked for again and again");
  }

 private:
  static constexpr int kAskedMax = 8;  // A page or two are needed.
  int asked_ = 0;
};

// Checks that the first page of the process is not a merged one.
void CheckNotMerged(const Mm& mm, ksync::Site site = ksync::Site::current());

// Two of them.
struct Equals {
  // `reuses_frames`: as for Ksm.
  explicit Equals(const Kernel& kernel, bool reuses_frames = false)
      : world(kernel), ksm(world.machine(), reuses_frames) {}
  Equals(const Kernel& kernel, const MachineSize& size, bool reuses_frames = false)
      : world(kernel, size), ksm(world.machine(), reuses_frames) {}

  // ksmd comes to both pages, while `act` is done.
  template <typename Act>
  void MeetKsmd(Act act) {
    ksync::Thread ksmd([this] { ksm.DoScan(2); }, "ksmd");
    act();
    ksmd.Join();
  }

  // Everything is unmerged, while `act` is done.
  template <typename Act>
  void MeetUnmergeAll(Act act) {
    ksync::Thread unmerge([this] { CheckUnmergesAll(); }, "unmerge");
    act();
    unmerge.Join();
  }
  void CheckUnmergesAll();

  // Their pages become one. Requires: ksmd has not come by yet.
  void Merge();

  void CheckBothRead(std::uint32_t first_value, std::uint32_t second_value,
                     ksync::Site site = ksync::Site::current()) const;

  // Nothing moves: as AtRest, and for ksmd. Then the last processes end, and ksmd finds that they
  // have.
  void Exit(AllMms mms, ksync::Site site = ksync::Site::current());
  void ExitBoth(ksync::Site site = ksync::Site::current()) { Exit({&first, &second}, site); }

  World world;
  Ksm ksm;
  Mm& first = NewMergeableWriter(world, ksm, kEqual);
  Mm& second = NewMergeableWriter(world, ksm, kEqual);
};

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_SCENARIOS_KSM_EQUALS_H_
