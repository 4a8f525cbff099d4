// A virtual machine belongs to one worker, and all its choices come from its own stream of numbers:
// what is written where is a function of the seed, whatever ksmd does meanwhile.
#include "stress/ksm/fleet.h"

#include <algorithm>
#include <deque>
#include <memory>

#include "absl/container/flat_hash_set.h"
#include "core/base/check.h"
#include "core/base/split_mix.h"
#include "core/history/kernel.h"
#include "core/ksm/ksm.h"
#include "core/mm/at_rest.h"
#include "core/rmap/world.h"
#include "core/sync/sync.h"
#include "core/vmops/exit.h"
#include "core/vmops/fault.h"
#include "core/vmops/syscalls.h"
#include "stress/ksm/contents.h"

namespace fleet {
namespace {

using rmap::Mm;

rmap::Kernel KernelOf(const Request& request) {
  return request.kernel.empty() ? rmap::Kernel().WithAll() : *rmap::ParseKernel(request.kernel);
}

class VirtualMachine {
 public:
  VirtualMachine(rmap::World& world, const Request& request, std::uint32_t number)
      : world_(world),
        request_(request),
        number_(number),
        random_(base::SplitMix::Nth(request.seed, number)),
        written_(request.pages) {
    Boot();
  }

  // One tick. Its time to die is not that of its neighbours.
  void Run(std::uint32_t tick) {
    const bool dies = request_.life != 0 && (tick + number_) % request_.life == 0;
    if (dies) Reboot();
    for (std::uint32_t i = 0; i < request_.writes; ++i) WriteHot();
  }

  void Exit() { rmap::Mmput(*mm_); }

  // At rest: what is mapped, and that it is what was written.
  template <typename Visit>
  void ForEachPage(Visit visit) const {
    for (rmap::VirtualPage at = 0; at < request_.pages; ++at) {
      const rmap::Pte pte = rmap::Resting(*mm_).page_table[at].Read();
      ksync::Check(pte.IsPresent(), "I13: a page is gone that a machine has written");
      const bool same = pte.page().content.Read() == written_[at];
      ksync::Check(same, "I13: a machine has on a page what it did not write");
      visit(pte.page());
    }
  }

  std::uint64_t writes() const { return writes_; }
  std::uint64_t boots() const { return boots_; }

 private:
  // Of each hundred pages the first are the image's.
  bool IsOfImage(std::uint32_t at) const { return at % 100 < request_.equal; }

  std::uint32_t ImageAt(std::uint32_t at) const { return ContentOf(at + 1); }

  // Numbers that no other machine draws, nor the image has.
  std::uint32_t NewContent() {
    return ContentOf(request_.pages + 1 + number_ + request_.machines * drawn_++);
  }

  void Write(std::uint32_t at, std::uint32_t content) {
    const bool done = rmap::UserWrite(*mm_, at, content);
    CHECK(done, "memory does not run out here");
    written_[at] = content;
  }

  void Boot() {
    mm_ = &world_.NewMm();
    const rmap::PageRange all{0, request_.pages};
    const bool mapped = rmap::SysMmap(*mm_, all, rmap::kVmAccess) == rmap::SysResult::kDone;
    CHECK(mapped, "an address space is empty at first");
    const rmap::SysResult agreed = rmap::SysMadvise(*mm_, all, /*mergeable=*/true);
    CHECK(agreed == rmap::SysResult::kDone, "private memory can be merged");
    for (std::uint32_t at = 0; at < request_.pages; ++at) {
      Write(at, IsOfImage(at) ? ImageAt(at) : NewContent());
    }
    ++boots_;
  }

  void Reboot() {
    Exit();
    Boot();
  }

  // Hot pages lie everywhere among the others; half of the writes bring the image back.
  void WriteHot() {
    const std::uint32_t hot = std::max(1u, request_.pages * request_.hot / 100);
    const std::uint32_t which = static_cast<std::uint32_t>(random_.Next() % hot);
    const std::uint32_t at = which * request_.pages / hot;
    const std::optional<std::uint32_t> before = rmap::UserRead(*mm_, at);
    ksync::Check(before == written_[at], "I13: a machine reads what it did not write");
    const bool restores = random_.Next() % 2 == 0 && IsOfImage(at);
    Write(at, restores ? ImageAt(at) : NewContent());
    ++writes_;
  }

  rmap::World& world_;
  const Request& request_;
  const std::uint32_t number_;
  base::SplitMix random_;
  Mm* mm_ = nullptr;
  std::vector<std::uint32_t> written_;
  std::uint32_t drawn_ = 0;
  std::uint64_t writes_ = 0;
  std::uint64_t boots_ = 0;
};

class Fleet {
 public:
  explicit Fleet(const Request& request)
      : request_(request),
        world_(KernelOf(request), {.virtual_pages = request.pages, .swap_slots = 1}),
        ksm_(world_.machine(), /*reuses_frames=*/true) {
    for (std::uint32_t i = 0; i < request.machines; ++i) machines_.emplace_back(world_, request, i);
  }

  void Run(std::uint32_t tick) {
    std::deque<ksync::Thread> workers;
    for (std::uint32_t worker = 0; worker < request_.workers; ++worker) {
      workers.emplace_back([this, worker, tick] { RunWorker(worker, tick); });
    }
    ScanPages(request_.scan);
    for (ksync::Thread& worker : workers) worker.Join();
  }

  Sample Count(std::uint32_t tick) const {
    Sample sample{.tick = tick};
    absl::flat_hash_set<const rmap::Page*> frames;
    for (const VirtualMachine& machine : machines_) {
      machine.ForEachPage([&](const rmap::Page& page) {
        ++sample.mapped;
        frames.insert(&page);
      });
      sample.writes += machine.writes();
      sample.boots += machine.boots();
    }
    sample.frames = static_cast<std::uint32_t>(frames.size());
    ReadCounters(sample);
    return sample;
  }

  void End() {
    for (VirtualMachine& machine : machines_) machine.Exit();
    ksm_.ClearAway();
    ksync::Check(ksm_.DropStale(), "M3: a merged page outlives all who had it");
  }

 private:
  // Batches end when a round does.
  void ScanPages(std::uint32_t pages) {
    constexpr std::uint32_t kBatch = 100;  // Kernel: ksm_thread_pages_to_scan.
    for (; pages > 0; pages -= std::min(pages, kBatch)) {
      ksm_.DoScan(static_cast<int>(std::min(pages, kBatch)));
    }
  }

  void RunWorker(std::uint32_t worker, std::uint32_t tick) {
    for (std::uint32_t i = worker; i < machines_.size(); i += request_.workers) {
      machines_[i].Run(tick);
    }
  }

  void ReadCounters(Sample& sample) const {
    const std::string broken = ksm_.BrokenRule();
    ksync::Check(broken.empty(), broken.c_str());
    const rmap::KsmCounters& counters = ksm_.counters();
    sample.pages_shared = counters.pages_shared.Read();
    sample.pages_sharing = counters.pages_sharing.Read();
    sample.pages_unshared = counters.pages_unshared.Read();
    sample.pages_volatile = rmap::PagesVolatile(counters);
    sample.full_scans = ksm_.full_scans();
  }

  const Request& request_;
  rmap::World world_;
  rmap::Ksm ksm_;
  std::deque<VirtualMachine> machines_;
};

}  // namespace

Results RunFleet(const Request& request, const Progress& progress) {
  Results results{.request = request};
  Fleet fleet(results.request);
  for (std::uint32_t tick = 1; tick <= request.ticks; ++tick) {
    results.ended_early = !progress(tick);
    if (results.ended_early) break;
    fleet.Run(tick);
    results.samples.push_back(fleet.Count(tick));
  }
  fleet.End();
  return results;
}

}  // namespace fleet
