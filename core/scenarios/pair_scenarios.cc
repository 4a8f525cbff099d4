// The scenarios made from pairs of operations. PairForkVersusExit is a parent that forks against a
// child that exits; PairMunmapBesideFault is one process of two threads. With "OutOfMemory" behind
// the name each allocation may fail.
#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/scenarios/pairs.h"
#include "core/scenarios/scenarios.h"
#include "core/scenarios/steps.h"
#include "core/vmops/exec.h"
#include "core/vmops/fork.h"
#include "core/vmops/mmap.h"
#include "core/vmops/reclaim.h"
#include "core/vmops/swap_in.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

constexpr Family kPairs = {
    .prefix = "Pair",
    .claim =
        "Any two operations that share an anon_vma, by a parent and its child "
        "(PairForkVersusExit) or in one process (PairMunmapBesideFault), do each other no "
        "harm, even if memory runs out at any allocation (...OutOfMemory).",
};

constexpr Family kTriples = {
    .prefix = "Triple",
    .claim =
        "What comes from a page does no harm to a parent and its child that both are busy "
        "(TripleExitVersusForkVersusMigration), nor to a stranger, who may get the memory of what "
        "they free (TripleExitAndStrangersForkVersusMigration).",
};

constexpr std::uint32_t kFresh = 0;  // What is on a page that nobody has written.

enum class Memory { kIsEnough, kMayRunOut };

// Who does what, at the same time.
struct Part {
  const Operation& operation;
  Side side;
};

Part MakePart(Stage& stage, const Operation& operation, Mm& mm) {
  const bool from_page = operation.reach == Reach::kPage;
  return {operation, Side{stage, from_page ? nullptr : &mm, &stage.world.AddPage()}};
}

Mm& NewProcess(Stage& stage) {
  Mm& mm = stage.world.NewMm();
  AttachTask(mm);
  stage.processes.push_back(&mm);
  return mm;
}

void TouchShared(Stage& stage, Mm& mm) {
  stage.page = &stage.world.AddPage();
  Touch(mm, stage.shared, *stage.page);
  stage.page->content.Write(stage.written);
}

Mm& NewParent(Stage& stage, const Operation& operation) {
  Mm& mm = NewProcess(stage);
  MmapAnonymous(mm, 2, 5);
  if (operation.add_vmas != nullptr) operation.add_vmas(mm);
  TouchShared(stage, mm);
  return mm;
}

Mm& NewChild(Stage& stage, Mm& parent) {
  Mm& child = *DupMm(parent);
  AttachTask(child);
  stage.processes.push_back(&child);
  return child;
}

void Prepare(std::vector<Part>& parts) {
  // The last first: what it prepares in a process must hold for all VMAs that others make of it.
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    if (part->operation.prepare != nullptr) part->operation.prepare(part->side);
  }
}

// The first part is carried out by the calling thread.
void RunTogether(std::vector<Part>& parts) {
  std::deque<ksync::Thread> threads;
  for (auto part = parts.begin() + 1; part != parts.end(); ++part) {
    threads.emplace_back([part] { part->operation.run(part->side); }, part->operation.name);
  }
  parts.front().operation.run(parts.front().side);
  for (ksync::Thread& thread : threads) thread.Join();
}

// Returns: who is left.
std::vector<Mm*> Survivors(const Stage& stage, const std::vector<Part>& parts) {
  std::vector<Mm*> mms = stage.processes;
  for (const Part& part : parts) {
    if (part.side.has_exited) std::erase(mms, part.side.mm);
    mms.insert(mms.end(), part.side.forked.begin(), part.side.forked.end());
  }
  return mms;
}

// Returns: what the process reads where the page may have come to: mremap and exec move it. What is
// at its old place then is another one, and the last here: mremap that cannot split its VMA leaves
// that behind, and a fault fills it.
std::vector<std::uint32_t> ReadEverywhere(const Stage& stage, Mm& mm) {
  std::vector<std::uint32_t> read;
  for (const VirtualPage address : {stage.shared + 5, stage.shared - 1, stage.shared}) {
    if (Resting(mm).page_table[address].Read().IsNone()) continue;
    const VmFlags flags = FindVma(Resting(mm), address)->vm_flags.Read();
    if (Allows(flags & kVmAccess, Access::kRead)) read.push_back(Load(mm, address));
  }
  return read;
}

// Rule I13. `writer`: the process itself, or whose child it is. Whose page's memory failed gets a
// fresh one.
void CheckWritten(const Stage& stage, Mm& mm, const Mm& writer, bool page_failed) {
  const std::vector<std::uint32_t> read = ReadEverywhere(stage, mm);
  if (read.empty()) return;
  const bool written = read.front() == stage.written || read.front() == stage.WrittenBy(writer) ||
                       (page_failed && read.front() == kFresh);
  ksync::Check(written, "I13: a process reads what it did not write");
}

// Rule I13: if the page was not unmapped afterwards.
void CheckKept(const Side& side, bool page_failed) {
  if (!side.has_written || page_failed) return;
  const std::vector<std::uint32_t> read = ReadEverywhere(side.stage, *side.mm);
  if (read.empty()) return;
  const bool kept = std::ranges::count(read, side.stage.WrittenBy(*side.mm)) > 0;
  ksync::Check(kept, "I13: what a process wrote is lost");
}

void CheckAllWritten(const Stage& stage, const std::vector<Part>& parts) {
  const bool failed = std::any_of(parts.begin(), parts.end(),
                                  [](const Part& part) { return part.side.has_failed; });
  for (const Part& part : parts) {
    CheckKept(part.side, failed);
    for (Mm* child : part.side.forked) CheckWritten(stage, *child, *part.side.mm, failed);
  }
  for (Mm* mm : stage.processes) {
    const bool has_exited = std::any_of(parts.begin(), parts.end(), [mm](const Part& part) {
      return part.side.has_exited && part.side.mm == mm;
    });
    if (!has_exited) CheckWritten(stage, *mm, *mm, failed);
  }
}

std::string RangesOf(const Mm& mm) {
  std::string ranges;
  for (const Vma* vma = FirstVma(Resting(mm)); vma != nullptr; vma = NextVma(Resting(mm), *vma)) {
    const VirtualPage start = vma->vm_start.Read();
    const VirtualPage end = vma->vm_end.Read();
    ranges += "[" + std::to_string(start) + "," + std::to_string(end) + ")";
  }
  return ranges;
}

using Ranges = std::map<const Mm*, std::string>;

Ranges AllRanges(const std::vector<Mm*>& mms) {
  Ranges ranges;
  for (const Mm* mm : mms) ranges[mm] = RangesOf(*mm);
  return ranges;
}

// A walk finds the page in a process once, if its VMAs stay what they are; while they change, two
// may cover the page. Requires: memory was enough, else a change may have been undone.
void CheckFoundOnce(const Side& side, const Ranges& before, const Ranges& after) {
  for (const auto& [mm, ranges] : after) {
    const bool unchanged = before.contains(mm) && before.at(mm) == ranges;
    const bool once = std::ranges::count(side.killed, mm) <= 1;
    ksync::Check(once || !unchanged, "a walk finds a page twice where it is mapped once");
  }
}

// Everything must be in order afterwards, also for whoever comes later.
void End(Stage& stage, const std::vector<Part>& parts) {
  const std::vector<Mm*> mms = Survivors(stage, parts);
  AtRest(stage.world, mms);
  CheckAllWritten(stage, parts);
  for (Mm* mm : mms) DetachTask(*mm);
  ExitAll(stage.world, mms);
}

void Run(Stage& stage, std::vector<Part> parts, Memory memory) {
  Prepare(parts);
  const Ranges before = AllRanges(stage.processes);
  stage.world.FailAllocations(memory == Memory::kMayRunOut);
  RunTogether(parts);
  stage.world.FailAllocations(false);

  if (memory == Memory::kIsEnough) {
    const Ranges after = AllRanges(Survivors(stage, parts));
    for (const Part& part : parts) CheckFoundOnce(part.side, before, after);
  }
  End(stage, parts);
}

void ParentAndChild(const Kernel& kernel, const Operation& parents, const Operation& childs,
                    Memory memory) {
  Stage stage(kernel);
  Mm& parent = NewParent(stage, parents);
  Mm& child = NewChild(stage, parent);
  Run(stage, {MakePart(stage, parents, parent), MakePart(stage, childs, child)}, memory);
}

void OneProcess(const Kernel& kernel, const Operation& left, const Operation& right,
                Memory memory) {
  Stage stage(kernel);
  Mm& mm = NewParent(stage, left);
  Run(stage, {MakePart(stage, left, mm), MakePart(stage, right, mm)}, memory);
}

// A process that has nothing to do with the page, and one of its own instead.
Mm& NewStranger(Stage& stage) {
  Mm& mm = NewProcess(stage);
  MmapAnonymous(mm, 2, 5);
  Page& page = stage.world.AddPage();
  Touch(mm, stage.shared, page);
  page.content.Write(stage.written);
  return mm;
}

// A program that is about to start: its temporary stack moves.
void Exec(const Kernel& kernel, const Operation& from_page, Memory memory) {
  Stage stage(kernel);
  Mm& mm = NewProcess(stage);
  MmapTemporaryStack(mm, stage.shared);
  TouchShared(stage, mm);
  Run(stage, {MakePart(stage, ExecShift(), mm), MakePart(stage, from_page, mm)}, memory);
}

// Who the second of a triple is.
enum class Second { kChild, kStranger, kFromPage };

const char* InWords(Second who) {
  if (who == Second::kFromPage) return "somebody else who comes from it";
  return who == Second::kChild ? "a child" : "a stranger";
}

Mm& NewSecond(Stage& stage, Mm& parent, Second who) {
  if (who == Second::kFromPage) return parent;
  return who == Second::kChild ? NewChild(stage, parent) : NewStranger(stage);
}

void Triple(const Kernel& kernel, const Operation& parents, Second who, const Operation& seconds,
            const Operation& from_page) {
  Stage stage(kernel);
  Mm& parent = NewParent(stage, parents);
  Mm& second = NewSecond(stage, parent, who);
  Run(stage,
      {MakePart(stage, parents, parent), MakePart(stage, seconds, second),
       MakePart(stage, from_page, parent)},
      Memory::kIsEnough);
}

const Operation& Named(std::string_view name) {
  const std::vector<Operation>& all = PairOperations();
  return *std::find_if(all.begin(), all.end(),
                       [name](const Operation& one) { return name == one.name; });
}

// What a parent does while its child's swap-in waits, which has found the page that they share.
enum class Overtaking { kWrites, kIsReclaimed };

// When the wait begins, a sibling thread has copied the page already. The parent's write takes the
// page out of the swap cache; then the copy, when it is reclaimed, gets the slot for which the
// child waits, and what the parent wrote another.
void Overtake(const Kernel& kernel, Overtaking parents) {
  Stage stage(kernel);
  const Operation& write = Named("Cow");
  Mm& parent = NewParent(stage, write);
  Mm& child = NewChild(stage, parent);
  std::vector<Part> parts = {MakePart(stage, write, parent), MakePart(stage, write, child)};
  const std::function<void()> writes = [&] { write.run(parts.front().side); };
  const std::function<void()> is_reclaimed = [&] { SwapOut(parent, stage.shared); };
  Named("SwapIn").prepare(parts.front().side);
  {
    const ksync::SharedGuard mmap_sem(child.mmap_sem);
    const Pte pte = PeekPte(child, stage.shared);
    SwapIn slow(*FindVma(child, stage.shared), stage.shared, Access::kRead, pte);
    const bool found = slow.Begin();
    ksync::Check(found, "a fault found no memory");
    // By threads of their own, because this one holds the child's mmap_sem.
    ksync::Thread([&] { write.run(parts.back().side); }, "sibling").Join();
    if (parents == Overtaking::kIsReclaimed) ksync::Thread(writes, "parent").Join();
    ksync::Thread other(parents == Overtaking::kWrites ? writes : is_reclaimed, "parent");
    ksync::Thread reclaim([&] { SwapOut(child, stage.shared); }, "reclaim");
    slow.Finish();
    other.Join();
    reclaim.Join();
  }
  End(stage, parts);
}

constexpr char kOracle[] =
    "Memory, locks and races are watched; at rest every rule of the structure must hold, and "
    "everything is given back.";

Scenario MemberOf(const Family& family, const std::string& name, std::string claim,
                  std::function<void(const Kernel&)> run) {
  return {.name = family.prefix + name,
          .claim = std::move(claim),
          .oracle = kOracle,
          .run = std::move(run),
          .newest_only = true,
          .family = &family};
}

// A stack that grows under shared mmap_sem, as it did until 6.5, meets faults in its process; those
// that compute an index from its start and offset may see half of the change.
std::vector<Expectation> WithoutKh95(const Operation& left, const Operation& right,
                                     bool one_process) {
  const auto grows = [](const Operation& one) {
    return one.name == std::string_view("StackGrowth");
  };
  if (!grows(left) && !grows(right)) return {};
  const bool meets = one_process && left.maps_new_page && right.maps_new_page;
  return {{"G9 with all without KH-95", meets ? "failed check" : ""}};
}

// With memory that is enough, and with memory that may run out.
template <typename Body>
void AddPair(std::vector<Scenario>& pairs, const std::string& name, const std::string& claim,
             const std::vector<Expectation>& expectations, Body body) {
  for (const Memory memory : {Memory::kIsEnough, Memory::kMayRunOut}) {
    const bool fails = memory == Memory::kMayRunOut;
    pairs.push_back(MemberOf(kPairs, name + (fails ? "OutOfMemory" : ""),
                             claim + (fails ? " Memory may run out." : ""),
                             [body, memory](const Kernel& kernel) { body(kernel, memory); }));
    pairs.back().expectations = expectations;
  }
}

std::string ClaimOf(const Operation& left, const Operation& right, const char* who) {
  return std::string(left.name) + " and " + right.name + " at the same time, " + who +
         ", do each other no harm.";
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

void AddPairsOf(std::vector<Scenario>& pairs, const Operation& left, const Operation& right) {
  const auto relatives = [&](const Kernel& kernel, Memory memory) {
    ParentAndChild(kernel, left, right, memory);
  };
  const auto threads = [&](const Kernel& kernel, Memory memory) {
    OneProcess(kernel, left, right, memory);
  };
  if (AreRelatives(left, right)) {
    AddPair(pairs, std::string(left.name) + "Versus" + right.name,
            ClaimOf(left, right, "by a parent and its child"), WithoutKh95(left, right, false),
            relatives);
  }
  if (ShareOneProcess(left, right)) {
    AddPair(pairs, std::string(left.name) + "Beside" + right.name,
            ClaimOf(left, right, "in one process"), WithoutKh95(left, right, true), threads);
  }
}

void AddExec(std::vector<Scenario>& pairs, const Operation& from_page) {
  AddPair(pairs, std::string(ExecShift().name) + "Beside" + from_page.name,
          ClaimOf(ExecShift(), from_page, "in one process"), {},
          [&](const Kernel& kernel, Memory memory) { Exec(kernel, from_page, memory); });
}

Scenario MakeTriple(const Operation& parents, Second who, const Operation& seconds,
                    const Operation& from_page) {
  const bool is_stranger = who == Second::kStranger;
  const std::string second = (is_stranger ? "AndStrangers" : "Versus") + std::string(seconds.name);
  return MemberOf(
      kTriples, parents.name + second + "Versus" + from_page.name,
      std::string(from_page.name) + " of a page, while " + InWords(who) + " does " + seconds.name +
          " and the page's owner " + parents.name + ", does no harm.",
      [&, who](const Kernel& kernel) { Triple(kernel, parents, who, seconds, from_page); });
}

// What is mapped elsewhere.
std::string OtherPages(const Stage& stage, const Mm& mm) {
  std::string others;
  for (VirtualPage address = 0; address < Resting(mm).page_table.size(); ++address) {
    const bool is_none = Resting(mm).page_table[address].Read().IsNone();
    if (address != stage.shared && !is_none) others += " +" + std::to_string(address);
  }
  return others;
}

// What stands where the page was at first.
std::string InPlaceOfPage(const Stage& stage, const Mm& mm) {
  const Pte pte = Resting(mm).page_table[stage.shared].Read();
  if (pte.IsNone()) return " none";
  if (!pte.IsPresent()) return " entry";
  return pte.Maps(*stage.page) ? " page" : " copy";
}

}  // namespace

std::string EffectOf(const Kernel& kernel, const Operation& operation, bool by_child) {
  Stage stage(kernel);
  Mm& parent = NewParent(stage, operation);
  Mm& mm = by_child ? NewChild(stage, parent) : parent;
  std::vector<Part> parts = {MakePart(stage, operation, mm)};
  Prepare(parts);
  RunTogether(parts);
  std::string effect = RangesOf(mm) + InPlaceOfPage(stage, mm) + OtherPages(stage, mm);
  if (parts.front().side.has_written) effect += " written";
  if (!parts.front().side.forked.empty()) effect += " and a child";
  const std::vector<Mm*> mms = Survivors(stage, parts);
  for (Mm* one : mms) DetachTask(*one);
  ExitAll(stage.world, mms);
  return effect;
}

std::vector<Scenario> PairScenarios() {
  std::vector<Scenario> pairs;
  for (const Operation& left : PairOperations()) {
    for (const Operation& right : PairOperations()) AddPairsOf(pairs, left, right);
  }
  for (const Operation& operation : PairOperations()) {
    if (operation.reach == Reach::kPage) AddExec(pairs, operation);
  }
  return pairs;
}

std::vector<Scenario> TripleScenarios() {
  std::vector<Scenario> triples;
  const auto add = [&triples](const char* parents, Second who, const char* seconds,
                              const char* from_page) -> Scenario& {
    triples.push_back(MakeTriple(Named(parents), who, Named(seconds), Named(from_page)));
    return triples.back();
  };
  for (const char* from_page : {"Migration", "Reclaim", "MemoryFailure"}) {
    add("Exit", Second::kChild, "Fork", from_page);
    add("Exit", Second::kChild, "SwapIn", from_page);
  }
  add("SwapIn", Second::kChild, "SwapIn", "MemoryFailure");
  add("Exit", Second::kChild, "Exit", "Migration");
  add("SplitBelow", Second::kChild, "Munmap", "Migration");
  add("MergeCase6", Second::kChild, "Exit", "Migration");
  add("Exit", Second::kStranger, "Fork", "Migration");  // It counts, and tries no lock.
  const Bug recycled = {.fix = Fix::kKh52, .violation = "use after free", .shown = false};
  add("Exit", Second::kStranger, "Fork", "Reclaim").bugs = {recycled};
  add("Exit", Second::kStranger, "Fork", "MemoryFailure").bugs = {recycled};
  add("Exit", Second::kFromPage, "Referenced", "MemoryFailure").bugs = {
      {.fix = Fix::kKh64, .violation = "lock misuse", .shown = false}};
  triples.push_back(MemberOf(
      kTriples, "SwapInVersusCowVersusReclaim",
      "A swap-in that waits for a page maps it only if it is still cached, although its owner "
      "writes to it and a copy gets its slot.",
      [](const Kernel& kernel) { Overtake(kernel, Overtaking::kWrites); }));
  triples.back().bugs = {{.fix = Fix::kKh40, .violation = "failed check", .shown = false}};
  triples.push_back(MemberOf(
      kTriples, "SwapInVersusReclaimVersusReclaim",
      "A swap-in that waits for a page maps it only if it is cached in the same slot, although "
      "two pages are reclaimed.",
      [](const Kernel& kernel) { Overtake(kernel, Overtaking::kIsReclaimed); }));
  triples.back().bugs = {{.fix = Fix::kKh40, .violation = "failed check", .shown = false},
                         {.fix = Fix::kKh41, .violation = "failed check", .shown = false}};
  return triples;
}

}  // namespace rmap::inline KSYNC_BACKEND
