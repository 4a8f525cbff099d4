// What the compilers' ThreadSanitizer instrumentation calls for plain accesses and for functions.
//
// The names and signatures are the compilers' (g++ 12 and clang agree on them); libtsan has the
// same. Each access is reported to the engine before it happens, and then happens natively.
// Calls from outside of an execution, such as those of the engine's own start, do nothing.
#include <cstddef>

#include "models/program/state.h"

namespace models::program {
namespace {

inline void Read(const volatile void* address, std::size_t bytes, void* caller) {
  if (!in_program) return;
  const ksync::Site site = SiteOf(caller);
  const Inside inside;
  engine->PlainReadAt(const_cast<const void*>(address), bytes, site);
}

// The engine needs some of the stack that the program stands on. Where that ends inside of the C
// library, which holds a lock then, nothing could go on.
inline void CheckStack(void* caller) {
  constexpr std::size_t kNeeded = 128 << 10;
  const char* const here = static_cast<const char*>(__builtin_frame_address(0));
  const auto used = static_cast<std::size_t>(self->stack_top - here);
  if (used < kStackBytes - kNeeded || used > kStackBytes) return;
  const ksync::Site site = SiteOf(caller);
  const Inside inside;
  engine->Fail(ksync::Misuse::kCheck, "stack overflow: there are 8 MiB", site);
}

// A pointer into a thread_local variable, found where other threads may have left it.
inline void ReadPointer(const void* address, void* caller) {
  if (!in_program) return;
  std::uint64_t value = 0;
  __builtin_memcpy(&value, address, sizeof(value));
  if (!InThreadStorage(reinterpret_cast<const void*>(value))) return;
  if (InThreadStorage(address) || InOwnStack(address)) return;
  RefuseThreadLocal(value, SiteOf(caller));
}

inline void Write(const volatile void* address, std::size_t bytes, void* caller) {
  if (!in_program) return;
  const ksync::Site site = SiteOf(caller);
  const Inside inside;
  engine->PlainWriteAt(const_cast<const void*>(address), bytes, site);
}

}  // namespace
}  // namespace models::program

using models::program::Read;
using models::program::ReadPointer;
using models::program::Write;

#define RMAPCHECK_ACCESS(prefix, bytes)                                \
  void __tsan_##prefix##read##bytes(void* address) {                   \
    Read(address, bytes, __builtin_return_address(0));                 \
    if (bytes == 8) ReadPointer(address, __builtin_return_address(0)); \
  }                                                                    \
  void __tsan_##prefix##write##bytes(void* address) {                  \
    Write(address, bytes, __builtin_return_address(0));                \
  }                                                                    \
  void __tsan_##prefix##read_write##bytes(void* address) {             \
    Read(address, bytes, __builtin_return_address(0));                 \
    Write(address, bytes, __builtin_return_address(0));                \
  }

#define RMAPCHECK_ACCESSES(prefix) \
  RMAPCHECK_ACCESS(prefix, 1)      \
  RMAPCHECK_ACCESS(prefix, 2)      \
  RMAPCHECK_ACCESS(prefix, 4)      \
  RMAPCHECK_ACCESS(prefix, 8)      \
  RMAPCHECK_ACCESS(prefix, 16)

extern "C" {

// Called by a constructor of each object file.
void __tsan_init() { models::program::is_instrumented = true; }

RMAPCHECK_ACCESSES()
RMAPCHECK_ACCESSES(unaligned_)
RMAPCHECK_ACCESSES(volatile_)
RMAPCHECK_ACCESSES(unaligned_volatile_)

void __tsan_read_range(void* address, std::size_t bytes) {
  Read(address, bytes, __builtin_return_address(0));
}
void __tsan_write_range(void* address, std::size_t bytes) {
  Write(address, bytes, __builtin_return_address(0));
}

void __tsan_vptr_read(void** vptr) { Read(vptr, sizeof(*vptr), __builtin_return_address(0)); }
// A destructor sets the pointer that is there already: that is no write.
void __tsan_vptr_update(void** vptr, void* value) {
  if (*vptr == value) {
    Read(vptr, sizeof(*vptr), __builtin_return_address(0));
  } else {
    Write(vptr, sizeof(*vptr), __builtin_return_address(0));
  }
}

void __tsan_func_entry(void* caller) {
  using namespace models::program;
  if (!models::in_program) return;
  CheckStack(caller);
  self->call = FindCall(self->call, reinterpret_cast<std::uintptr_t>(caller));
}

void __tsan_func_exit() {
  using namespace models::program;
  if (models::in_program && self->call != nullptr) self->call = self->call->parent;
}

void __tsan_ignore_thread_begin() {}
void __tsan_ignore_thread_end() {}

}  // extern "C"
