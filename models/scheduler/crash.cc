// Signal handling for modelled programs. The handlers are installed once for the process and pass
// on, with the default action, whatever comes while no guard is armed.
#include "models/scheduler/crash.h"

#include <signal.h>
#include <sys/time.h>

#include <cstdlib>
#include <memory>

#include "models/scheduler/boundary.h"

namespace models {
namespace {

constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGVTALRM};
constexpr int kIdleTicksMax = 2;  // CPU seconds without a call of the engine.
constexpr std::size_t kHandlerStackBytes = 64 << 10;

thread_local constinit CrashGuard* active = nullptr;

void OnSignal(int signal, siginfo_t* info, void*) {
  if (active != nullptr) active->Handle(signal, info->si_addr);
  if (signal == SIGVTALRM) return;
  // Not ours: fall back to the default action, so that the crash is seen as what it is.
  struct sigaction standard = {};
  standard.sa_handler = SIG_DFL;
  sigaction(signal, &standard, nullptr);
  raise(signal);
}

void InstallHandlers() {
  struct sigaction action = {};
  action.sa_sigaction = &OnSignal;
  // SA_NODEFER: the handler leaves by a jump, which must not leave the signal blocked.
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  for (int signal : kSignals) sigaction(signal, &action, nullptr);
  itimerval every_second = {{1, 0}, {1, 0}};
  setitimer(ITIMER_VIRTUAL, &every_second, nullptr);
}

// A stack for the handlers of this OS thread, for as long as the thread lives.
void InstallHandlerStack() {
  thread_local std::unique_ptr<char[]> memory;
  if (memory != nullptr) return;
  memory = std::make_unique<char[]>(kHandlerStackBytes);
  stack_t stack = {};
  stack.ss_sp = memory.get();
  stack.ss_size = kHandlerStackBytes;
  sigaltstack(&stack, nullptr);
}

}  // namespace

CrashGuard::CrashGuard() : before_(active) {
  static const bool installed = (InstallHandlers(), true);
  static_cast<void>(installed);
  InstallHandlerStack();
  active = this;
}

CrashGuard::~CrashGuard() { active = before_; }

void CrashGuard::Handle(int signal, const void* address) {
  if (!armed_) return;
  if (signal == SIGVTALRM) {
    const std::uint64_t progress = progress_;
    idle_ticks_ = progress == progress_seen_ ? idle_ticks_ + 1 : 0;
    progress_seen_ = progress;
    if (idle_ticks_ < kIdleTicksMax) return;
    idle_ticks_ = 0;
  }
  crash_ = {signal, address};
  armed_ = false;
  in_program = false;
  siglongjmp(destination_, 1);
}

}  // namespace models
