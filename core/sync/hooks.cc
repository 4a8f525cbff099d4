// The one mutable global of the port: which engine, if any, runs on this OS thread. Nothing else is
// shared between a modelled program and the checker.
#include "core/sync/hooks.h"

#include <cstdio>
#include <cstdlib>

namespace ksync {
namespace {
thread_local constinit Hooks* current_hooks = nullptr;
}  // namespace

Hooks& CurrentHooks() {
  if (current_hooks == nullptr) {
    std::fputs(
        "ksync: a modelled operation outside models::Check(); "
        "link the native flavour, or run the code under the checker\n",
        stderr);
    std::abort();
  }
  return *current_hooks;
}

Hooks* InstallHooks(Hooks* hooks) {
  Hooks* before = current_hooks;
  current_hooks = hooks;
  return before;
}

}  // namespace ksync
