// The tree of calls, and how threads of the program begin and end.
// The tree is one table, because a node is looked up at every access that the program makes.
#include "models/program/state.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

// Calls a function with nothing in the registers that a callee keeps, and notes where the stack
// stood: what a thread does must not depend on what the runtime has there.
extern "C" [[gnu::visibility("hidden")]] void* rmapcheck_call(void* (*body)(void*), void* argument,
                                                              const char** stack);
asm(R"(
  .hidden rmapcheck_call
  .globl rmapcheck_call
  .type rmapcheck_call, @function
rmapcheck_call:
  .cfi_startproc
  pushq %rbp
  .cfi_def_cfa_offset 16
  .cfi_offset %rbp, -16
  movq %rsp, %rbp
  .cfi_def_cfa_register %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  subq $8, %rsp
  .cfi_offset %rbx, -24
  .cfi_offset %r12, -32
  .cfi_offset %r13, -40
  .cfi_offset %r14, -48
  .cfi_offset %r15, -56
  movq %rsp, (%rdx)
  xorl %ebx, %ebx
  xorl %r12d, %r12d
  xorl %r13d, %r13d
  xorl %r14d, %r14d
  xorl %r15d, %r15d
  movq %rdi, %rax
  movq %rsi, %rdi
  call *%rax
  leaq -40(%rbp), %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  .cfi_def_cfa %rsp, 8
  ret
  .cfi_endproc
)");

namespace models::program {
namespace {

class CallTree {
 public:
  CallTree() : slots_(1 << 12) {}

  const Call* Find(const Call* parent, std::uintptr_t pc) {
    std::size_t i = Hash(parent, pc);
    for (; slots_[i] != nullptr; i = (i + 1) & (slots_.size() - 1)) {
      if (slots_[i]->parent == parent && slots_[i]->pc == pc) return slots_[i];
    }
    return Add(parent, pc, i);
  }

 private:
  // The memory is the engine's, though the program runs.
  [[gnu::noinline]] const Call* Add(const Call* parent, std::uintptr_t pc, std::size_t slot) {
    const bool before = std::exchange(in_program, false);
    const bool full = 2 * (calls_.size() + 1) > slots_.size();
    if (full) Grow();
    const Call* const added =
        full ? Find(parent, pc) : slots_[slot] = &calls_.emplace_back(Call{parent, pc});
    in_program = before;
    return added;
  }

  std::size_t Hash(const Call* parent, std::uintptr_t pc) const {
    const std::uintptr_t key = (reinterpret_cast<std::uintptr_t>(parent) >> 4) * 31 + pc;
    return ((key * 0x9e3779b97f4a7c15u) >> 20) & (slots_.size() - 1);
  }

  void Grow() {
    slots_.assign(slots_.size() * 2, nullptr);
    for (const Call& call : calls_) {
      std::size_t i = Hash(call.parent, call.pc);
      while (slots_[i] != nullptr) i = (i + 1) & (slots_.size() - 1);
      slots_[i] = &call;
    }
  }

  std::vector<const Call*> slots_;
  std::deque<Call> calls_;
};

// Made before the first execution; see MakeCalls.
constinit CallTree* calls = nullptr;

// Calls the cleanups, youngest first; they may add others.
void Clean(std::vector<Cleanup>& cleanups) {
  while (!cleanups.empty()) {
    const Cleanup last = cleanups.back();
    cleanups.pop_back();
    last.function(last.argument);
  }
}

// POSIX: each destructor is called with the value, which is null from then on; some rounds of it.
void CleanKeys(ThreadState& thread) {
  constexpr int kRounds = 4;
  for (int round = 0; round < kRounds; ++round) {
    for (int key = 0; key < state.keys; ++key) {
      void* const value = thread.keys[key];
      if (value == nullptr || state.key_destructors[key] == nullptr) continue;
      thread.keys[key] = nullptr;
      state.key_destructors[key](value);
    }
  }
}

}  // namespace

ProgramState state;
Settings settings;

const Call* FindCall(const Call* parent, std::uintptr_t pc) { return calls->Find(parent, pc); }

void MakeCalls() { calls = new CallTree(); }

void* NextFunction(const char* name) {
  void* const found = dlsym(RTLD_NEXT, name);
  if (found == nullptr) {
    std::fprintf(stderr, "rmapcheck: the C library has no %s\n", name);
    std::abort();
  }
  return found;
}

namespace {

void* BodyOrExit(ThreadState& thread) {
  try {
    if (scrubs) Scrub();
    return rmapcheck_call(thread.body, thread.argument, &thread.stack_top);
  } catch (const ThreadExit&) {
    return self->result;
  }
}

}  // namespace

// The jump leaves frames behind without their destructors, as exit() does.
void RunThread(ThreadState& thread) {
  self = &thread;
  in_program = true;
  if (__builtin_setjmp(thread.end) == 0) {
    thread.result = BodyOrExit(thread);
  }
  // A value from before the jump may be anything; self is not.
  ThreadState& ended = *self;
  ended.call = nullptr;
  Clean(ended.cleanups);
  CleanKeys(ended);
  if (ended.id == 0) Clean(state.cleanups);
  in_program = false;
}

// As far as the engine may have gone below; what is deeper no execution has touched yet, or one of
// the program's own functions has.
void Scrub() {
  constexpr std::size_t kDepth = 8 << 10;
  char below[kDepth];
  asm volatile("" : : "r"(below) : "memory");
  for (std::size_t i = 0; i < kDepth; i += sizeof(std::uint64_t)) {
    asm volatile("movq $0, (%0)" : : "r"(below + i) : "memory");
  }
}

void EndThread() { __builtin_longjmp(self->end, 1); }

}  // namespace models::program
