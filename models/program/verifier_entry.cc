// What a program says about itself: assertions, assumptions, choices, and how it ends.
//
// The names beginning with __VERIFIER_ are those of the software verification competition; GenMC
// and others know them as well. assert() and abort() are the C library's.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "models/program/state.h"

namespace models::program {
namespace {

using ksync::Misuse;
using ksync::Site;

[[noreturn]] void Fail(const std::string& message, Site site) {
  const Inside inside;
  engine->Fail(Misuse::kCheck, message.c_str(), site);
  __builtin_unreachable();  // Or g++ sees the scope end.
}

[[noreturn]] void Block(Site site) {
  const Inside inside;
  engine->Block(site);
  __builtin_unreachable();
}

std::uint32_t Choose(std::uint32_t count, Site site) {
  if (count <= 1) return 0;
  const Inside inside;
  return engine->Choose(count, "nondet", site);
}

// Unsigned, because there may be more values than an int counts: the flag says how many at most.
int NondetInt(Site site) {
  const auto min = static_cast<std::uint32_t>(settings.nondet_min);
  const std::uint32_t count = static_cast<std::uint32_t>(settings.nondet_max) - min + 1;
  return static_cast<int>(min + Choose(count, site));
}

}  // namespace
}  // namespace models::program

using namespace models::program;  // NOLINT: the entry points stand outside of every namespace.
using models::in_program;

extern "C" {

void __assert_fail(const char* assertion, const char* file, unsigned line,
                   const char* function) noexcept {
  if (!in_program) RMAPCHECK_NEXT(__assert_fail)(assertion, file, line, function);
  Fail(std::string("assertion `") + assertion + "' fails", RMAPCHECK_HERE);
}

void abort() noexcept {
  if (!in_program) {
    RMAPCHECK_NEXT(abort)();
    __builtin_unreachable();
  }
  Fail("abort() is called", RMAPCHECK_HERE);
}

// Ends the thread that calls it; a program ends with its last thread. What was registered with
// atexit is run by who calls it, while others may still be at work: as they may in a process.
void exit(int status) noexcept {
  if (!in_program) {
    RMAPCHECK_NEXT(exit)(status);
    __builtin_unreachable();
  }
  if (self->id == 0) EndThread();
  const Site site = RMAPCHECK_HERE;
  Clean(state.cleanups);
  Block(site);
}

void __VERIFIER_assume(int holds) {
  if (in_program && holds == 0) Block(RMAPCHECK_HERE);
}
void __VERIFIER_error() { Fail("__VERIFIER_error() is called", RMAPCHECK_HERE); }
void reach_error() { Fail("reach_error() is called", RMAPCHECK_HERE); }
void __VERIFIER_assert(int holds) {
  if (holds == 0) Fail("__VERIFIER_assert fails", RMAPCHECK_HERE);
}

int __VERIFIER_nondet_int() { return NondetInt(RMAPCHECK_HERE); }
unsigned __VERIFIER_nondet_uint() { return static_cast<unsigned>(NondetInt(RMAPCHECK_HERE)); }
bool __VERIFIER_nondet_bool() { return Choose(2, RMAPCHECK_HERE) != 0; }

}  // extern "C"
