// The scenarios made from pairs of operations. PairForkVersusExit is a parent that forks against a
// child that exits; PairMunmapBesideFault is one process of two threads. With "OutOfMemory" behind
// the name each allocation may fail.
#include <string>

#include "core/scenarios/pairs.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exec.h"
#include "core/vmops/fork.h"
#include "core/vmops/mmap.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

constexpr Family kPairs = {
    .prefix = "Pair",
    .claim =
        "Any two operations that share an anon_vma, by a parent and its child "
        "(PairForkVersusExit) or in one process (PairMunmapBesideFault), do each other no "
        "harm, even if memory runs out at any allocation (...OutOfMemory).",
};

enum class Processes { kParentAndChild, kOne };
enum class Memory { kIsEnough, kMayRunOut };

// A process that maps the page, and is on the task list.
Mm& NewProcess(Stage& stage) {
  Mm& mm = stage.world.NewMm();
  AttachTask(mm);
  stage.page = &stage.world.AddPage();
  return mm;
}

Mm& FirstProcess(Stage& stage, const Operation& operation) {
  Mm& mm = NewProcess(stage);
  MmapAnonymous(mm, 2, 5);
  if (operation.add_vmas != nullptr) operation.add_vmas(mm);
  Touch(mm, stage.shared, *stage.page);
  return mm;
}

void Prepare(const Operation& operation, Side& side) {
  if (operation.prepare != nullptr) operation.prepare(side);
}

void RunBoth(Stage& stage, const Operation& left, Side& left_side, const Operation& right,
             Side& right_side, Memory memory) {
  // The right one first: what it prepares must hold for all VMAs that the left one makes.
  Prepare(right, right_side);
  Prepare(left, left_side);
  stage.world.FailAllocations(memory == Memory::kMayRunOut);
  ksync::Thread other([&] { right.run(right_side); }, right.name);
  left.run(left_side);
  other.Join();
  stage.world.FailAllocations(false);
}

void Add(std::vector<Mm*>& mms, const Side& side) {
  if (side.mm != nullptr) mms.push_back(side.mm);
  mms.insert(mms.end(), side.forked.begin(), side.forked.end());
}

// Everything must be in order, also for whoever comes later.
void Finish(Stage& stage, const std::vector<Mm*>& mms) {
  AtRest(stage.world, mms);
  for (Mm* mm : mms) DetachTask(*mm);
  ExitAll(stage.world, mms);
}

void ParentAndChild(const Kernel& kernel, const Operation& parents, const Operation& childs,
                    Memory memory) {
  Stage stage(kernel);
  Mm& mm = FirstProcess(stage, parents);
  Side parent{stage, &mm, &stage.world.AddPage()};
  Side child{stage, DupMm(mm), &stage.world.AddPage()};
  AttachTask(*child.mm);
  RunBoth(stage, parents, parent, childs, child, memory);

  std::vector<Mm*> mms;
  Add(mms, parent);
  Add(mms, child);
  Finish(stage, mms);
}

void InOneProcess(Stage& stage, Mm& mm, const Operation& left, const Operation& right,
                  Memory memory) {
  Side left_side{stage, &mm, &stage.world.AddPage()};
  Side right_side{stage, &mm, &stage.world.AddPage()};
  RunBoth(stage, left, left_side, right, right_side, memory);

  right_side.mm = nullptr;  // There is one.
  std::vector<Mm*> mms;
  Add(mms, left_side);
  Add(mms, right_side);
  Finish(stage, mms);
}

void OneProcess(const Kernel& kernel, const Operation& left, const Operation& right,
                Memory memory) {
  Stage stage(kernel);
  InOneProcess(stage, FirstProcess(stage, left), left, right, memory);
}

// A program that is about to start: its temporary stack moves.
void Exec(const Kernel& kernel, const Operation& right, Memory memory) {
  Stage stage(kernel);
  Mm& mm = NewProcess(stage);
  MmapTemporaryStack(mm, stage.shared);
  Touch(mm, stage.shared, *stage.page);
  InOneProcess(stage, mm, ExecShift(), right, memory);
}

Scenario PairScenario(const Operation& left, const Operation& right, Processes processes,
                      Memory memory, std::function<void(const Kernel&)> run) {
  const bool one = processes == Processes::kOne;
  const std::string failing = memory == Memory::kMayRunOut ? "OutOfMemory" : "";
  return {
      .name = std::string("Pair") + left.name + (one ? "Beside" : "Versus") + right.name + failing,
      .claim = std::string(left.name) + " and " + right.name + " at the same time, " +
               (one ? "in one process" : "by a parent and its child") +
               (failing.empty() ? "" : ", when memory may run out") + ", do each other no harm.",
      .oracle =
          "Memory, locks and races are watched; at rest every rule of the structure must "
          "hold, and everything is given back.",
      .run = std::move(run),
      .newest_only = true,
      .family = &kPairs};
}

// Of two operations that both come from the page it does not matter which is left.
bool IsRepetition(const Operation& left, const Operation& right) {
  return left.reach == Reach::kPage && right.reach == Reach::kPage && &left > &right;
}

bool AreRelatives(const Operation& left, const Operation& right) {
  return right.add_vmas == nullptr && !IsRepetition(left, right);
}

// Two threads of one process; or one, and what comes from the page.
bool ShareOneProcess(const Operation& left, const Operation& right) {
  if (right.reach == Reach::kPage) return !IsRepetition(left, right);
  if (right.reach != Reach::kThread) return false;
  return left.reach == Reach::kWholeProcess || (left.reach == Reach::kThread && &left <= &right);
}

template <typename Run>
void AddBoth(std::vector<Scenario>& pairs, const Operation& left, const Operation& right,
             Processes processes, Run run) {
  for (const Memory memory : {Memory::kIsEnough, Memory::kMayRunOut}) {
    pairs.push_back(PairScenario(left, right, processes, memory,
                                 [run, memory](const Kernel& kernel) { run(kernel, memory); }));
  }
}

void AddPairsOf(std::vector<Scenario>& pairs, const Operation& left, const Operation& right) {
  if (AreRelatives(left, right)) {
    AddBoth(pairs, left, right, Processes::kParentAndChild,
            [&left, &right](const Kernel& kernel, Memory memory) {
              ParentAndChild(kernel, left, right, memory);
            });
  }
  if (ShareOneProcess(left, right)) {
    AddBoth(pairs, left, right, Processes::kOne,
            [&left, &right](const Kernel& kernel, Memory memory) {
              OneProcess(kernel, left, right, memory);
            });
  }
}

}  // namespace

std::vector<Scenario> PairScenarios() {
  std::vector<Scenario> pairs;
  for (const Operation& left : PairOperations()) {
    for (const Operation& right : PairOperations()) AddPairsOf(pairs, left, right);
  }
  for (const Operation& right : PairOperations()) {
    if (right.reach != Reach::kPage) continue;
    AddBoth(pairs, ExecShift(), right, Processes::kOne,
            [&right](const Kernel& kernel, Memory memory) { Exec(kernel, right, memory); });
  }
  return pairs;
}

}  // namespace rmap::inline KSYNC_BACKEND
