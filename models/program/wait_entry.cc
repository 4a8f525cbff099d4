// Waiting that is not for a lock: futexes, by which the standard library waits for atomics, and
// time.
//
// FUTEX_WAIT waits until the value is another one; so nobody depends on being woken, and FUTEX_WAKE
// does nothing. Time passes in a thread only where it sleeps or times out: a clock that nobody
// waits for stands still, which keeps executions with a common past alike.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>

#include "models/program/state.h"

namespace models::program {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
// Where clocks stand when a thread begins: some time after the epoch.
constexpr std::int64_t kStartSeconds = 1'000'000;

// Returns: whether the wait ends by its deadline, as every wait that has one may.
bool WaitForChange(const void* address, std::uint64_t value, bool timed, ksync::Site site) {
  const Inside inside;
  ksync::Hooks& hooks = *engine;
  if (timed && hooks.Choose(2, "time-out", site) != 0) return true;
  const ksync::LocationId location = hooks.LocationAt(
      {ksync::LocationKind::kAtomic, "", address, nullptr, true}, sizeof(std::uint32_t), site);
  // Relaxed: the call orders nothing, and who made it reads the value again.
  hooks.Await(location,
              {.compare = ksync::Condition::Compare::kNotEqual, .operand = value, .may_end = timed},
              ksync::relaxed, site);
  return false;
}

// The running thread looks at its clock.
timespec Now() {
  self->reads_clock = true;
  return {kStartSeconds + self->now_ns / kSecond, self->now_ns % kSecond};
}

void Pass(const timespec& time) { self->now_ns += time.tv_sec * kSecond + time.tv_nsec; }

}  // namespace

void PassDeadline(const timespec& time, bool absolute) {
  const std::int64_t end = (time.tv_sec - (absolute ? kStartSeconds : 0)) * kSecond + time.tv_nsec;
  self->now_ns = absolute ? std::max(self->now_ns, end + 1) : self->now_ns + end + 1;
}

}  // namespace models::program

using namespace models::program;  // NOLINT: the entry points stand outside of every namespace.
using models::in_program;

extern "C" {

long syscall(long number, ...) noexcept {
  va_list list;
  va_start(list, number);
  long words[6];
  for (long& word : words) word = va_arg(list, long);
  va_end(list);
  if (!in_program || number != SYS_futex) {
    return RMAPCHECK_NEXT(syscall)(number, words[0], words[1], words[2], words[3], words[4],
                                   words[5]);
  }
  const long operation = words[1] & FUTEX_CMD_MASK;
  if (operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET) {
    const auto* const time = reinterpret_cast<const timespec*>(words[3]);
    if (WaitForChange(reinterpret_cast<const void*>(words[0]), static_cast<std::uint32_t>(words[2]),
                      time != nullptr, RMAPCHECK_HERE)) {
      PassDeadline(*time, operation == FUTEX_WAIT_BITSET);
      errno = ETIMEDOUT;
      return -1;
    }
  }
  return 0;
}

int nanosleep(const timespec* time, timespec* rest) {
  if (!in_program) return RMAPCHECK_NEXT(nanosleep)(time, rest);
  Pass(*time);
  return 0;
}
int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* rest) {
  if (!in_program) return RMAPCHECK_NEXT(clock_nanosleep)(clock, flags, time, rest);
  if (flags == 0) {
    Pass(*time);
  } else {
    PassDeadline(*time, true);
  }
  return 0;
}
int usleep(useconds_t time) {
  if (!in_program) return RMAPCHECK_NEXT(usleep)(time);
  self->now_ns += std::int64_t{time} * 1000;
  return 0;
}
unsigned sleep(unsigned time) {
  if (!in_program) return RMAPCHECK_NEXT(sleep)(time);
  self->now_ns += time * kSecond;
  return 0;
}
int clock_gettime(clockid_t clock, timespec* time) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(clock_gettime)(clock, time);
  *time = Now();
  return 0;
}
int gettimeofday(timeval* time, void* zone) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(gettimeofday)(time, zone);
  const timespec now = Now();
  *time = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}
time_t time(time_t* seconds) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(time)(seconds);
  const time_t now = Now().tv_sec;
  if (seconds != nullptr) *seconds = now;
  return now;
}

}  // extern "C"
