// A modelled thread's stack, and switching to it.
//
// Boost.Context's fcontext does the switch (about ten nanoseconds). Stacks are kept from execution
// to execution: the same thread gets the same addresses again, so pointers to locals are equal in
// executions with a common prefix. A fiber that is never resumed is simply forgotten; whatever it
// allocated goes when the Heap is reset.
//
// Invariant: a guard page lies below each stack, so that an overflow is a fault at a known place.
#ifndef RMAPCHECK_MODELS_SCHEDULER_FIBER_H_
#define RMAPCHECK_MODELS_SCHEDULER_FIBER_H_

#include <boost/context/detail/fcontext.hpp>
#include <cstddef>

namespace models {

class Fiber {
 public:
  Fiber() = default;  // The engine's own stack: can be switched away from and back to.
  explicit Fiber(std::size_t stack_bytes);
  Fiber(Fiber&& other) noexcept;
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Makes the next switch to this fiber call `body(argument)` on an empty stack; `body` must not
  // return. Whatever ran on the stack before is forgotten.
  void Prepare(void (*body)(void*), void* argument);

  // Suspends `from`, which must be running, and continues this one.
  // Returns: when somebody switches to `from` again.
  void SwitchFrom(Fiber& from);

  // Returns: whether the address lies in the stack.
  bool Holds(const void* address) const {
    const char* byte = static_cast<const char*>(address);
    return memory_ != nullptr && byte >= memory_ && byte < end_;
  }
  // Returns: whether the address lies in the guard page.
  bool InGuard(const void* address) const;

 private:
  static void Enter(boost::context::detail::transfer_t transfer);
  void Arrived(boost::context::detail::transfer_t transfer);

  boost::context::detail::fcontext_t context_ = nullptr;
  char* memory_ = nullptr;  // Guard page, then the stack.
  char* end_ = nullptr;
  std::size_t bytes_ = 0;
  void (*body_)(void*) = nullptr;
  void* argument_ = nullptr;
  void* sanitizer_ = nullptr;  // TSan's fiber, or ASan's fake stack.
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCHEDULER_FIBER_H_
