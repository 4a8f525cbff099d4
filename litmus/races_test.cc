// Data races: two unordered accesses to one location, one of them plain and one of them a write.
//
// For each racy program its mended twin, with the same shape and an order, a lock or a wait more.
// Under sc every atomic access synchronises, so some of them race under rc11 only.
#include <vector>

#include "litmus/testing/harness.h"

namespace litmus {
namespace {

using models::testing::Thread;

// The reader looks at the plain data only if it has seen the flag.
Program Guarded(Order raise, Order see) {
  return {{{PlainStore(x, 1), Store(y, 1, raise)},
           {Load(y, 0, see), SkipIfEqual(0, 0, 1), PlainLoad(x, 1)}}};
}

Program GuardedWithFences(Order raise, Order see) {
  return {{{PlainStore(x, 1), Fence(raise), Store(y, 1, relaxed)},
           {Load(y, 0, relaxed), Fence(see), SkipIfEqual(0, 0, 1), PlainLoad(x, 1)}}};
}

Program Awaited(Order raise, Order see) {
  return {{{PlainStore(x, 1), Store(y, 1, raise)},
           {WaitUntilEqual(y, 0, 1, see), PlainLoad(x, 1), PlainStore(x, 2)}}};
}

// The flag seen is a later, relaxed store of the same thread.
Program LateFlag() {
  return {{{PlainStore(x, 1), Store(y, 1, release), Store(y, 2, relaxed)},
           {Load(y, 0, acquire), SkipIfEqual(0, 0, 1), PlainLoad(x, 1)}}};
}

// Two threads, the second under `lock`; the first under 0.
Program Locked(int lock) {
  return {{{Lock(0), PlainStore(x, 1), Unlock(0)}, {Lock(lock), PlainStore(x, 2), Unlock(lock)}}};
}

// Through a middleman, who must both acquire and release.
Program ThroughAnother(Order see, Order pass_on) {
  return {{{PlainStore(x, 1), Store(y, 1, release)},
           {Load(y, 0, see), SkipIfEqual(0, 0, 1), Store(z, 1, pass_on)},
           {Load(z, 0, acquire), SkipIfEqual(0, 0, 1), PlainLoad(x, 1)}}};
}

// Who brings the count to 2 is the last, and looks at what the other wrote.
Program LastOneReads(Order order) {
  const auto thread = [order](int own, int other) -> Thread {
    return {PlainStore(own, 1), FetchAdd(z, 0, 1, order), SkipIfEqual(0, 0, 1),
            PlainLoad(other, 1)};
  };
  return {{thread(x, y), thread(y, x)}};
}

// SB decides who writes: both may, unless the accesses are sc.
Program Dekker(Order order) {
  return {{{Store(x, 1, order), Load(y, 0, order), SkipIfEqual(0, 1, 1), PlainStore(z, 1)},
           {Store(y, 1, order), Load(x, 0, order), SkipIfEqual(0, 1, 1), PlainStore(z, 2)}}};
}

const std::vector<Case> kCases = {
    {.name = "write and write",
     .source = "C++20 [intro.races]",
     .program = {{{PlainStore(x, 1)}, {PlainStore(x, 2)}}},
     .rc11 = Races(),
     .sc = Races()},
    {.name = "write and read",
     .source = "C++20 [intro.races]",
     .program = {{{PlainStore(x, 1)}, {PlainLoad(x, 0)}}},
     .rc11 = Races(),
     .sc = Races()},
    {.name = "read and read",
     .source = "two reads never race",
     .program = {{{PlainLoad(x, 0)}, {PlainLoad(x, 0)}}},
     .rc11 = Runs(1, "0,0/0"),
     .sc = Runs(1, "all")},
    {.name = "one thread alone",
     .source = "program order",
     .program = {{{PlainStore(x, 1), PlainLoad(x, 0), PlainStore(x, 2)}}},
     .rc11 = Runs(1, "1/2"),
     .sc = Runs(1, "all")},
    {.name = "guarded rlx",
     .source = "herd MP+ctrl, plain data",
     .program = Guarded(relaxed, relaxed),
     .rc11 = Races(),
     .sc = Runs(2, "00/11 11/11")},
    {.name = "guarded rel+rlx",
     .source = "herd MP+ctrl, plain data",
     .program = Guarded(release, relaxed),
     .rc11 = Races(),
     .sc = Runs(2, "00/11 11/11")},
    {.name = "guarded rlx+acq",
     .source = "herd MP+ctrl, plain data",
     .program = Guarded(relaxed, acquire),
     .rc11 = Races(),
     .sc = Runs(2, "00/11 11/11")},
    {.name = "guarded rel+acq",
     .source = "herd MP+ctrl, plain data",
     .program = Guarded(release, acquire),
     .rc11 = Runs(2, "00/11 11/11"),
     .sc = Runs(2, "all")},
    {.name = "guarded by fences",
     .source = "herd MP+ctrl, plain data",
     .program = GuardedWithFences(release, acquire),
     .rc11 = Runs(2, "00/11 11/11"),
     .sc = Runs(2, "all")},
    {.name = "guarded by sc fences",
     .source = "herd MP+ctrl, plain data",
     .program = GuardedWithFences(seq_cst, seq_cst),
     .rc11 = Runs(2, "00/11 11/11"),
     .sc = Runs(2, "all")},
    {.name = "guarded by the wrong fences",
     .source = "herd MP+ctrl, plain data",
     .program = GuardedWithFences(acquire, release),
     .rc11 = Races(),
     .sc = Runs(2, "00/11 11/11")},
    {.name = "unguarded rel+acq",
     .source = "herd MP, plain data",
     .program = {{{PlainStore(x, 1), Store(y, 1, release)},
                  {Load(y, 0, acquire), PlainLoad(x, 1)}}},
     .rc11 = Races(),
     .sc = Races()},
    {.name = "awaited rlx",
     .source = "MP, the flag awaited",
     .program = Awaited(relaxed, relaxed),
     .rc11 = Races(),
     .sc = Runs(1, "11/21")},
    {.name = "awaited rel+acq",
     .source = "MP, the flag awaited",
     .program = Awaited(release, acquire),
     .rc11 = Runs(1, "11/21"),
     .sc = Runs(1, "all")},
    {.name = "late flag",
     .source = "P0982: races in C++20 only",
     .program = LateFlag(),
     .rc11 = Runs(3, "00/12 11/12 21/12"),
     .cpp20 = Races(),
     .sc = Runs(3, "all")},
    {.name = "one lock",
     .source = "a lock orders its sections",
     .program = Locked(0),
     .rc11 = Runs(2, "/1 /2"),
     .sc = Runs(2, "all")},
    {.name = "two locks",
     .source = "each thread has its own lock",
     .program = Locked(1),
     .rc11 = Races(),
     .sc = Races()},
    {.name = "half locked",
     .source = "one thread has no lock",
     .program = {{{Lock(0), PlainStore(x, 1), Unlock(0)}, {PlainStore(x, 2)}}},
     .rc11 = Races(),
     .sc = Races()},
    {.name = "through another",
     .source = "ISA2, plain data",
     .program = ThroughAnother(acquire, release),
     .rc11 = Runs(3, "0,00/110 1,00/111 1,11/111"),
     .sc = Runs(3, "all")},
    {.name = "through another, not acquired",
     .source = "ISA2, plain data",
     .program = ThroughAnother(relaxed, release),
     .rc11 = Races(),
     .sc = Runs(3, "0,00/110 1,00/111 1,11/111")},
    {.name = "through another, not released",
     .source = "ISA2, plain data",
     .program = ThroughAnother(acquire, relaxed),
     .rc11 = Races(),
     .sc = Runs(3, "0,00/110 1,00/111 1,11/111")},
    {.name = "the last one reads, ar",
     .source = "a reference count",
     .program = LastOneReads(acq_rel),
     .rc11 = Runs(2, "00,11/112 11,00/112"),
     .sc = Runs(2, "all")},
    {.name = "the last one reads, rel",
     .source = "a reference count that does not acquire",
     .program = LastOneReads(release),
     .rc11 = Races(),
     .sc = Runs(2, "00,11/112 11,00/112")},
    {.name = "the last one reads, acq",
     .source = "a reference count that does not release",
     .program = LastOneReads(acquire),
     .rc11 = Races(),
     .sc = Runs(2, "00,11/112 11,00/112")},
    {.name = "Dekker sc",
     .source = "SB decides who writes",
     .program = Dekker(seq_cst),
     .rc11 = Runs(3, "0,1/111 1,0/112 1,1/110"),
     .sc = Runs(3, "all")},
    {.name = "Dekker ra",
     .source = "SB decides who writes",
     .program =
         {{{Store(x, 1, release), Load(y, 0, acquire), SkipIfEqual(0, 1, 1), PlainStore(z, 1)},
           {Store(y, 1, release), Load(x, 0, acquire), SkipIfEqual(0, 1, 1), PlainStore(z, 2)}}},
     .rc11 = Races(),
     .sc = Runs(3, "0,1/111 1,0/112 1,1/110")},
    {.name = "race after a failed wait",
     .source = "a race in an execution that never ends",
     .program = {{{PlainStore(x, 1), WaitUntilEqual(y, 0, 1, acquire)}, {PlainStore(x, 2)}}},
     .rc11 = Races(),
     .sc = Races()},
};

INSTANTIATE_TEST_SUITE_P(Races, Litmus, ::testing::ValuesIn(kCases), NameOf);
TEST_P(Litmus, IsGolden) { EXPECT_EQ(Differences(GetParam()), ""); }

}  // namespace
}  // namespace litmus
