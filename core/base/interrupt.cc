// The handler writes one word; whoever searches asks for it. It may come while a modelled program
// runs on a small stack of its own, and so takes the stack that the engine gave to handlers.
#include "core/base/interrupt.h"

#include <signal.h>

namespace base {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

volatile sig_atomic_t caught = 0;

void OnSignal(int signal) { caught = signal; }

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
  caught = 0;
  // SA_RESETHAND: the second one is not for us.
  for (int signal : kSignals) {
    SetUnlessIgnored(signal, &OnSignal, SA_RESETHAND | SA_RESTART | SA_ONSTACK);
  }
}

InterruptListener::~InterruptListener() {
  for (int signal : kSignals) SetUnlessIgnored(signal, SIG_DFL, 0);
}

bool Interrupted() { return caught != 0; }

void DieOfInterrupt() { raise(caught); }

}  // namespace base
