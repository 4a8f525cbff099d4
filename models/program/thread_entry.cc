// pthread_*: threads, keys, once; and the guards of function-local statics.
//
// std::thread calls pthread_create from inside of its library; the dynamic linker finds this one
// first. A pthread_t is a number of ours. Outside of an execution all of it is the C library's.
#include <cxxabi.h>
#include <pthread.h>
#include <sched.h>

#include <cerrno>

#include "models/program/state.h"

namespace models::program {
namespace {

using ksync::LockMode;
using ksync::Site;

// A pthread_t of thread 0; far from any pointer, and not null.
constexpr pthread_t kFirstHandle = 0x7d000001;

pthread_t HandleOf(int thread) { return kFirstHandle + static_cast<pthread_t>(thread); }

// Returns: the thread of a handle, or null.
ThreadState* ThreadOf(pthread_t handle) {
  const pthread_t number = handle - kFirstHandle;
  return number < state.exists ? &state.threads[number] : nullptr;
}

void ThreadMain(void* slot) { RunThread(**static_cast<ThreadState**>(slot)); }

// A routine that is run once: taken by who runs it, given back also if it is left by an exception.
class Once {
 public:
  Once(pthread_once_t* done, Site site) : done_(done), site_(site) {}
  Once(const Once&) = delete;
  Once& operator=(const Once&) = delete;

  // Returns: whether it has been run to its end. Who sees that comes behind who ran it, and behind
  // nobody else: it takes no lock.
  bool Done() const {
    const Inside inside;
    // No load: a loop that calls this is recognised by its own reads.
    const ksync::Condition any{ksync::Condition::Compare::kGreaterEqual, 0};
    return engine->Await(Flag(), any, ksync::acquire, site_) != 0;
  }
  void Take() const {
    const Inside inside;
    engine->Acquire(LockAt(LockAddress(), site_), LockMode::kExclusive, site_,
                    ksync::Nesting::kNone);
    // Whoever came here because it had not seen the end of it: the execution in which it does see
    // it is another one, and orders less.
    if (engine->Load(Flag(), ksync::relaxed, site_) != 0) engine->Block(site_, nullptr);
  }
  void Finish() const {
    const Inside inside;
    engine->Store(Flag(), 1, ksync::release, site_);
  }
  void GiveBack() const {
    const Inside inside;
    engine->Release(LockAt(LockAddress(), site_), LockMode::kExclusive, site_);
  }

 private:
  const void* LockAddress() const { return reinterpret_cast<const char*>(done_) + 1; }
  ksync::LocationId Flag() const {
    return engine->LocationAt({ksync::LocationKind::kMarked, "", done_, nullptr}, 0, site_);
  }

  pthread_once_t* const done_;
  const Site site_;
};

void RunOnce(pthread_once_t* done, void (*routine)(), Site site) {
  const Once once(done, site);
  if (once.Done()) return;
  once.Take();
  try {
    routine();
  } catch (...) {
    once.GiveBack();
    throw;
  }
  once.Finish();
  once.GiveBack();
}

}  // namespace
}  // namespace models::program

using namespace models::program;  // NOLINT: the entry points stand outside of every namespace.
using models::in_program;

extern "C" {

int pthread_create(pthread_t* handle, const pthread_attr_t* attributes, void* (*body)(void*),
                   void* argument) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_create)(handle, attributes, body, argument);
  const ksync::Site site = RMAPCHECK_HERE;
  int detached = PTHREAD_CREATE_JOINABLE;
  if (attributes != nullptr) pthread_attr_getdetachstate(attributes, &detached);
  const Inside inside;
  ksync::Hooks& hooks = *engine;
  hooks.PlainWriteAt(handle, sizeof(*handle), site);
  ThreadState*& slot = state.slots.emplace_back(nullptr);
  const int id = static_cast<int>(hooks.Spawn(&ThreadMain, &slot, "", site));
  // It does not begin before this thread calls the engine again.
  ThreadState& created = state.thread(id);
  created.Begin(id, body, argument);
  created.detached = detached == PTHREAD_CREATE_DETACHED;
  slot = &created;
  *handle = HandleOf(id);
  return 0;
}

int pthread_join(pthread_t handle, void** result) {
  if (!in_program) return RMAPCHECK_NEXT(pthread_join)(handle, result);
  const ksync::Site site = RMAPCHECK_HERE;
  ThreadState* const thread = ThreadOf(handle);
  if (thread == nullptr) return ESRCH;
  if (thread->detached || thread->joined) return EINVAL;
  const Inside inside;
  thread->joined = true;
  engine->Join(static_cast<ksync::ThreadId>(thread->id), false, site);
  if (result == nullptr) return 0;
  engine->PlainWriteAt(result, sizeof(*result), site);
  *result = thread->result;
  return 0;
}

int pthread_detach(pthread_t handle) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_detach)(handle);
  ThreadState* const thread = ThreadOf(handle);
  if (thread == nullptr) return ESRCH;
  if (thread->detached || thread->joined) return EINVAL;
  thread->detached = true;
  return 0;
}

pthread_t pthread_self() noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_self)();
  return HandleOf(self->id);
}

void pthread_exit(void* result) {
  if (!in_program) RMAPCHECK_NEXT(pthread_exit)(result);
  self->result = result;
  self->exits = true;
  if (self->id == 0) EndThread();
  throw ThreadExit();
}

int sched_yield() noexcept { return in_program ? 0 : RMAPCHECK_NEXT(sched_yield)(); }

int pthread_once(pthread_once_t* once, void (*routine)()) {
  // What a library does once it does in one go, and for all executions.
  if (!in_program || !IsProgramMemory(once)) return RMAPCHECK_NEXT(pthread_once)(once, routine);
  {
    const Inside inside;
    engine->KeepThreadStorage();  // std::call_once hands over its function that way.
  }
  RunOnce(once, routine, RMAPCHECK_HERE);
  return 0;
}

// Keys: which there are is known to all threads alike, as they are made before they are used.

int pthread_key_create(pthread_key_t* key, void (*destructor)(void*)) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_key_create)(key, destructor);
  if (state.keys == kKeysMax) return EAGAIN;
  state.key_destructors[state.keys] = destructor;
  *key = static_cast<pthread_key_t>(state.keys++);
  return 0;
}

int pthread_key_delete(pthread_key_t key) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_key_delete)(key);
  if (key >= static_cast<pthread_key_t>(state.keys)) return EINVAL;
  state.key_destructors[key] = nullptr;
  for (ThreadState& thread : state.threads) {
    if (key < thread.keys.size()) thread.keys[key] = nullptr;
  }
  return 0;
}

int pthread_setspecific(pthread_key_t key, const void* value) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_setspecific)(key, value);
  if (key >= static_cast<pthread_key_t>(state.keys)) return EINVAL;
  const Inside inside;
  if (self->keys.size() <= key) self->keys.resize(key + 1);
  self->keys[key] = const_cast<void*>(value);
  return 0;
}

void* pthread_getspecific(pthread_key_t key) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(pthread_getspecific)(key);
  return key < self->keys.size() ? self->keys[key] : nullptr;
}

// The compiler's own once: byte 0 of a guard says that the variable is there; it reads it (acquire)
// before it calls. Who constructs holds a lock meanwhile.

int __cxa_guard_acquire(__cxxabiv1::__guard* guard) {
  auto* const done = reinterpret_cast<std::uint8_t*>(guard);
  if (!in_program) {
    if (*done != 0) return 0;
    return 1;
  }
  const ksync::Site site = RMAPCHECK_HERE;
  const Inside inside;
  ksync::Hooks& hooks = *engine;
  const ksync::LocationId lock = LockAt(done + 1, site);
  hooks.Acquire(lock, LockMode::kExclusive, site);
  const ksync::LocationId flag =
      hooks.LocationAt({ksync::LocationKind::kAtomic, "", done, nullptr, true}, 1, site);
  if (hooks.Load(flag, ksync::relaxed, site) == 0) return 1;
  hooks.Release(lock, LockMode::kExclusive, site);
  return 0;
}

void __cxa_guard_release(__cxxabiv1::__guard* guard) {
  auto* const done = reinterpret_cast<std::uint8_t*>(guard);
  if (!in_program) {
    *done = 1;
    return;
  }
  const ksync::Site site = RMAPCHECK_HERE;
  const Inside inside;
  ksync::Hooks& hooks = *engine;
  const ksync::LocationId flag =
      hooks.LocationAt({ksync::LocationKind::kAtomic, "", done, nullptr, true}, 1, site);
  // Release: whoever reads it without taking the lock must see the variable.
  hooks.Store(flag, 1, ksync::release, site);
  hooks.Release(LockAt(done + 1, site), LockMode::kExclusive, site);
}

void __cxa_guard_abort(__cxxabiv1::__guard* guard) {
  if (!in_program) return;
  const ksync::Site site = RMAPCHECK_HERE;
  const Inside inside;
  auto* const done = reinterpret_cast<std::uint8_t*>(guard);
  engine->Release(LockAt(done + 1, site), LockMode::kExclusive, site);
}

int __cxa_thread_atexit(void (*function)(void*), void* argument, void* library) {
  if (!in_program) {
    using Next = int (*)(void (*)(void*), void*, void*);
    static const auto next = reinterpret_cast<Next>(NextFunction("__cxa_thread_atexit_impl"));
    return next(function, argument, library);
  }
  const Inside inside;
  self->cleanups.push_back({function, argument});
  return 0;
}

// The compiler's last function asks for what __cxa_atexit was told; that is cleaned up elsewhere.
void __cxa_finalize(void* library) {
  if (!in_program) RMAPCHECK_NEXT(__cxa_finalize)(library);
}

int __cxa_atexit(void (*function)(void*), void* argument, void* library) {
  if (!in_program) {
    using Next = int (*)(void (*)(void*), void*, void*);
    static const auto next = reinterpret_cast<Next>(NextFunction("__cxa_atexit"));
    return next(function, argument, library);
  }
  const Inside inside;
  state.cleanups.push_back({function, argument});
  return 0;
}

}  // extern "C"
