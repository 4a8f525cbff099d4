// Load buffering: each thread reads one location and then writes the other. RC11 forbids it with
// any orders, because po | rf must be acyclic; so these counts are those of a model without LB.
//
// With it the shapes in which a read comes before a write: S, thin air, and dependencies, which
// make no difference here (a model that allows LB would need them).
#include "litmus/testing/harness.h"

namespace litmus {
namespace {

Program LoadBuffering(Order load, Order store) {
  return {{{Load(x, 0, load), Store(y, 1, store)}, {Load(y, 0, load), Store(x, 1, store)}}};
}

Program ThreeThreads(Order load, Order store) {
  return {{{Load(x, 0, load), Store(y, 1, store)},
           {Load(y, 0, load), Store(z, 1, store)},
           {Load(z, 0, load), Store(x, 1, store)}}};
}

// Each thread writes what it has read: a value could come only out of thin air.
Program ThinAir() {
  return {{{Load(x, 0, relaxed), Store(y, Value(0, 0), relaxed)},
           {Load(y, 0, relaxed), Store(x, Value(0, 0), relaxed)}}};
}

Program S(Order raise, Order see) {
  return {{{Store(x, 2, relaxed), Store(y, 1, raise)}, {Load(y, 0, see), Store(x, 1, relaxed)}}};
}

Program SWithFences(Order first, Order second) {
  return {{{Store(x, 2, relaxed), Fence(first), Store(y, 1, relaxed)},
           {Load(y, 0, relaxed), Fence(second), Store(x, 1, relaxed)}}};
}

// The stores happen only after a successful read.
Program WithBranches() {
  return {{{Load(x, 0, relaxed), SkipIfEqual(0, 0, 1), Store(y, 1, relaxed)},
           {Load(y, 0, relaxed), SkipIfEqual(0, 0, 1), Store(x, 1, relaxed)}}};
}

Program OneBranch() {
  return {{{Load(x, 0, relaxed), SkipIfEqual(0, 0, 1), Store(y, 1, relaxed)},
           {Load(y, 0, relaxed), Store(x, 1, relaxed)}}};
}

Program WithRmws(Order order) {
  return {{{FetchAdd(x, 0, 1, order), Store(y, 1, order)},
           {FetchAdd(y, 0, 1, order), Store(x, 1, order)}}};
}

const std::vector<Case> kCases = {
    {.name = "LB",
     .source = "herd LB",
     .program = LoadBuffering(relaxed, relaxed),
     .rc11 = Runs(3, "0,0/11 0,1/11 1,0/11"),
     .sc = Runs(3, "all")},
    {.name = "LB+acq",
     .source = "herd LB",
     .program = LoadBuffering(acquire, relaxed),
     .rc11 = Runs(3, "0,0/11 0,1/11 1,0/11"),
     .sc = Runs(3, "all")},
    {.name = "LB+rel",
     .source = "herd LB",
     .program = LoadBuffering(relaxed, release),
     .rc11 = Runs(3, "0,0/11 0,1/11 1,0/11"),
     .sc = Runs(3, "all")},
    {.name = "LB+acq+rel",
     .source = "herd LB",
     .program = LoadBuffering(acquire, release),
     .rc11 = Runs(3, "0,0/11 0,1/11 1,0/11"),
     .sc = Runs(3, "all")},
    {.name = "LB+sc",
     .source = "herd LB",
     .program = LoadBuffering(seq_cst, seq_cst),
     .rc11 = Runs(3, "0,0/11 0,1/11 1,0/11"),
     .sc = Runs(3, "all")},
    {.name = "3.LB",
     .source = "herd 3.LB",
     .program = ThreeThreads(relaxed, relaxed),
     .rc11 = Runs(7, "0,0,0/111 0,0,1/111 0,1,0/111 0,1,1/111 1,0,0/111 1,0,1/111 1,1,0/111"),
     .sc = Runs(7, "all")},
    {.name = "3.LB+acq+rel",
     .source = "herd 3.LB",
     .program = ThreeThreads(acquire, release),
     .rc11 = Runs(7, "0,0,0/111 0,0,1/111 0,1,0/111 0,1,1/111 1,0,0/111 1,0,1/111 1,1,0/111"),
     .sc = Runs(7, "all")},
    {.name = "LB+datas: thin air",
     .source = "PLDI 2017, section 1",
     .program = ThinAir(),
     .rc11 = Runs(3, "0,0/00"),
     .sc = Runs(3, "all")},
    {.name = "LB+ctrls",
     .source = "herd LB+ctrls",
     .program = WithBranches(),
     .rc11 = Runs(1, "0,0/00"),
     .sc = Runs(1, "all")},
    {.name = "LB+ctrl",
     .source = "herd LB+ctrl+po",
     .program = OneBranch(),
     .rc11 = Runs(2, "0,0/10 1,0/11"),
     .sc = Runs(2, "all")},
    {.name = "LB+rmws rlx",
     .source = "herd LB with read-modify-writes",
     .program = WithRmws(relaxed),
     .rc11 = Runs(3, "0,0/11 0,1/12 1,0/21"),
     .sc = Runs(3, "all")},
    {.name = "LB+rmws ar",
     .source = "herd LB with read-modify-writes",
     .program = {{{FetchAdd(x, 0, 1, acq_rel), Store(y, 1, release)},
                  {FetchAdd(y, 0, 1, acq_rel), Store(x, 1, release)}}},
     .rc11 = Runs(3, "0,0/11 0,1/12 1,0/21"),
     .sc = Runs(3, "all")},
    {.name = "S",
     .source = "herd S",
     .program = S(relaxed, relaxed),
     .rc11 = Runs(4, "0/11 0/21 1/11 1/21"),
     .sc = Runs(3, "all but 1/21")},
    {.name = "S+rel+acq",
     .source = "herd S",
     .program = S(release, acquire),
     .rc11 = Runs(3, "0/11 0/21 1/11"),
     .sc = Runs(3, "all")},
    {.name = "S+rel+rlx",
     .source = "herd S",
     .program = S(release, relaxed),
     .rc11 = Runs(4, "0/11 0/21 1/11 1/21"),
     .sc = Runs(3, "all but 1/21")},
    {.name = "S+sc",
     .source = "herd S",
     .program = S(seq_cst, seq_cst),
     .rc11 = Runs(3, "0/11 0/21 1/11"),
     .sc = Runs(3, "all")},
    {.name = "S+relf+acqf",
     .source = "herd S",
     .program = SWithFences(release, acquire),
     .rc11 = Runs(3, "0/11 0/21 1/11"),
     .sc = Runs(3, "all")},
    {.name = "S+scf+relf",
     .source = "herd S",
     .program = SWithFences(seq_cst, release),
     .rc11 = Runs(4, "0/11 0/21 1/11 1/21"),
     .sc = Runs(3, "all but 1/21")},
};

INSTANTIATE_TEST_SUITE_P(LoadBuffering, Litmus, ::testing::ValuesIn(kCases), NameOf);
TEST_P(Litmus, IsGolden) { EXPECT_EQ(Differences(GetParam()), ""); }

}  // namespace
}  // namespace litmus
