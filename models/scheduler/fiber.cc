// Fibers over fcontext, with the announcements that the sanitizers need to follow a switch. See
// fiber.h for what a fiber promises.
#include "models/scheduler/fiber.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#include <pthread.h>
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace models {
namespace {

using boost::context::detail::jump_fcontext;
using boost::context::detail::make_fcontext;
using boost::context::detail::transfer_t;

std::size_t PageBytes() {
  static const std::size_t bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

char* MapStack(std::size_t bytes) {
  void* memory = mmap(nullptr, bytes + PageBytes(), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED || mprotect(memory, PageBytes(), PROT_NONE) != 0) {
    std::fprintf(stderr, "rmapcheck: no memory for a modelled thread's stack of %zu bytes\n",
                 bytes);
    std::abort();
  }
  return static_cast<char*>(memory);
}

#if defined(__SANITIZE_ADDRESS__)
// The stack of the OS thread we run on, which the engine's own fiber stands for.
std::pair<const void*, std::size_t> OwnStack() {
  pthread_attr_t attributes;
  void* bottom = nullptr;
  std::size_t bytes = 0;
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &bottom, &bytes);
  pthread_attr_destroy(&attributes);
  return {bottom, bytes};
}
#endif

}  // namespace

Fiber::Fiber(std::size_t stack_bytes)
    : memory_(MapStack((stack_bytes + PageBytes() - 1) / PageBytes() * PageBytes())),
      end_(memory_ + PageBytes() + (stack_bytes + PageBytes() - 1) / PageBytes() * PageBytes()),
      bytes_((stack_bytes + PageBytes() - 1) / PageBytes() * PageBytes()) {}

Fiber::Fiber(Fiber&& other) noexcept
    : context_(std::exchange(other.context_, nullptr)),
      memory_(std::exchange(other.memory_, nullptr)),
      end_(std::exchange(other.end_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)),
      body_(other.body_),
      argument_(other.argument_),
      sanitizer_(std::exchange(other.sanitizer_, nullptr)) {}

Fiber::~Fiber() {
#if defined(__SANITIZE_THREAD__)
  if (memory_ != nullptr && sanitizer_ != nullptr) __tsan_destroy_fiber(sanitizer_);
#endif
  if (memory_ != nullptr) munmap(memory_, bytes_ + PageBytes());
}

void Fiber::Prepare(void (*body)(void*), void* argument) {
  body_ = body;
  argument_ = argument;
#if defined(__SANITIZE_THREAD__)
  if (sanitizer_ != nullptr) __tsan_destroy_fiber(sanitizer_);
  sanitizer_ = __tsan_create_fiber(0);
#endif
#if defined(__SANITIZE_ADDRESS__)
  // The forgotten frames left their redzones behind.
  ASAN_UNPOISON_MEMORY_REGION(memory_ + PageBytes(), bytes_);
  sanitizer_ = nullptr;
#endif
  context_ = make_fcontext(memory_ + PageBytes() + bytes_, bytes_, &Fiber::Enter);
}

void Fiber::SwitchFrom(Fiber& from) {
#if defined(__SANITIZE_THREAD__)
  if (from.memory_ == nullptr) from.sanitizer_ = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(sanitizer_, 0);
#endif
#if defined(__SANITIZE_ADDRESS__)
  const auto [bottom, bytes] =
      memory_ == nullptr ? OwnStack()
                         : std::pair<const void*, std::size_t>(memory_ + PageBytes(), bytes_);
  __sanitizer_start_switch_fiber(&from.sanitizer_, bottom, bytes);
#endif
  // The pair tells the arriving side whom to give the suspended context, and who it is itself.
  Fiber* pair[2] = {&from, this};
  const transfer_t transfer = jump_fcontext(context_, pair);
  from.Arrived(transfer);
}

void Fiber::Arrived(transfer_t transfer) {
  Fiber* const* pair = static_cast<Fiber* const*>(transfer.data);
  pair[0]->context_ = transfer.fctx;
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(sanitizer_, nullptr, nullptr);
#endif
}

void Fiber::Enter(transfer_t transfer) {
  Fiber* self = static_cast<Fiber* const*>(transfer.data)[1];
  self->Arrived(transfer);
  self->body_(self->argument_);
  std::abort();
}

bool Fiber::InGuard(const void* address) const {
  const char* byte = static_cast<const char*>(address);
  return memory_ != nullptr && byte >= memory_ && byte < memory_ + PageBytes();
}

}  // namespace models
