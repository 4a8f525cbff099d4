// The handler writes one word; whoever searches asks for it. It may come while a modelled program
// runs on a small stack of its own, and so takes the stack that the engine gave to handlers.
#include "core/base/interrupt.h"

#include <signal.h>

#include <atomic>

namespace base {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

// The handler runs on whatever thread the signal comes to. Relaxed: nothing else is told by it.
std::atomic<int> caught{0};
static_assert(std::atomic<int>::is_always_lock_free, "or a handler may not use it");

void OnSignal(int signal) { caught.store(signal, std::memory_order_relaxed); }

void SetUnlessIgnored(int signal, void (*handler)(int), int flags) {
  struct sigaction before {};
  sigaction(signal, nullptr, &before);
  if (before.sa_handler == SIG_IGN) return;
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(signal, &action, nullptr);
}

}  // namespace

InterruptListener::InterruptListener() {
  caught.store(0, std::memory_order_relaxed);
  // SA_RESETHAND: the second one is not for us.
  for (int signal : kSignals) {
    SetUnlessIgnored(signal, &OnSignal, SA_RESETHAND | SA_RESTART | SA_ONSTACK);
  }
}

InterruptListener::~InterruptListener() {
  for (int signal : kSignals) SetUnlessIgnored(signal, SIG_DFL, 0);
}

bool Interrupted() { return caught.load(std::memory_order_relaxed) != 0; }

void DieOfInterrupt() { raise(caught.load(std::memory_order_relaxed)); }

}  // namespace base
