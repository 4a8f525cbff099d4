// The handler writes one word. It may come while the program runs on a modelled thread's stack, and
// so takes the stack that the engine gave to handlers.
#include "models/program/interrupt.h"

#include <signal.h>

#include <initializer_list>

namespace models::program {
namespace {

volatile sig_atomic_t caught = 0;

void OnSignal(int signal) { caught = signal; }

}  // namespace

void ListenForInterrupt() {
  for (int signal : {SIGINT, SIGTERM}) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    if (before.sa_handler == SIG_IGN) continue;
    struct sigaction action {};
    action.sa_handler = &OnSignal;
    action.sa_flags = SA_RESETHAND | SA_RESTART | SA_ONSTACK;
    sigaction(signal, &action, nullptr);
  }
}

bool Interrupted() { return caught != 0; }

void DieOfInterrupt() { raise(caught); }

}  // namespace models::program
