// The handler writes one word; whoever searches asks for it. It may come while a modelled program
// runs on a small stack of its own, and so takes the stack that the engine gave to handlers.
#include "core/base/interrupt.h"

#include <signal.h>

namespace base {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

// The handler runs on whatever thread the signal comes to, so accesses are atomic. Order: relaxed,
// because nothing else is told by it. (A std::atomic would do as well; the checker, which must see
// those of the core, need not see this one.)
int caught = 0;

int Caught() { return __atomic_load_n(&caught, __ATOMIC_RELAXED); }
void Note(int signal) { __atomic_store_n(&caught, signal, __ATOMIC_RELAXED); }
void OnSignal(int signal) { Note(signal); }

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
  Note(0);
  // SA_RESETHAND: the second one is not for us.
  for (int signal : kSignals) {
    SetUnlessIgnored(signal, &OnSignal, SA_RESETHAND | SA_RESTART | SA_ONSTACK);
  }
}

InterruptListener::~InterruptListener() {
  for (int signal : kSignals) SetUnlessIgnored(signal, SIG_DFL, 0);
}

bool Interrupted() { return Caught() != 0; }

void DieOfInterrupt() { raise(Caught()); }

}  // namespace base
