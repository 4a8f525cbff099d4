// What is not modelled and would reach the system behind the checker's back: other processes, the
// end of this one, threads and locks of interfaces that are not ours, atomics too wide for us.
//
// The first use of it stops the thread that makes it, and the search says so: it is not exhaustive
// then, and what it says of the program is no more than "undecided". It is never a failure of the
// program. Outside of an execution there is nobody to ask for any of this.
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

#include "models/program/state.h"

namespace models::program {

void Refuse(const char* what, ksync::Site site) {
  const Inside inside;
  engine->Block(site, what);
}

namespace {

// The end of the process, when it is not the program that asks for it.
[[noreturn]] void End(int status) {
  RMAPCHECK_NEXT(syscall)(SYS_exit_group, status);
  __builtin_unreachable();
}

}  // namespace
}  // namespace models::program

using namespace models::program;  // NOLINT: the entry points stand outside of every namespace.

#define RMAPCHECK_WHERE "(), which is not modelled: see docs/PROGRAMS.md"

// Defined under a name of our own, because compilers know the other one. None of these looks at
// what it is called with.
#define RMAPCHECK_REFUSE(name)                     \
  void rmapcheck_refuse_##name() asm(#name);       \
  void rmapcheck_refuse_##name() {                 \
    if (!models::in_program) std::abort();         \
    Refuse(#name RMAPCHECK_WHERE, RMAPCHECK_HERE); \
  }

extern "C" {

// The process itself, and others.
void _exit(int status) {
  if (!models::in_program) End(status);
  Refuse("_exit" RMAPCHECK_WHERE, RMAPCHECK_HERE);
  __builtin_unreachable();
}
void _Exit(int status) noexcept {
  if (!models::in_program) End(status);
  Refuse("_Exit" RMAPCHECK_WHERE, RMAPCHECK_HERE);
  __builtin_unreachable();
}
RMAPCHECK_REFUSE(quick_exit)
RMAPCHECK_REFUSE(fork)
RMAPCHECK_REFUSE(execl)
RMAPCHECK_REFUSE(execlp)
RMAPCHECK_REFUSE(execle)
RMAPCHECK_REFUSE(execv)
RMAPCHECK_REFUSE(execve)
RMAPCHECK_REFUSE(execvp)
RMAPCHECK_REFUSE(posix_spawn)
RMAPCHECK_REFUSE(posix_spawnp)
RMAPCHECK_REFUSE(system)
RMAPCHECK_REFUSE(popen)

// POSIX threads beyond those of thread_entry.cc, and semaphores.
RMAPCHECK_REFUSE(pthread_cancel)
RMAPCHECK_REFUSE(pthread_kill)
RMAPCHECK_REFUSE(__pthread_register_cancel)  // pthread_cleanup_push in C.
RMAPCHECK_REFUSE(pthread_sigqueue)
RMAPCHECK_REFUSE(pthread_tryjoin_np)
RMAPCHECK_REFUSE(pthread_timedjoin_np)
RMAPCHECK_REFUSE(pthread_clockjoin_np)
RMAPCHECK_REFUSE(pthread_getattr_np)
RMAPCHECK_REFUSE(sem_wait)
RMAPCHECK_REFUSE(sem_trywait)
RMAPCHECK_REFUSE(sem_timedwait)
RMAPCHECK_REFUSE(sem_clockwait)

// C's <threads.h>.
RMAPCHECK_REFUSE(thrd_create)
RMAPCHECK_REFUSE(mtx_lock)
RMAPCHECK_REFUSE(mtx_trylock)
RMAPCHECK_REFUSE(mtx_timedlock)
RMAPCHECK_REFUSE(cnd_wait)
RMAPCHECK_REFUSE(cnd_timedwait)
RMAPCHECK_REFUSE(call_once)
RMAPCHECK_REFUSE(tss_set)

// Atomics that are no machine word: what a library would do for them is a lock of its own.
RMAPCHECK_REFUSE(__atomic_load)
RMAPCHECK_REFUSE(__atomic_store)
RMAPCHECK_REFUSE(__atomic_exchange)
RMAPCHECK_REFUSE(__atomic_compare_exchange)
RMAPCHECK_REFUSE(__atomic_load_16)
RMAPCHECK_REFUSE(__atomic_store_16)
RMAPCHECK_REFUSE(__atomic_exchange_16)
RMAPCHECK_REFUSE(__atomic_compare_exchange_16)
RMAPCHECK_REFUSE(__atomic_fetch_add_16)
RMAPCHECK_REFUSE(__tsan_atomic128_load)
RMAPCHECK_REFUSE(__tsan_atomic128_store)
RMAPCHECK_REFUSE(__tsan_atomic128_exchange)
RMAPCHECK_REFUSE(__tsan_atomic128_compare_exchange_strong)
RMAPCHECK_REFUSE(__tsan_atomic128_compare_exchange_weak)
RMAPCHECK_REFUSE(__tsan_atomic128_compare_exchange_val)

}  // extern "C"
