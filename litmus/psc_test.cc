// The corners of psc, RC11's axiom for sc accesses and sc fences: each case is allowed or forbidden
// by one clause of it.
//
// Source of the axiom: Lahav, Vafeiadis, Kang, Hur, Dreyer, "Repairing Sequential Consistency in
// C/C++11", PLDI 2017. Where the original C++11 axioms and RC11 differ, the case says so.
#include "litmus/testing/harness.h"

namespace litmus {
namespace {

// Weak: 1 and 3 in the second thread, 0 in the third. C++11 forbade it, and Power does it. (GenMC
// 0.11 counts 22, because it forbids the two graphs in which the third thread is last in y and
// reads 0.)
Program Z6U(Order first) {
  return {{{Store(x, 1, first), Store(y, 1, release)},
           {FetchAdd(y, 0, 1, seq_cst), Load(y, 1, relaxed)},
           {Store(y, 3, seq_cst), Load(x, 0, seq_cst)}}};
}

Program Z6Acq(Order see) {
  return {{{Store(x, 1, relaxed), Fence(seq_cst), Store(y, 1, relaxed)},
           {Load(y, 0, see), Store(z, 1, relaxed)},
           {Store(z, 2, relaxed), Fence(seq_cst), Load(x, 0, relaxed)}}};
}

// Weak: the last two reads are 0. hb between two sc fences counts, wherever it comes from.
Program WPlusRwc(Order raise, Order fence) {
  return {{{Store(x, 1, relaxed), Store(z, 1, raise)},
           {Load(z, 0, acquire), Fence(fence), Load(y, 1, relaxed)},
           {Store(y, 1, relaxed), Fence(seq_cst), Load(x, 0, relaxed)}}};
}

// The cycle goes through a third thread by relaxed rf only, which psc of fences takes in as eco.
Program FencesAroundRelaxedReads() {
  return {{{Load(y, 0, relaxed), Fence(seq_cst), Load(z, 1, relaxed)},
           {Store(z, 1, relaxed), Fence(seq_cst), Store(x, 1, relaxed)},
           {Load(x, 0, relaxed), SkipIfEqual(0, 0, 1), Store(y, 1, relaxed)}}};
}

// The middle thread has no fence: po from its read to its write is not in psc.
Program HbOnlyThroughRelaxed() {
  return {{{Store(z, 1, relaxed), Fence(seq_cst), Store(x, 1, relaxed)},
           {Load(x, 0, relaxed), Store(y, 1, relaxed)},
           {Load(y, 0, acquire), Fence(seq_cst), Load(z, 1, relaxed)}}};
}

// sc writes that reach the reader by synchronisation: hb between sc accesses on other locations.
Program ScThroughHb() {
  return {
      {{Store(x, 1, seq_cst), Store(y, 1, seq_cst)}, {Load(x, 0, acquire), Load(y, 1, seq_cst)}}};
}

// An sc write before a relaxed one of the same location: sb on one location alone is not in scb.
Program SameLocationBefore() {
  return {{{Store(x, 1, seq_cst), Store(x, 2, relaxed), Load(y, 0, seq_cst)},
           {Store(y, 1, seq_cst), Load(x, 0, seq_cst)}}};
}

// IRIW-acq-sc in three threads: one reader also writes.
Program RwcAcqSc() {
  return {{{Store(x, 1, seq_cst)},
           {Load(x, 0, acquire), Load(y, 1, seq_cst)},
           {Store(y, 1, seq_cst), Load(x, 0, seq_cst)}}};
}

// Mixed: an access of one side, a fence of the other.
Program FenceAgainstAccess(Order access) {
  return {{{Store(x, 1, relaxed), Fence(seq_cst), Load(y, 0, relaxed)},
           {Store(y, 1, access), Load(x, 0, access)}}};
}

// The fence stands between a relaxed write and the sc accesses of the other thread.
Program FenceBeforeReads() {
  return {{{Store(x, 1, relaxed), Store(y, 1, relaxed)},
           {Load(y, 0, relaxed), Fence(seq_cst), Load(x, 1, relaxed)},
           {Load(x, 0, relaxed), Fence(seq_cst), Load(y, 1, relaxed)}}};
}

Program WriteFenceThenReadFence() {
  return {{{Store(x, 1, relaxed), Fence(seq_cst)}, {Fence(seq_cst), Load(x, 0, relaxed)}}};
}

Program IriwishWithFences(Order fence) {
  return {{{Store(x, 1, relaxed)},
           {Load(x, 0, relaxed), Store(y, Value(0, 0), release)},
           {Load(x, 0, relaxed), Fence(fence), Load(y, 1, relaxed)},
           {Load(y, 0, relaxed), Fence(fence), Load(x, 1, relaxed)}}};
}

Program CumulativeRelease() {
  return {{{Store(x, 1, relaxed), Store(y, 1, release)},
           {Load(y, 0, relaxed), Store(z, Value(0, 0), relaxed)},
           {Load(z, 0, relaxed), Fence(acq_rel), Load(x, 1, relaxed)},
           {Load(y, 0, acquire)}}};
}

const std::vector<Case> kAccesses = {
    {.name = "Z6.U",
     .source = "PLDI 2017, section 2.1: allowed",
     .program = Z6U(seq_cst),
     .rc11 =
         Runs(24,
              "01,0/11 01,0/13 01,1/11 01,1/13 03,0/11 03,0/13 03,1/11 03,1/13 12,0/12 12,0/13 "
              "12,1/12 12,1/13 13,0/13 13,1/13 31,0/11 31,1/11 34,0/11 34,0/14 34,1/11 34,1/14"),
     .sc = Runs(18, "all but 01,0/13 03,0/13 12,0/13 13,0/13 34,0/14")},
    {.name = "Z6.U+rlx",
     .source = "Z6.U, the first store relaxed",
     .program = Z6U(relaxed),
     .rc11 =
         Runs(24,
              "01,0/11 01,0/13 01,1/11 01,1/13 03,0/11 03,0/13 03,1/11 03,1/13 12,0/12 12,0/13 "
              "12,1/12 12,1/13 13,0/13 13,1/13 31,0/11 31,1/11 34,0/11 34,0/14 34,1/11 34,1/14"),
     .sc = Runs(18, "all but 01,0/13 03,0/13 12,0/13 13,0/13 34,0/14")},
    {.name = "sc through hb",
     .source = "psc-sbhbsb of the GenMC corpus",
     .program = ScThroughHb(),
     .rc11 = Runs(4, "00/11 01/11 10/11 11/11"),
     .sc = Runs(4, "all")},
    {.name = "SB+po-loc",
     .source = "scb leaves out sb between accesses of one location",
     .program = SameLocationBefore(),
     .rc11 = Runs(5, "0,1/21 0,2/21 1,0/21 1,1/21 1,2/21"),
     .sc = Runs(4, "all but 0,1/21")},
    {.name = "RWC+sc+acq+sc",
     .source = "PLDI 2017, section 2.1, smaller",
     .program = RwcAcqSc(),
     .rc11 = Runs(8, "00,0/11 00,1/11 01,0/11 01,1/11 10,0/11 10,1/11 11,0/11 11,1/11"),
     .sc = Runs(7, "all but 10,0/11")},
    {.name = "SB+sc+scf",
     .source = "PLDI 2017, section 2.2: fences and accesses",
     .program = FenceAgainstAccess(seq_cst),
     .rc11 = Runs(3, "0,1/11 1,0/11 1,1/11"),
     .sc = Runs(3, "all")},
    {.name = "SB+ra+scf",
     .source = "PLDI 2017, section 2.2: fences and accesses",
     .program = {{{Store(x, 1, relaxed), Fence(seq_cst), Load(y, 0, relaxed)},
                  {Store(y, 1, release), Load(x, 0, acquire)}}},
     .rc11 = Runs(4, "0,0/11 0,1/11 1,0/11 1,1/11"),
     .sc = Runs(3, "all but 0,0/11")},
};

const std::vector<Case> kFences = {
    {.name = "Z6+acq",
     .source = "Z6+acq of the GenMC corpus",
     .program = Z6Acq(acquire),
     .rc11 = Runs(7, "0,0/111 0,0/112 0,1/111 0,1/112 1,0/111 1,1/111 1,1/112"),
     .sc = Runs(7, "all")},
    {.name = "Z6+rlx",
     .source = "Z6+acq, without the acquire",
     .program = Z6Acq(relaxed),
     .rc11 = Runs(8, "0,0/111 0,0/112 0,1/111 0,1/112 1,0/111 1,0/112 1,1/111 1,1/112"),
     .sc = Runs(7, "all but 1,0/112")},
    {.name = "W+RWC",
     .source = "PLDI 2017, section 2.2: forbidden",
     .program = WPlusRwc(release, seq_cst),
     .rc11 = Runs(7, "00,0/111 00,1/111 01,0/111 01,1/111 10,1/111 11,0/111 11,1/111"),
     .sc = Runs(7, "all")},
    {.name = "W+RWC+rlx",
     .source = "W+RWC, the flag raised relaxed",
     .program = WPlusRwc(relaxed, seq_cst),
     .rc11 = Runs(8, "00,0/111 00,1/111 01,0/111 01,1/111 10,0/111 10,1/111 11,0/111 11,1/111"),
     .sc = Runs(7, "all but 10,0/111")},
    {.name = "W+RWC+arf",
     .source = "W+RWC, one fence too weak",
     .program = WPlusRwc(release, acq_rel),
     .rc11 = Runs(8, "00,0/111 00,1/111 01,0/111 01,1/111 10,0/111 10,1/111 11,0/111 11,1/111"),
     .sc = Runs(7, "all but 10,0/111")},
    {.name = "psc-ar",
     .source = "psc-ar of the GenMC corpus, without its assumptions",
     .program = FencesAroundRelaxedReads(),
     .rc11 = Runs(6, "00,0/101 00,1/111 01,0/101 01,1/111 10,1/111 11,1/111"),
     .sc = Runs(5, "all but 10,1/111")},
    {.name = "hb only through relaxed",
     .source = "ISA2 with sc fences at its ends",
     .program = HbOnlyThroughRelaxed(),
     .rc11 = Runs(8, "0,00/111 0,01/111 0,10/111 0,11/111 1,00/111 1,01/111 1,10/111 1,11/111"),
     .sc = Runs(7, "all but 1,10/111")},
    {.name = "fences before reads",
     .source = "MP, two readers",
     .program = FenceBeforeReads(),
     .rc11 = Runs(15,
                  "00,00/11 00,01/11 00,10/11 00,11/11 01,00/11 01,01/11 01,10/11 01,11/11 "
                  "10,00/11 10,01/11 10,11/11 11,00/11 11,01/11 11,10/11 11,11/11"),
     .sc = Runs(12, "all but 10,00/11 10,01/11 10,11/11")},
    {.name = "a fence on each side of one rf",
     .source = "fences that order nothing",
     .program = WriteFenceThenReadFence(),
     .rc11 = Runs(2, "0/1 1/1"),
     .sc = Runs(2, "all")},
    {.name = "IRIWish",
     .source = "IRIWish of the GenMC corpus",
     .program = IriwishWithFences(acq_rel),
     .rc11 = Runs(
         28,
         "0,00,00/10 0,00,01/10 0,10,00/10 0,10,01/10 1,00,00/11 1,00,01/11 1,00,11/11 1,01,00/11 "
         "1,01,01/11 1,01,11/11 1,10,00/11 1,10,01/11 1,10,11/11 1,11,00/11 1,11,01/11 1,11,11/11"),
     .sc = Runs(27, "all")},
    {.name = "IRIWish+scfs",
     .source = "IRIWish with sc fences",
     .program = IriwishWithFences(seq_cst),
     .rc11 = Runs(
         27,
         "0,00,00/10 0,00,01/10 0,10,00/10 0,10,01/10 1,00,00/11 1,00,01/11 1,00,11/11 1,01,00/11 "
         "1,01,01/11 1,01,11/11 1,10,00/11 1,10,01/11 1,10,11/11 1,11,00/11 1,11,01/11 1,11,11/11"),
     .sc = Runs(27, "all")},
    {.name = "rel-B-cumul-acq",
     .source = "rel-B-cumul-acq of the GenMC corpus",
     .program = CumulativeRelease(),
     .rc11 = Runs(16,
                  "0,00,0/110 0,00,1/110 0,01,0/110 0,01,1/110 1,00,0/111 1,00,1/111 1,01,0/111 "
                  "1,01,1/111 1,10,0/111 1,10,1/111 1,11,0/111 1,11,1/111"),
     .sc = Runs(14, "all but 1,10,0/111 1,10,1/111")},
};

INSTANTIATE_TEST_SUITE_P(Accesses, Litmus, ::testing::ValuesIn(kAccesses), NameOf);
INSTANTIATE_TEST_SUITE_P(Fences, Litmus, ::testing::ValuesIn(kFences), NameOf);
TEST_P(Litmus, IsGolden) { EXPECT_EQ(Differences(GetParam()), ""); }

}  // namespace
}  // namespace litmus
