// IRIW: independent reads of independent writes. Two readers disagree on which of two writes came
// first; weak: 1 then 0 in both. With it 2+2W and 3.2W, the shapes in which writers disagree.
//
// Release and acquire do not forbid either; sc accesses must be complete; sc fences between the
// readers' reads (or the writers' writes) do.
#include "litmus/testing/harness.h"

namespace litmus {
namespace {

Program Iriw(Order write, Order first, Order second) {
  return {{{Store(x, 1, write)},
           {Store(y, 1, write)},
           {Load(x, 0, first), Load(y, 1, second)},
           {Load(y, 0, first), Load(x, 1, second)}}};
}

Program IriwWithFences(Order one, Order other) {
  return {{{Store(x, 1, relaxed)},
           {Store(y, 1, relaxed)},
           {Load(x, 0, relaxed), Fence(one), Load(y, 1, relaxed)},
           {Load(y, 0, relaxed), Fence(other), Load(x, 1, relaxed)}}};
}

// One of the writers is also one of the readers.
Program Irwiw(Order order) {
  return {{{Store(x, 1, order)},
           {Load(x, 0, order), Store(y, 1, order)},
           {Load(y, 0, order), Load(x, 1, order)}}};
}

// Two writers and two readers of one location must agree: coherence.
Program OneLocation() {
  return {{{Store(x, 1, relaxed)},
           {Store(x, 2, relaxed)},
           {Load(x, 0, relaxed), Load(x, 1, relaxed)},
           {Load(x, 0, relaxed), Load(x, 1, relaxed)}}};
}

Program TwoPlusTwoWrites(Order first, Order second) {
  return {{{Store(x, 1, first), Store(y, 2, second)}, {Store(y, 1, first), Store(x, 2, second)}}};
}

Program TwoPlusTwoWithFences(Order one, Order other) {
  return {{{Store(x, 1, relaxed), Fence(one), Store(y, 2, relaxed)},
           {Store(y, 1, relaxed), Fence(other), Store(x, 2, relaxed)}}};
}

Program ThreeTwoWrites(Order order) {
  return {{{Store(x, 1, order), Store(y, 2, order)},
           {Store(y, 1, order), Store(z, 2, order)},
           {Store(z, 1, order), Store(x, 2, order)}}};
}

Program ThreeTwoWritesWithFences() {
  return {{{Store(x, 1, relaxed), Fence(seq_cst), Store(y, 2, relaxed)},
           {Store(y, 1, relaxed), Fence(seq_cst), Store(z, 2, relaxed)},
           {Store(z, 1, relaxed), Fence(seq_cst), Store(x, 2, relaxed)}}};
}

const std::vector<Case> kReaders = {
    {.name = "IRIW",
     .source = "herd IRIW",
     .program = Iriw(relaxed, relaxed, relaxed),
     .rc11 = Runs(16,
                  "00,00/11 00,01/11 00,10/11 00,11/11 01,00/11 01,01/11 01,10/11 01,11/11 "
                  "10,00/11 10,01/11 10,10/11 10,11/11 11,00/11 11,01/11 11,10/11 11,11/11"),
     .sc = Runs(15, "all but 10,10/11")},
    {.name = "IRIW+rel+acq",
     .source = "herd IRIW",
     .program = Iriw(release, acquire, acquire),
     .rc11 = Runs(16,
                  "00,00/11 00,01/11 00,10/11 00,11/11 01,00/11 01,01/11 01,10/11 01,11/11 "
                  "10,00/11 10,01/11 10,10/11 10,11/11 11,00/11 11,01/11 11,10/11 11,11/11"),
     .sc = Runs(15, "all but 10,10/11")},
    {.name = "IRIW+sc",
     .source = "herd IRIW",
     .program = Iriw(seq_cst, seq_cst, seq_cst),
     .rc11 = Runs(15,
                  "00,00/11 00,01/11 00,10/11 00,11/11 01,00/11 01,01/11 01,10/11 01,11/11 "
                  "10,00/11 10,01/11 10,11/11 11,00/11 11,01/11 11,10/11 11,11/11"),
     .sc = Runs(15, "all")},
    {.name = "IRIW-acq-sc",
     .source = "PLDI 2017, section 2.1",
     .program = Iriw(seq_cst, acquire, seq_cst),
     .rc11 = Runs(16,
                  "00,00/11 00,01/11 00,10/11 00,11/11 01,00/11 01,01/11 01,10/11 01,11/11 "
                  "10,00/11 10,01/11 10,10/11 10,11/11 11,00/11 11,01/11 11,10/11 11,11/11"),
     .sc = Runs(15, "all but 10,10/11")},
    {.name = "IRIW+sc+acq+acq",
     .source = "herd IRIW",
     .program = Iriw(seq_cst, acquire, acquire),
     .rc11 = Runs(16,
                  "00,00/11 00,01/11 00,10/11 00,11/11 01,00/11 01,01/11 01,10/11 01,11/11 "
                  "10,00/11 10,01/11 10,10/11 10,11/11 11,00/11 11,01/11 11,10/11 11,11/11"),
     .sc = Runs(15, "all but 10,10/11")},
    {.name = "IRIW+rel+sc+sc",
     .source = "herd IRIW",
     .program = Iriw(release, seq_cst, seq_cst),
     .rc11 = Runs(16,
                  "00,00/11 00,01/11 00,10/11 00,11/11 01,00/11 01,01/11 01,10/11 01,11/11 "
                  "10,00/11 10,01/11 10,10/11 10,11/11 11,00/11 11,01/11 11,10/11 11,11/11"),
     .sc = Runs(15, "all but 10,10/11")},
    {.name = "IRIW+scfs",
     .source = "herd IRIW",
     .program = IriwWithFences(seq_cst, seq_cst),
     .rc11 = Runs(15,
                  "00,00/11 00,01/11 00,10/11 00,11/11 01,00/11 01,01/11 01,10/11 01,11/11 "
                  "10,00/11 10,01/11 10,11/11 11,00/11 11,01/11 11,10/11 11,11/11"),
     .sc = Runs(15, "all")},
    {.name = "IRIW+scf+arf",
     .source = "herd IRIW",
     .program = IriwWithFences(seq_cst, acq_rel),
     .rc11 = Runs(16,
                  "00,00/11 00,01/11 00,10/11 00,11/11 01,00/11 01,01/11 01,10/11 01,11/11 "
                  "10,00/11 10,01/11 10,10/11 10,11/11 11,00/11 11,01/11 11,10/11 11,11/11"),
     .sc = Runs(15, "all but 10,10/11")},
    {.name = "IRIW+arfs",
     .source = "herd IRIW",
     .program = IriwWithFences(acq_rel, acq_rel),
     .rc11 = Runs(16,
                  "00,00/11 00,01/11 00,10/11 00,11/11 01,00/11 01,01/11 01,10/11 01,11/11 "
                  "10,00/11 10,01/11 10,10/11 10,11/11 11,00/11 11,01/11 11,10/11 11,11/11"),
     .sc = Runs(15, "all but 10,10/11")},
    {.name = "IRIW on one location",
     .source = "herd CoRR2",
     .program = OneLocation(),
     .rc11 = Runs(
         72,
         "00,00/1 00,00/2 00,01/1 00,01/2 00,02/1 00,02/2 00,11/1 00,11/2 00,12/2 00,21/1 00,22/1 "
         "00,22/2 01,00/1 01,00/2 01,01/1 01,01/2 01,02/1 01,02/2 01,11/1 01,11/2 01,12/2 01,21/1 "
         "01,22/1 01,22/2 02,00/1 02,00/2 02,01/1 02,01/2 02,02/1 02,02/2 02,11/1 02,11/2 02,12/2 "
         "02,21/1 02,22/1 02,22/2 11,00/1 11,00/2 11,01/1 11,01/2 11,02/1 11,02/2 11,11/1 11,11/2 "
         "11,12/2 11,21/1 11,22/1 11,22/2 12,00/2 12,01/2 12,02/2 12,11/2 12,12/2 12,22/2 21,00/1 "
         "21,01/1 21,02/1 21,11/1 21,21/1 21,22/1 22,00/1 22,00/2 22,01/1 22,01/2 22,02/1 22,02/2 "
         "22,11/1 22,11/2 22,12/2 22,21/1 22,22/1 22,22/2"),
     .sc = Runs(72, "all")},
    {.name = "IRWIW+sc",
     .source = "WRC with every access sc",
     .program = Irwiw(seq_cst),
     .rc11 = Runs(7, "0,00/11 0,01/11 0,10/11 0,11/11 1,00/11 1,01/11 1,11/11"),
     .sc = Runs(7, "all")},
};

const std::vector<Case> kWriters = {
    {.name = "2+2W",
     .source = "herd 2+2W",
     .program = TwoPlusTwoWrites(relaxed, relaxed),
     .rc11 = Runs(4, "/11 /12 /21 /22"),
     .sc = Runs(3, "all but /11")},
    {.name = "2+2W+rels",
     .source = "herd 2+2W",
     .program = TwoPlusTwoWrites(release, release),
     .rc11 = Runs(4, "/11 /12 /21 /22"),
     .sc = Runs(3, "all but /11")},
    {.name = "2+2W+4sc",
     .source = "herd 2+2W",
     .program = TwoPlusTwoWrites(seq_cst, seq_cst),
     .rc11 = Runs(3, "/12 /21 /22"),
     .sc = Runs(3, "all")},
    {.name = "2+2W+sc+rel",
     .source = "herd 2+2W",
     .program = TwoPlusTwoWrites(seq_cst, release),
     .rc11 = Runs(4, "/11 /12 /21 /22"),
     .sc = Runs(3, "all but /11")},
    {.name = "2+2W+rel+sc",
     .source = "herd 2+2W",
     .program = TwoPlusTwoWrites(release, seq_cst),
     .rc11 = Runs(4, "/11 /12 /21 /22"),
     .sc = Runs(3, "all but /11")},
    {.name = "2+2W+3sc+rel1",
     .source = "2+2W+3sc+rel1 of the GenMC corpus",
     .program = {{{Store(x, 1, release), Store(y, 2, seq_cst)},
                  {Store(y, 1, seq_cst), Store(x, 2, seq_cst)}}},
     .rc11 = Runs(4, "/11 /12 /21 /22"),
     .sc = Runs(3, "all but /11")},
    {.name = "2+2W+2sc+scf",
     .source = "2+2W+2sc+scf of the GenMC corpus",
     .program = {{{Store(x, 1, seq_cst), Store(y, 2, seq_cst)},
                  {Store(y, 1, relaxed), Fence(seq_cst), Store(x, 2, relaxed)}}},
     .rc11 = Runs(3, "/12 /21 /22"),
     .sc = Runs(3, "all")},
    {.name = "2+2W+scfs",
     .source = "herd 2+2W",
     .program = TwoPlusTwoWithFences(seq_cst, seq_cst),
     .rc11 = Runs(3, "/12 /21 /22"),
     .sc = Runs(3, "all")},
    {.name = "2+2W+scf+relf",
     .source = "herd 2+2W",
     .program = TwoPlusTwoWithFences(seq_cst, release),
     .rc11 = Runs(4, "/11 /12 /21 /22"),
     .sc = Runs(3, "all but /11")},
    {.name = "3.2W",
     .source = "herd 3.2W",
     .program = ThreeTwoWrites(relaxed),
     .rc11 = Runs(8, "/111 /112 /121 /122 /211 /212 /221 /222"),
     .sc = Runs(7, "all but /111")},
    {.name = "3.2W+sc",
     .source = "herd 3.2W",
     .program = ThreeTwoWrites(seq_cst),
     .rc11 = Runs(7, "/112 /121 /122 /211 /212 /221 /222"),
     .sc = Runs(7, "all")},
    {.name = "3.2W+scfs",
     .source = "herd 3.2W",
     .program = ThreeTwoWritesWithFences(),
     .rc11 = Runs(7, "/112 /121 /122 /211 /212 /221 /222"),
     .sc = Runs(7, "all")},
};

INSTANTIATE_TEST_SUITE_P(Iriw, Litmus, ::testing::ValuesIn(kReaders), NameOf);
INSTANTIATE_TEST_SUITE_P(TwoPlusTwoWrites, Litmus, ::testing::ValuesIn(kWriters), NameOf);
TEST_P(Litmus, IsGolden) { EXPECT_EQ(Differences(GetParam()), ""); }

}  // namespace
}  // namespace litmus
