// Threads meet twice: before the measurement and after it. In between each looks at the clock after
// each job, so that nobody has to be told.
#include "stress/aim7/benchmark.h"

#include <atomic>
#include <barrier>
#include <chrono>
#include <memory>
#include <numeric>
#include <vector>

#include "core/base/check.h"
#include "core/rmap/validate.h"
#include "core/rmap/world.h"
#include "core/sync/sync.h"
#include "core/vmops/exit.h"
#include "core/vmops/fork.h"
#include "core/vmops/mmap.h"
#include "core/vmops/reclaim.h"

namespace aim7 {
namespace {

using Clock = std::chrono::steady_clock;
using rmap::Kernel;
using rmap::Mm;

constexpr std::uint32_t kValidatedMax = 48;

Clock::duration Seconds(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

// One slot for each page that there can be: nobody waits for swap space.
rmap::MachineSize SizeFor(const Load& load, const Layout& layout, std::uint32_t users) {
  const std::uint32_t processes = users + 1 + load.workers;
  return {.virtual_pages = layout.End(), .swap_slots = processes * layout.End()};
}

// The machine with its parent and its users. One thread builds it and ends it.
class Machine {
 public:
  Machine(const Kernel& kernel, const Load& load, std::uint32_t users)
      : kernel_(kernel),
        layout_{load.pages},
        frames_(load.frames),
        world_(kernel, SizeFor(load, layout_, users)) {
    world_.machine().UseFrames(&frames_);
    Mm& parent = world_.NewMm();
    mms_.push_back(&parent);
    rmap::MmapAnonymous(parent, 0, layout_.pages);
    Cpu cpu{frames_};
    for (rmap::VirtualPage i = 0; i < layout_.pages; ++i) Write(cpu, parent, i, /*value=*/0);
    for (std::uint32_t i = 0; i < users; ++i) AddUser(parent, load.seed + i);
  }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  Frames& frames() { return frames_; }
  std::vector<User>& users() { return users_; }

  // What is there at the end of the measurement.
  void Count(Point& point) const {
    point.objects = cost::CountObjects(kernel_, mms_);
    point.frames_max = frames_.used_max();
    point.swap_slots = world_.machine().swap().SlotsInUse();
  }

  // Ends the machine. Returns: how many processes were validated. Fails if it was not sound.
  std::uint32_t End() {
    users_.clear();
    std::vector<Mm*> kept;
    const std::size_t step = mms_.size() / kValidatedMax + 1;
    for (std::size_t i = 0; i < mms_.size(); ++i) {
      if (i % step == 0) {
        kept.push_back(mms_[i]);
      } else {
        rmap::Mmput(*mms_[i]);
      }
    }
    rmap::ReclaimSwapCache(world_.machine());
    rmap::Validate(kept);
    for (Mm* mm : kept) rmap::Mmput(*mm);
    CheckNothingIsLeft();
    return static_cast<std::uint32_t>(kept.size());
  }

 private:
  void AddUser(Mm& parent, std::uint64_t seed) {
    Mm* const mm = rmap::DupMm(parent);
    CHECK(mm != nullptr, "of what is not a page there is enough");
    mms_.push_back(mm);
    users_.emplace_back(*mm, layout_, seed);
  }

  void CheckNothingIsLeft() {
    rmap::ReclaimSwapCache(world_.machine());
    CHECK(frames_.used() == 0, "a page outlives all processes");
    CHECK(frames_.used_max() <= frames_.count(), "there were more pages than frames");
    CHECK(world_.machine().swap().SlotsInUse() == 0, "a swap slot outlives all processes");
  }

  const Kernel kernel_;
  const Layout layout_;
  Frames frames_;
  mutable rmap::World world_;
  std::vector<Mm*> mms_;  // The parent first.
  std::vector<User> users_;
};

// What a worker does with the users of its own: number `first`, and each `step`th after.
class Worker {
 public:
  Worker(Machine& machine, const Mix& mix, std::uint32_t first, std::uint32_t step)
      : mix_(mix), cpu_{machine.frames()} {
    for (std::size_t i = first; i < machine.users().size(); i += step) {
      users_.push_back(&machine.users()[i]);
    }
  }

  // Lets each user log in, or stops when the time is over.
  void LogIn(Clock::time_point deadline) {
    for (User* user : users_) {
      while (!user->HasLoggedIn()) {
        if (Clock::now() >= deadline) return;
        user->RunJob(mix_, cpu_);
      }
    }
    all_logged_in_ = true;
  }

  void Measure(Clock::time_point deadline) {
    cpu_.work = {};
    for (std::size_t i = 0; !users_.empty() && Clock::now() < deadline; ++i) {
      users_[i % users_.size()]->RunJob(mix_, cpu_);
    }
  }

  const Work& work() const { return cpu_.work; }
  bool all_logged_in() const { return all_logged_in_; }

 private:
  const Mix mix_;
  std::vector<User*> users_;
  Cpu cpu_;
  bool all_logged_in_ = false;
};

// Runs all threads. Returns: when the measurement began and ended, in `point.seconds`.
void RunThreads(Machine& machine, const Load& load, std::vector<Worker>& workers, Point& point) {
  std::atomic<bool> measuring{false};
  Clock::time_point start;
  Clock::time_point end;
  std::barrier meet(static_cast<std::ptrdiff_t>(workers.size()), [&]() noexcept {
    const bool is_first = !measuring.load(std::memory_order_relaxed);
    (is_first ? start : end) = Clock::now();
    measuring.store(is_first, std::memory_order_relaxed);  // Order: the barrier's is enough.
  });
  ksync::Thread kswapd([&] { RunKswapd(machine.frames(), measuring, point.kswapd); });
  const Clock::time_point login_deadline = Clock::now() + Seconds(load.seconds);
  std::vector<std::unique_ptr<ksync::Thread>> threads;
  for (Worker& worker : workers) {
    threads.push_back(std::make_unique<ksync::Thread>([&] {
      worker.LogIn(login_deadline);
      meet.arrive_and_wait();
      worker.Measure(start + Seconds(load.seconds));
      meet.arrive_and_wait();
    }));
  }
  for (auto& thread : threads) thread->Join();
  machine.frames().End();
  kswapd.Join();
  point.seconds = std::chrono::duration<double>(end - start).count();
}

}  // namespace

Point MeasurePoint(const Kernel& kernel, const Load& load, std::uint32_t users) {
  Machine machine(kernel, load, users);
  std::vector<Worker> workers;
  for (std::uint32_t i = 0; i < load.workers; ++i) {
    workers.emplace_back(machine, load.mix, i, load.workers);
  }
  Point point;
  point.users = users;
  point.all_logged_in = true;
  RunThreads(machine, load, workers, point);
  for (const Worker& worker : workers) {
    point.work.Add(worker.work());
    point.all_logged_in = point.all_logged_in && worker.all_logged_in();
  }
  const auto& jobs = point.work.jobs;
  point.jobs = std::accumulate(jobs.begin(), jobs.end(), std::uint64_t{0});
  point.thread_seconds = point.seconds * (load.workers + 1);
  machine.Count(point);
  point.validated = machine.End();
  return point;
}

}  // namespace aim7
