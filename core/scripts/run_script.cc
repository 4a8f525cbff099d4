// A runner lives as long as the run. Its threads share the processes, the oracle and the script,
// each of which says how; everything else is a step's own.
#include "core/scripts/run_script.h"

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/ksm/ksm.h"
#include "core/mm/at_rest.h"
#include "core/rmap/validate.h"
#include "core/rmap/validate_change.h"
#include "core/rmap/walk.h"
#include "core/rmap/world.h"
#include "core/scripts/effect.h"
#include "core/scripts/oracle.h"
#include "core/scripts/phase_use.h"
#include "core/scripts/processes.h"
#include "core/vmops/all_locks.h"
#include "core/vmops/direct_io.h"
#include "core/vmops/exit.h"
#include "core/vmops/fault.h"
#include "core/vmops/fork.h"
#include "core/vmops/memory_failure.h"
#include "core/vmops/migrate.h"
#include "core/vmops/reclaim.h"
#include "core/vmops/swap_cache.h"
#include "core/vmops/syscalls.h"
#include "core/vmops/validate_mm.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

Outcome OutcomeOf(SysResult result) {
  switch (result) {
    case SysResult::kDone:
      return Outcome::kDone;
    case SysResult::kRefused:
      return Outcome::kRefused;
    case SysResult::kNoMemory:
      return Outcome::kNoMemory;
  }
  return Outcome::kRefused;
}

Outcome DoneIf(bool done) { return done ? Outcome::kDone : Outcome::kRefused; }

// Of a process that stays meanwhile.

Outcome TakeAllLocks(Mm& mm) {
  const ksync::Guard mmap_sem(mm.mmap_sem);
  MmTakeAllLocks(mm);
  MmDropAllLocks(mm);
  return Outcome::kDone;
}

Outcome CheckMm(Mm& mm) {
  const ksync::SharedGuard mmap_sem(mm.mmap_sem);
  ValidateMm(mm);
  return Outcome::kDone;
}

SysResult SystemCall(Mm& mm, const Step& step) {
  const PageRange range{step.at, step.length};
  switch (step.verb) {
    case Verb::kMap:
      return SysMmap(mm, range, step.rights);
    case Verb::kMapStack:
      return SysMmap(mm, range, step.rights | kVmGrowsDown);
    case Verb::kUnmap:
      return SysMunmap(mm, range);
    case Verb::kProtect:
      return SysMprotect(mm, range, step.rights);
    case Verb::kMove:
      return SysMremap(mm, range, {step.to, step.to_length});
    case Verb::kGrowHeap:
      return SysBrk(mm, step.at, step.length);
    case Verb::kLock:
      return SysMlock(mm, range);
    case Verb::kUnlock:
      return SysMunlock(mm, range);
    case Verb::kBind:
      return SysMbind(mm, range, static_cast<int>(step.to));
    case Verb::kMergeable:
      return SysMadvise(mm, range, /*mergeable=*/true);
    case Verb::kUnmergeable:
      return SysMadvise(mm, range, /*mergeable=*/false);
    default:
      return SysResult::kRefused;
  }
}

// From a page, of which the step has the one reference that isolated it; it is put back.

Outcome MoveToNewPage(Page& page) {
  Page* const target = AllocPage(page.machine);
  if (target == nullptr) return Outcome::kNoMemory;
  GetPage(*target);
  Migration migration(page, *target);
  const bool moved = migration.Begin();
  migration.Finish();
  FreePageAndSwapCache(*target);
  return DoneIf(moved);
}

Outcome WithIsolated(Verb verb, Page& page) {
  Outcome outcome = Outcome::kDone;
  if (verb == Verb::kReferenced) PageReferenced(page);
  if (verb == Verb::kReclaim) outcome = DoneIf(ShrinkPage(page));
  if (verb == Verb::kMigrate) outcome = MoveToNewPage(page);
  PutbackLruPage(page);
  return outcome;
}

class Runner {
 public:
  Runner(const Kernel& kernel, const Script& script, Observer* observer)
      : script_(script),
        observer_(observer),
        world_(kernel, {.virtual_pages = script.pages, .swap_slots = script.swap_slots}),
        oracle_(script),
        processes_(ProcessCount(script), Has(script, Verb::kPoison)) {
    if (MergesPages(script))
      ksm_.emplace(world_.machine(), /*reuses_frames=*/true, /*walks_may_miss=*/true);
  }

  void Run() {
    RunPhases();
    ExitAll();
    if (observer_ != nullptr) observer_->EndScript();
  }

  std::string Effect() {
    RunPhases();
    const std::string effect = Describe();
    ExitAll();
    return effect;
  }

 private:
  using Forks = std::vector<Step>;  // Those that were done.

  void RunPhases() {
    for (std::uint32_t phase = 0; phase < script_.phases.size(); ++phase) RunPhase(phase);
  }
  void RunPhase(std::uint32_t number);
  void RunThreads(std::uint32_t number, std::vector<Forks>& forks);
  void RunThread(Place place, Forks& forks);
  Outcome Take(const Place& place, const Step& step, Forks& forks);

  Outcome Start(const Step& step);
  Outcome Fork(const Step& step, Forks& forks);
  Outcome Access(const Place& place, const Step& step, Mm& mm);
  Outcome Read(const Place& place, const Step& step, Mm& mm);
  Outcome DirectIo(const Place& place, const Step& step, Mm& mm);
  Outcome FromPage(const Step& step);
  Outcome Poison(const Place& place, const Step& step);
  // Returns: use(mm); refused if there is no such process.
  template <typename Use>
  Outcome WithMm(const Step& step, Use use);

  void CheckAtRest(const std::vector<ProcessUse>& uses, const std::vector<Forks>& forks);
  void CheckForkOrder(const std::vector<ProcessUse>& uses, const Step& fork) const;
  void CheckContents(std::uint32_t process, const Mm& mm);
  void ExitAll();
  void CheckNothingIsMerged();
  std::string Describe() const;
  std::vector<Mm*> Living() const;

  const Script& script_;
  Observer* const observer_;
  World world_;
  std::optional<Ksm> ksm_;  // If pages are merged.
  Oracle oracle_;
  Processes processes_;
};

void Runner::RunPhase(std::uint32_t number) {
  const Phase& phase = script_.phases[number];
  const std::vector<ProcessUse> uses = UsesIn(phase, processes_.count());
  std::vector<Forks> forks(phase.threads.size());
  if (observer_ != nullptr) observer_->BeginPhase(number);
  oracle_.BeginPhase(number, uses);
  processes_.BeginPhase(uses);
  world_.FailAllocations(phase.memory_may_run_out);
  RunThreads(number, forks);
  world_.FailAllocations(false);
  processes_.EndPhase();
  CheckAtRest(uses, forks);
  if (observer_ != nullptr) observer_->EndPhase(number);
}

void Runner::RunThreads(std::uint32_t number, std::vector<Forks>& forks) {
  if (forks.empty()) return;
  std::deque<ksync::Thread> others;
  for (std::uint32_t thread = 1; thread < forks.size(); ++thread) {
    if (script_.phases[number].threads[thread].empty()) continue;
    others.emplace_back(
        [this, number, thread, &forks] {
          RunThread({number, thread}, forks[thread]);
        },
        "thread of a script");
  }
  RunThread({number, 0}, forks[0]);
  for (ksync::Thread& other : others) other.Join();
}

void Runner::RunThread(Place place, Forks& forks) {
  for (const Step& step : script_.phases[place.phase].threads[place.thread]) {
    if (observer_ != nullptr) observer_->Begin(place, step);
    const Outcome outcome = Take(place, step, forks);
    oracle_.Ended(place, step, outcome);
    if (observer_ != nullptr) observer_->End(place, step, outcome);
    ++place.step;
  }
}

Outcome Runner::Take(const Place& place, const Step& step, Forks& forks) {
  switch (step.verb) {
    case Verb::kStart:
      return Start(step);
    case Verb::kFork:
      return Fork(step, forks);
    case Verb::kExit:
      return DoneIf(processes_.Exit(step.process));
    case Verb::kTakeAllLocks:
      return WithMm(step, TakeAllLocks);
    case Verb::kCheckMm:
      return WithMm(step, CheckMm);
    case Verb::kRead:
    case Verb::kWrite:
    case Verb::kStore:
    case Verb::kDirectIo:
      return WithMm(step, [&](Mm& mm) { return Access(place, step, mm); });
    case Verb::kReferenced:
    case Verb::kReclaim:
    case Verb::kMigrate:
      return FromPage(step);
    case Verb::kPoison:
      return Poison(place, step);
    case Verb::kScan:
      ksm_->DoScan(static_cast<int>(step.length));
      return Outcome::kDone;
    case Verb::kUnmergeAll:
      return ksm_->UnmergeAll() ? Outcome::kDone : Outcome::kNoMemory;
    default:
      return WithMm(step, [&](Mm& mm) { return OutcomeOf(SystemCall(mm, step)); });
  }
}

template <typename Use>
Outcome Runner::WithMm(const Step& step, Use use) {
  Mm* const mm = processes_.Get(step.process);
  if (mm == nullptr) return Outcome::kRefused;
  const Outcome outcome = use(*mm);
  processes_.Put(step.process, *mm);
  return outcome;
}

Outcome Runner::Start(const Step& step) {
  return DoneIf(processes_.Bear(step.process, [this] { return &world_.NewMm(); }).has_value());
}

Outcome Runner::Fork(const Step& step, Forks& forks) {
  return WithMm(step, [&](Mm& parent) {
    const std::optional<bool> born =
        processes_.Bear(step.other, [&parent] { return DupMm(parent); });
    if (!born.has_value()) return Outcome::kRefused;
    if (!*born) return Outcome::kNoMemory;
    forks.push_back(step);
    return Outcome::kDone;
  });
}

Outcome Runner::Access(const Place& place, const Step& step, Mm& mm) {
  if (step.at >= script_.pages) return Outcome::kRefused;
  if (step.verb == Verb::kRead) return Read(place, step, mm);
  if (step.verb == Verb::kDirectIo) return DirectIo(place, step, mm);
  const bool common = step.verb == Verb::kStore;
  return DoneIf(UserWrite(mm, step.at, common ? CommonValue(step.to) : oracle_.ValueOf(place)));
}

Outcome Runner::Read(const Place& place, const Step& step, Mm& mm) {
  const std::optional<Value> value = UserRead(mm, step.at);
  if (!value.has_value()) return Outcome::kRefused;
  CheckUnbroken(oracle_.BrokenRead(place, step, *value));
  return Outcome::kDone;
}

Outcome Runner::DirectIo(const Place& place, const Step& step, Mm& mm) {
  Page* const page = GetUserPage(mm, step.at);
  if (page == nullptr) return Outcome::kRefused;
  FinishDirectIo(*page, oracle_.ValueOf(place));
  return Outcome::kDone;
}

Outcome Runner::FromPage(const Step& step) {
  Page* page = nullptr;
  WithMm(step, [&](Mm& mm) {
    if (step.at < script_.pages) page = IsolateLruPage(mm, step.at);
    return Outcome::kDone;
  });
  return page == nullptr ? Outcome::kRefused : WithIsolated(step.verb, *page);
}

// Memory fails whoever has isolated the page.
Outcome Runner::Poison(const Place& place, const Step& step) {
  Page* page = nullptr;
  WithMm(step, [&](Mm& mm) {
    if (step.at < script_.pages) page = IsolatePage(mm, step.at);
    return Outcome::kDone;
  });
  if (page == nullptr) return Outcome::kRefused;
  Value lost = kFreshValue;
  MemoryFailure(*page, &lost);
  oracle_.Poisoned(place, lost);
  FreePageAndSwapCache(*page);
  return Outcome::kDone;
}

void Runner::CheckAtRest(const std::vector<ProcessUse>& uses, const std::vector<Forks>& forks) {
  Validate(Living());
  if (ksm_.has_value()) CheckUnbroken(ksm_->BrokenRule());
  for (const Forks& of_thread : forks) {
    for (const Step& fork : of_thread) CheckForkOrder(uses, fork);
  }
  CheckUnbroken(oracle_.BrokenReads());
  for (std::uint32_t process = 0; process < processes_.count(); ++process) {
    if (const Mm* const mm = processes_.AtRest(process)) CheckContents(process, *mm);
  }
}

// I6: asked only if nothing else may have moved a VMA since. An access may have: a stack that grows
// is taken out of the tree and put back, behind those that begin where it does now; by then the
// fork for whose sake the order was is over.
void Runner::CheckForkOrder(const std::vector<ProcessUse>& uses, const Step& fork) const {
  if (uses[fork.process].changes_vmas || uses[fork.other].changes_vmas) return;
  const Mm& parent = *processes_.AtRest(fork.process);
  const Mm& child = *processes_.AtRest(fork.other);
  CheckUnbroken(BrokenForkOrder(parent, child, kVmGrowsDown));
}

void Runner::CheckContents(std::uint32_t process, const Mm& mm) {
  std::vector<Value> contents;
  for (VirtualPage at = 0; at < script_.pages; ++at) {
    const Pte pte = Resting(mm).page_table[at].Read();
    contents.push_back(ContentOf(mm.machine, pte));
  }
  const std::uint32_t brk = Resting(mm).brk.Read();
  CheckUnbroken(oracle_.BrokenAtRest(process, contents, brk));
}

void Runner::ExitAll() {
  for (std::uint32_t process = 0; process < processes_.count(); ++process) {
    processes_.Exit(process);
  }
  const Machine& machine = world_.machine();
  if (ksm_.has_value()) ksm_->ClearAway();
  ReclaimSwapCache(machine);
  if (ksm_.has_value()) CheckNothingIsMerged();
  const std::uint32_t used = machine.swap().SlotsInUse();
  ksync::Check(used == 0, "C2: a swap slot is used by nobody");
}

void Runner::CheckNothingIsMerged() {
  ksync::Check(ksm_->DropStale(), "M3: a merged page outlives all who had it");
  CheckUnbroken(ksm_->BrokenRule());
}

std::vector<Mm*> Runner::Living() const {
  std::vector<Mm*> living;
  for (std::uint32_t process = 0; process < processes_.count(); ++process) {
    if (Mm* const mm = processes_.AtRest(process)) living.push_back(mm);
  }
  return living;
}

std::string Runner::Describe() const {
  std::string text;
  for (std::uint32_t process = 0; process < processes_.count(); ++process) {
    const Mm* const mm = processes_.AtRest(process);
    if (mm == nullptr) continue;
    absl::StrAppend(&text, text.empty() ? "P" : "; P", process, InWords(*mm));
  }
  return text;
}

}  // namespace

void RunScript(const Kernel& kernel, const Script& script, Observer* observer) {
  Runner(kernel, script, observer).Run();
}

std::string EffectOf(const Kernel& kernel, const Script& script, Observer* observer) {
  return Runner(kernel, script, observer).Effect();
}

}  // namespace rmap::inline KSYNC_BACKEND
