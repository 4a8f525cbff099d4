// Catching crashes of the modelled program: a fault becomes a return to the engine.
//
// While a CrashGuard exists on this OS thread, SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT raised
// in a fiber, and a fiber that burns CPU without ever calling the engine, jump back to the guard.
// The handler runs on a stack of its own, so that a fiber's overflow can be handled too.
#ifndef RMAPCHECK_MODELS_SCHEDULER_CRASH_H_
#define RMAPCHECK_MODELS_SCHEDULER_CRASH_H_

#include <csetjmp>
#include <cstdint>

namespace models {

struct Crash {
  int signal = 0;  // SIGVTALRM: no progress.
  const void* address = nullptr;
};

class CrashGuard {
 public:
  CrashGuard();
  ~CrashGuard();
  CrashGuard(const CrashGuard&) = delete;
  CrashGuard& operator=(const CrashGuard&) = delete;

  // Where a crash jumps to: the owner calls sigsetjmp(guard.destination(), 0) and, on a non-zero
  // return, reads crash().
  sigjmp_buf& destination() { return destination_; }
  const Crash& crash() const { return crash_; }

  // Crashes are caught only between Arm and Disarm; elsewhere they are our own and end the process.
  void Arm() { armed_ = true; }
  void Disarm() { armed_ = false; }

  // Tells that the program called the engine: it is not spinning.
  void Progress() { progress_ = progress_ + 1; }

  // Called by the signal handler. Returns: only if the signal is not ours to handle.
  void Handle(int signal, const void* address);

 private:
  sigjmp_buf destination_;
  Crash crash_;
  volatile bool armed_ = false;
  volatile std::uint64_t progress_ = 0;
  std::uint64_t progress_seen_ = 0;
  int idle_ticks_ = 0;
  CrashGuard* before_;
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCHEDULER_CRASH_H_
