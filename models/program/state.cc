// The tree of calls, and how threads of the program begin and end.
// The tree is one table, because a node is looked up at every access that the program makes.
#include "models/program/state.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <utility>

#include "models/program/image.h"

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

// The nodes themselves; the table has pointers to them.
constinit std::deque<Call>* nodes = nullptr;

// Requires: a slot is free.
void Place(const Call& call) {
  std::size_t i = HashOfCall(call.parent, call.pc);
  while (call_slots[i & call_mask].call != nullptr) ++i;
  call_slots[i & call_mask] = {call.parent, call.pc, &call};
}

void Grow() {
  constexpr std::size_t kFirst = 1 << 12;
  CallSlot* const old = call_slots;
  const std::size_t size = old == nullptr ? kFirst : 2 * (call_mask + 1);
  call_slots = new CallSlot[size]();
  call_mask = size - 1;
  for (const Call& call : *nodes) Place(call);
  delete[] old;
}

// POSIX: each destructor is called with the value, which is null from then on; some rounds of it.
void CleanKeys(ThreadState& thread) {
  constexpr int kRounds = 4;
  for (int round = 0; round < kRounds; ++round) {
    for (int key = 0; key < state.keys; ++key) {
      if (static_cast<std::size_t>(key) >= thread.keys.size()) break;
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

CallSlot* call_slots = nullptr;
std::size_t call_mask = 0;

// The memory is the engine's, though the program runs.
const Call* AddCall(const Call* parent, std::uintptr_t pc) {
  const bool before = std::exchange(in_program, false);
  const Call* const added = &nodes->emplace_back(Call{parent, pc});
  if (2 * nodes->size() > call_mask) {
    Grow();
  } else {
    Place(*added);
  }
  in_program = before;
  return added;
}

void MakeCalls() {
  nodes = new std::deque<Call>();
  Grow();
}

void Clean(std::vector<Cleanup>& cleanups) {
  while (!cleanups.empty()) {
    const Cleanup last = cleanups.back();
    cleanups.pop_back();
    last.function(last.argument);
  }
}

void RefuseThreadLocal(std::uint64_t value, ksync::Site site) {
  if (!InThreadStorage(reinterpret_cast<const void*>(value))) return;
  Refuse("the address of a thread_local variable for others: see docs/PROGRAMS.md", site);
}

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
  } catch (...) {
    std::terminate();  // As in any thread.
  }
}

// What a process does at its end. After pthread_exit in main, its last thread does it.
void EndProcess(const ThreadState& first) {
  for (std::size_t other = 1; first.exits && other < state.exists; ++other) {
    const Inside inside;
    engine->Join(static_cast<ksync::ThreadId>(other), false, ksync::Site());
  }
  Clean(state.cleanups);
  image.Destruct();
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
  if (ended.id == 0) EndProcess(ended);
  in_program = false;
}

// A word of the stack is taken for a return address if a call stands before what it points to. The
// functions of libraries in between are few and small; a wrong guess is a wrong line in a message.
void* ProgramCaller(void* caller, void* frame) {
  constexpr int kWordsMax = 128;
  if (image.HasCode(caller)) return caller;
  auto** word = static_cast<void**>(frame);
  for (int i = 0; i < kWordsMax; ++i, ++word) {
    if (reinterpret_cast<const char*>(word) >= self->stack_top) break;
    if (!image.HasCode(*word)) continue;
    const auto* const code = static_cast<const unsigned char*>(*word);
    constexpr unsigned char kCall = 0xe8, kIndirect = 0xff, kOperation = 0x38, kIsCall = 0x10;
    const bool follows_call = code[-5] == kCall || code[-6] == kIndirect ||
                              (code[-3] == kIndirect && (code[-2] & kOperation) == kIsCall) ||
                              (code[-2] == kIndirect && (code[-1] & kOperation) == kIsCall);
    if (follows_call) return *word;
  }
  return caller;
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
