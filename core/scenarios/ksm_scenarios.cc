// Samepage merging against those who do not wait for it. The oracle is mostly whoever watches the
// memory; at the end nobody may be registered any more.
#include "core/scenarios/ksm_equals.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exit.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

// The only process exits while ksmd goes once round.
void KsmdVersusExit(const Kernel& kernel, bool touched) {
  World world(kernel);
  Ksm ksm(world.machine());
  Mm& mm = NewMergeable(world, ksm);
  if (touched) Touch(mm, 0, Access::kWrite);

  ksync::Thread ksmd([&ksm] { ksm.DoScan(1); }, "ksmd");
  Mmput(mm);
  ksmd.Join();
  ksm.DoScan(1);  // Whom the exit left to ksmd, it clears away.
}

// ksmd is not running, and will not: nobody comes by who clears away.
void KsmExitsWithoutKsmd(const Kernel& kernel) {
  World world(kernel);
  Ksm ksm(world.machine());
  Mm& first = NewMergeableWriter(world, ksm, kEqual);
  Mm& second = NewMergeableWriter(world, ksm, kEqual);
  ksync::Thread exit([&first] { Mmput(first); }, "exit");
  Mmput(second);
  exit.Join();
}

}  // namespace

std::vector<Scenario> KsmScenarios() {
  return {
      {.name = "KsmdVersusExit",
       .claim = "An exit may unregister the process itself if ksmd knows none of its pages: ksmd "
                "looks again, and lets go of the mm first.",
       .oracle = "Use after free, or a crash.",
       .run = [](const Kernel& kernel) { KsmdVersusExit(kernel, /*touched=*/false); },
       .since_state = KsmState::kFirstRelease,
       .bugs = {{.fix = Fix::kKh13, .violation = "crash"},
                {.fix = Fix::kKh12, .violation = "use after free"}}},
      {.name = "KsmdVersusExitOfTouched",
       .claim =
           "An exit leaves a process of which ksmd knows pages to ksmd, and waits until nobody "
           "works on it.",
       .oracle = "Use after free, deadlock, or what is never given back.",
       .run = [](const Kernel& kernel) { KsmdVersusExit(kernel, /*touched=*/true); },
       .since_state = KsmState::kFirstRelease,
       .bugs = {{.fix = Fix::kKh13, .violation = "crash", .shown = false}}},
      {.name = "KsmExitsWithoutKsmd",
       .claim = "An exit leaves nothing behind if ksmd never comes by.",
       .oracle = "Leak.",
       .run = KsmExitsWithoutKsmd,
       .since_state = KsmState::kFirstRelease},
  };
}

}  // namespace rmap::inline KSYNC_BACKEND
