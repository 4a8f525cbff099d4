// Threads meet between windows. Within one, each looks at the clock after each job, so that nobody
// has to be told.
#include "stress/aim7/benchmark.h"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <memory>
#include <numeric>
#include <random>
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
    ksync::Check(frames_.used() == 0, "a page outlives all processes");
    CHECK(frames_.used_max() <= frames_.count(), "there were more pages than frames");
    const bool swap_is_empty = world_.machine().swap().SlotsInUse() == 0;
    ksync::Check(swap_is_empty, "a swap slot outlives all processes");
  }

  const Kernel kernel_;
  const Layout layout_;
  Frames frames_;
  mutable rmap::World world_;
  std::vector<Mm*> mms_;  // The parent first.
  std::vector<User> users_;
};

// A CPU and its run queue.
class Worker {
 public:
  Worker(Frames& frames, const Mix& mix) : mix_(mix), cpu_{frames} {}

  void Add(User& user) { users_.push_back(&user); }

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

  void Run(Clock::time_point deadline) {
    for (std::size_t i = 0; !users_.empty() && Clock::now() < deadline; ++i) {
      users_[i % users_.size()]->RunJob(mix_, cpu_);
    }
  }
  void Measure(Clock::time_point deadline) {
    cpu_.work = {};
    Run(deadline);
    work_ = cpu_.work;
  }

  const Work& work() const { return work_; }  // Of the measurement.
  bool all_logged_in() const { return all_logged_in_; }

 private:
  const Mix mix_;
  std::vector<User*> users_;
  Cpu cpu_;
  Work work_;
  bool all_logged_in_ = false;
};

// The windows of a point, as the last thread that arrives at their ends opens and closes them.
class Windows {
 public:
  Windows(double seconds, Point& point) : seconds_(seconds), point_(point) {}

  // The next window begins; the one before is over.
  void Next() {
    const double lasted = std::chrono::duration<double>(Clock::now() - start_).count();
    switch (++open_) {
      case kJobs:
        break;
      case kLocks:
        point_.seconds = lasted;
        CountLocks(true);
        break;
      case kOver:
        CountLocks(false);
        point_.locks.seconds = lasted;
        break;
    }
    // Order: relaxed: who works meets at the barrier, and for kswapd it is a clock.
    counting_.store(open_ == kJobs, std::memory_order_relaxed);
    start_ = Clock::now();
  }

  // Requires: a window is open, and the caller has met the others at its beginning.
  Clock::time_point Deadline() const {
    return start_ + Seconds(open_ == kLocks ? seconds_ / 3 : seconds_);
  }
  // Whether jobs are counted.
  const std::atomic<bool>& counting() const { return counting_; }

 private:
  enum Window { kLogin, kJobs, kLocks, kOver };

  const double seconds_;
  Point& point_;
  int open_ = kLogin;
  Clock::time_point start_ = Clock::now();
  std::atomic<bool> counting_{false};
};

void RunThreads(Machine& machine, const Load& load, std::vector<Worker>& workers, Point& point) {
  ForgetLocks();
  Windows windows(load.seconds, point);
  std::barrier meet(static_cast<std::ptrdiff_t>(workers.size()),
                    [&windows]() noexcept { windows.Next(); });
  ksync::Thread kswapd([&] { RunKswapd(machine.frames(), windows.counting(), point.kswapd); });
  std::vector<std::unique_ptr<ksync::Thread>> threads;
  for (Worker& worker : workers) {
    threads.push_back(std::make_unique<ksync::Thread>([&] {
      worker.LogIn(windows.Deadline());
      meet.arrive_and_wait();
      worker.Measure(windows.Deadline());
      meet.arrive_and_wait();
      worker.Run(windows.Deadline());
      meet.arrive_and_wait();
    }));
  }
  for (auto& thread : threads) thread->Join();
  machine.frames().End();
  kswapd.Join();
  point.locks.classes = ReadLocks();
  point.locks.order = ksync::ReadLockOrder();
}

// Returns: the CPUs. Users come in an order that is not that of their birth, which is the order of
// a walk: else those who come first, and are all who come if the machine is slow, were found first.
std::vector<Worker> Schedule(Machine& machine, const Load& load) {
  std::vector<Worker> workers(load.workers, Worker(machine.frames(), load.mix));
  std::vector<User*> users;
  for (User& user : machine.users()) users.push_back(&user);
  std::shuffle(users.begin(), users.end(), std::mt19937_64(load.seed));
  for (std::size_t i = 0; i < users.size(); ++i) workers[i % workers.size()].Add(*users[i]);
  return workers;
}

}  // namespace

Point MeasurePoint(const Kernel& kernel, const Load& load, std::uint32_t users) {
  Machine machine(kernel, load, users);
  std::vector<Worker> workers = Schedule(machine, load);
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
  point.threads = load.workers + 1;
  machine.Count(point);
  point.validated = machine.End();
  return point;
}

}  // namespace aim7
