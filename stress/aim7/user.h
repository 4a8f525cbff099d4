// A user: a process that was forked from the common parent, and its never-ending list of jobs.
//
// A new user first makes the pages that it has inherited its own by writing to them, in as many
// jobs as that needs. After that each job is drawn from a table (user.cc): writing, reading, a
// short-lived child with copies on both sides, a mapping that comes and goes, a change of rights
// and back. All are of a like size: kAccesses accesses to pages.
//
// A user is run by one thread at a time, as a process with one thread is by one CPU. It knows what
// it wrote last, and so what it must read: a page that came back from swap as another's stops the
// benchmark.
//
// What it does not do: exec, exit (but for children), share memory, wait.
#ifndef RMAPCHECK_STRESS_AIM7_USER_H_
#define RMAPCHECK_STRESS_AIM7_USER_H_

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/split_mix.h"
#include "core/mm/mm.h"
#include "stress/aim7/frames.h"
#include "stress/aim7/reclaim.h"

namespace aim7 {

enum class Job { kLogin, kWrite, kRead, kFork, kMap, kProtect };
inline constexpr int kJobs = static_cast<int>(Job::kProtect) + 1;
const char* Name(Job job);

// How many of 100 jobs, once a user has logged in.
struct Mix {
  int read = 10;
  int fork = 15;
  int map = 15;
  int protect = 10;  // The rest writes.
};

// What a CPU has done for whoever it ran.
struct Work {
  void Add(const Work& other);

  std::array<std::uint64_t, kJobs> jobs{};
  std::uint64_t stalls = 0;  // How often there was no frame, and it reclaimed.
  Reclaimed reclaimed;
};

struct Cpu {
  Frames& frames;
  Work work = {};
};

// The layout of an address space: the pages inherited from the parent, a hole, and room for
// mappings that come and go.
struct Layout {
  static constexpr rmap::VirtualPage kRoom = 8;

  rmap::VirtualPage pages;

  rmap::VirtualPage RoomStart() const { return pages + 1; }
  rmap::VirtualPage End() const { return RoomStart() + kRoom; }
};

// Writes a page that nobody has written yet, or again; reclaims as often as needed.
void Write(Cpu& cpu, rmap::Mm& mm, rmap::VirtualPage address, std::uint32_t value);

class User {
 public:
  static constexpr std::uint32_t kAccesses = 8;  // Of a job.

  // Requires: the mm has the layout's pages mapped, all zero.
  User(rmap::Mm& mm, const Layout& layout, std::uint64_t seed);

  // Does one job. Requires: no other thread runs this user.
  void RunJob(const Mix& mix, Cpu& cpu);

  bool HasLoggedIn() const { return logged_in_ == layout_.pages; }
  rmap::Mm& mm() const { return *mm_; }

 private:
  std::uint32_t Draw(std::uint32_t count);
  Job DrawJob(const Mix& mix);
  void WriteOwn(Cpu& cpu, rmap::VirtualPage address);
  void ReadOwn(Cpu& cpu, rmap::VirtualPage address);
  void Login(Cpu& cpu);
  void WriteSome(Cpu& cpu, std::uint32_t count);
  void ReadSome(Cpu& cpu, std::uint32_t count);
  void Fork(Cpu& cpu);
  void Map(Cpu& cpu);
  void Protect(Cpu& cpu);

  rmap::Mm* mm_;
  Layout layout_;
  base::SplitMix
      random_;  // Each user has its own: its jobs follow from the seed, however threads run.
  rmap::VirtualPage logged_in_ = 0;     // Pages that are its own.
  std::vector<std::uint32_t> written_;  // What each page must read as.
};

}  // namespace aim7

#endif  // RMAPCHECK_STRESS_AIM7_USER_H_
