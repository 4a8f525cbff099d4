// malloc and its kin, operator new and delete.
//
// What the program allocates comes from the engine's heap, where addresses are the same in
// executions with a common past and are never used twice, so that use after free, double free and
// accesses out of bounds are found. What the engine and the libraries allocate for themselves comes
// from the C library, also while the program runs: a library's state outlives an execution.
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

#include "models/program/image.h"
#include "models/program/state.h"

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* memory);
}

namespace models::program {
namespace {

constexpr std::size_t kAlign = alignof(std::max_align_t);

// Returns: whether memory asked for from there is the program's. The C++ library's malloc is for
// exceptions, which the program makes, reads and hands to other threads.
bool IsPrograms(void* caller) {
  return in_program && (image.HasCode(caller) || image.IsLibrary(caller));
}

void* Allocate(std::size_t size, std::size_t alignment, const char* what, void* caller) {
  const ksync::Site site = SiteOf(caller);
  const Inside inside;
  return engine->Allocate(size, what, site, alignment);
}

void Free(void* memory, void* caller) {
  if (memory == nullptr) return;
  std::size_t size = 0;
  if (!in_program) return __libc_free(memory);
  const ksync::Site site = SiteOf(caller);
  const Inside inside;
  if (!engine->Owns(memory, &size)) return __libc_free(memory);
  engine->Free(memory, site);
}

void* Reallocate(void* memory, std::size_t old_size, std::size_t size, void* caller) {
  void* const moved = Allocate(size, kAlign, "realloc", caller);
  std::memcpy(moved, memory, std::min(old_size, size));
  Free(memory, caller);
  return moved;
}

void* New(std::size_t size, std::size_t alignment, void* caller) {
  // What a library allocates with new it mostly hands to the program: strings, states of threads.
  if (in_program) return Allocate(size, alignment, "new", caller);
  void* const memory = alignment > kAlign ? __libc_memalign(alignment, size) : __libc_malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

bool MultiplicationOverflows(std::size_t count, std::size_t size) {
  return size != 0 && count > static_cast<std::size_t>(-1) / size;
}

}  // namespace

void* AllocateFor(std::size_t size, const char* what, void* caller) {
  return Allocate(size, kAlign, what, caller);
}

}  // namespace models::program

using models::program::Allocate;
using models::program::Free;
using models::program::IsPrograms;
using models::program::kAlign;
using models::program::New;

#define RMAPCHECK_CALLER __builtin_return_address(0)

extern "C" {

void* malloc(std::size_t size) {
  void* const caller = RMAPCHECK_CALLER;
  return IsPrograms(caller) ? Allocate(size, kAlign, "malloc", caller) : __libc_malloc(size);
}

void free(void* memory) { Free(memory, RMAPCHECK_CALLER); }

void* calloc(std::size_t count, std::size_t size) {
  void* const caller = RMAPCHECK_CALLER;
  if (!IsPrograms(caller)) return __libc_calloc(count, size);
  if (models::program::MultiplicationOverflows(count, size)) return nullptr;
  void* const memory = Allocate(count * size, kAlign, "calloc", caller);
  return std::memset(memory, 0, count * size);
}

void* realloc(void* memory, std::size_t size) {
  void* const caller = RMAPCHECK_CALLER;
  if (!models::in_program) return __libc_realloc(memory, size);
  std::size_t old_size = 0;
  const bool ours = memory != nullptr && models::program::engine->Owns(memory, &old_size);
  if (memory == nullptr) {
    return IsPrograms(caller) ? Allocate(size, kAlign, "realloc", caller) : __libc_malloc(size);
  }
  if (!ours) return __libc_realloc(memory, size);
  return models::program::Reallocate(memory, old_size, size, caller);
}

void* reallocarray(void* memory, std::size_t count, std::size_t size) noexcept {
  void* const caller = RMAPCHECK_CALLER;
  if (models::program::MultiplicationOverflows(count, size)) {
    errno = ENOMEM;
    return nullptr;
  }
  if (memory == nullptr && IsPrograms(caller)) {
    return Allocate(count * size, kAlign, "reallocarray", caller);
  }
  return realloc(memory, count * size);
}

void* memalign(std::size_t alignment, std::size_t size) {
  void* const caller = RMAPCHECK_CALLER;
  return IsPrograms(caller) ? Allocate(size, alignment, "memalign", caller)
                            : __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  void* const caller = RMAPCHECK_CALLER;
  return IsPrograms(caller) ? Allocate(size, alignment, "aligned_alloc", caller)
                            : __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  void* const caller = RMAPCHECK_CALLER;
  *memory = IsPrograms(caller) ? Allocate(size, alignment, "posix_memalign", caller)
                               : __libc_memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}

}  // extern "C"

void* operator new(std::size_t size) { return New(size, kAlign, RMAPCHECK_CALLER); }
void* operator new[](std::size_t size) { return New(size, kAlign, RMAPCHECK_CALLER); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return New(size, kAlign, RMAPCHECK_CALLER);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return New(size, kAlign, RMAPCHECK_CALLER);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return New(size, static_cast<std::size_t>(alignment), RMAPCHECK_CALLER);
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return New(size, static_cast<std::size_t>(alignment), RMAPCHECK_CALLER);
}
void operator delete(void* memory) noexcept { Free(memory, RMAPCHECK_CALLER); }
void operator delete[](void* memory) noexcept { Free(memory, RMAPCHECK_CALLER); }
void operator delete(void* memory, std::size_t) noexcept { Free(memory, RMAPCHECK_CALLER); }
void operator delete[](void* memory, std::size_t) noexcept { Free(memory, RMAPCHECK_CALLER); }
void operator delete(void* memory, std::align_val_t) noexcept { Free(memory, RMAPCHECK_CALLER); }
void operator delete[](void* memory, std::align_val_t) noexcept { Free(memory, RMAPCHECK_CALLER); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  Free(memory, RMAPCHECK_CALLER);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  Free(memory, RMAPCHECK_CALLER);
}
