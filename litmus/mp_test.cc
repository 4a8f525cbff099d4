// Message passing: data is written, then a flag; whoever sees the flag should see the data.
//
// MP itself with each pair of orders and each pair of fences, then the chains built from it: WRC
// (write-to-read causality), ISA2 (through a second flag), PPOCA (through a branch), MP2 and JLT.
// The weak outcome is the one that reads the flag and then old data.
#include "litmus/testing/harness.h"

namespace litmus {
namespace {

Program MessagePassing(Order raise, Order see) {
  return {{{Store(x, 1, relaxed), Store(y, 1, raise)}, {Load(y, 0, see), Load(x, 1, relaxed)}}};
}

// With a fence on each side, the accesses being relaxed.
Program WithFences(Order raise, Order see) {
  return {{{Store(x, 1, relaxed), Fence(raise), Store(y, 1, relaxed)},
           {Load(y, 0, relaxed), Fence(see), Load(x, 1, relaxed)}}};
}

// The flag is seen by an operation that also writes it.
Program SeenByRmw(Order raise, Order see) {
  return {
      {{Store(x, 1, relaxed), Store(y, 1, raise)}, {FetchAdd(y, 0, 1, see), Load(x, 1, relaxed)}}};
}

Program WriteToReadCausality(Order see_first, Order raise, Order see) {
  return {{{Store(x, 1, relaxed)},
           {Load(x, 0, see_first), Store(y, 1, raise)},
           {Load(y, 0, see), Load(x, 1, relaxed)}}};
}

Program Isa2(Order raise, Order see_first, Order pass_on, Order see) {
  return {{{Store(x, 1, relaxed), Store(y, 1, raise)},
           {Load(y, 0, see_first), Store(z, 1, pass_on)},
           {Load(z, 0, see), Load(x, 1, relaxed)}}};
}

Program Isa2WithFences() {
  return {{{Store(x, 1, relaxed), Fence(release), Store(y, 1, relaxed)},
           {Load(y, 0, relaxed), Fence(acq_rel), Store(z, 1, relaxed)},
           {Load(z, 0, relaxed), Fence(acquire), Load(x, 1, relaxed)}}};
}

// The store to z and the load of it are skipped unless the flag was seen.
Program Ppoca(Order see) {
  return {{{Store(x, 1, relaxed), Fence(release), Store(y, 1, relaxed)},
           {Load(y, 0, see), SkipIfEqual(0, 0, 3), Store(z, 1, relaxed), Load(z, 1, relaxed),
            Load(x, 2, relaxed)}}};
}

// The data is read only if the flag was seen.
Program Guarded(Order raise, Order see) {
  return {{{Store(x, 1, relaxed), Store(y, 1, raise)},
           {Load(y, 0, see), SkipIfEqual(0, 0, 1), Load(x, 1, relaxed)}}};
}

// Two messages over one flag.
Program TwoMessages(Order raise, Order see) {
  return {{{Store(x, 1, relaxed), Store(y, 1, raise), Store(x, 2, relaxed), Store(y, 2, raise)},
           {Load(y, 0, see), Load(x, 1, relaxed)}}};
}

// Two writers, each with data of its own, and one reader of both flags' sum.
Program TwoWriters() {
  return {{{Store(x, 1, relaxed), FetchAdd(z, 0, 1, release)},
           {Store(y, 1, relaxed), FetchAdd(z, 0, 1, release)},
           {Load(z, 0, acquire), Load(x, 1, relaxed), Load(y, 2, relaxed)}}};
}

const std::vector<Case> kPairs = {
    {.name = "MP",
     .source = "herd MP",
     .program = MessagePassing(relaxed, relaxed),
     .rc11 = Runs(4, "00/11 01/11 10/11 11/11"),
     .sc = Runs(3, "all but 10/11")},
    {.name = "MP+rel+rlx",
     .source = "herd MP",
     .program = MessagePassing(release, relaxed),
     .rc11 = Runs(4, "00/11 01/11 10/11 11/11"),
     .sc = Runs(3, "all but 10/11")},
    {.name = "MP+rlx+acq",
     .source = "herd MP",
     .program = MessagePassing(relaxed, acquire),
     .rc11 = Runs(4, "00/11 01/11 10/11 11/11"),
     .sc = Runs(3, "all but 10/11")},
    {.name = "MP+rel+acq",
     .source = "herd MP",
     .program = MessagePassing(release, acquire),
     .rc11 = Runs(3, "00/11 01/11 11/11"),
     .sc = Runs(3, "all")},
    {.name = "MP+sc+sc",
     .source = "herd MP",
     .program = MessagePassing(seq_cst, seq_cst),
     .rc11 = Runs(3, "00/11 01/11 11/11"),
     .sc = Runs(3, "all")},
    {.name = "MP+relf+acqf",
     .source = "herd MP",
     .program = WithFences(release, acquire),
     .rc11 = Runs(3, "00/11 01/11 11/11"),
     .sc = Runs(3, "all")},
    {.name = "MP+acqf+relf: fences the wrong way",
     .source = "herd MP",
     .program = WithFences(acquire, release),
     .rc11 = Runs(4, "00/11 01/11 10/11 11/11"),
     .sc = Runs(3, "all but 10/11")},
    {.name = "MP+relf+relf",
     .source = "herd MP",
     .program = WithFences(release, release),
     .rc11 = Runs(4, "00/11 01/11 10/11 11/11"),
     .sc = Runs(3, "all but 10/11")},
    {.name = "MP+acqf+acqf",
     .source = "herd MP",
     .program = WithFences(acquire, acquire),
     .rc11 = Runs(4, "00/11 01/11 10/11 11/11"),
     .sc = Runs(3, "all but 10/11")},
    {.name = "MP+arf+arf",
     .source = "herd MP",
     .program = WithFences(acq_rel, acq_rel),
     .rc11 = Runs(3, "00/11 01/11 11/11"),
     .sc = Runs(3, "all")},
    {.name = "MP+scf+scf",
     .source = "herd MP",
     .program = WithFences(seq_cst, seq_cst),
     .rc11 = Runs(3, "00/11 01/11 11/11"),
     .sc = Runs(3, "all")},
    {.name = "MP+relf+acq",
     .source = "herd MP",
     .program = {{{Store(x, 1, relaxed), Fence(release), Store(y, 1, relaxed)},
                  {Load(y, 0, acquire), Load(x, 1, relaxed)}}},
     .rc11 = Runs(3, "00/11 01/11 11/11"),
     .sc = Runs(3, "all")},
    {.name = "MP+rel+acqf",
     .source = "herd MP",
     .program = {{{Store(x, 1, relaxed), Store(y, 1, release)},
                  {Load(y, 0, relaxed), Fence(acquire), Load(x, 1, relaxed)}}},
     .rc11 = Runs(3, "00/11 01/11 11/11"),
     .sc = Runs(3, "all")},
    {.name = "MP+relf late: the fence is after the flag",
     .source = "herd MP",
     .program = {{{Store(x, 1, relaxed), Store(y, 1, relaxed), Fence(release)},
                  {Load(y, 0, acquire), Load(x, 1, relaxed)}}},
     .rc11 = Runs(4, "00/11 01/11 10/11 11/11"),
     .sc = Runs(3, "all but 10/11")},
    {.name = "MP+rel+rmw acq",
     .source = "MPU of the GenMC corpus, shorter",
     .program = SeenByRmw(release, acquire),
     .rc11 = Runs(3, "00/11 01/11 11/12"),
     .sc = Runs(3, "all")},
    {.name = "MP+rel+rmw rel",
     .source = "MPU of the GenMC corpus, shorter",
     .program = SeenByRmw(release, release),
     .rc11 = Runs(4, "00/11 01/11 10/12 11/12"),
     .sc = Runs(3, "all but 10/12")},
    {.name = "MP guarded",
     .source = "herd MP+ctrl",
     .program = Guarded(relaxed, relaxed),
     .rc11 = Runs(3, "00/11 10/11 11/11"),
     .sc = Runs(2, "all but 10/11")},
    {.name = "MP guarded+rel+acq",
     .source = "herd MP+ctrl",
     .program = Guarded(release, acquire),
     .rc11 = Runs(2, "00/11 11/11"),
     .sc = Runs(2, "all")},
};

const std::vector<Case> kChains = {
    {.name = "WRC",
     .source = "herd WRC",
     .program = WriteToReadCausality(relaxed, relaxed, relaxed),
     .rc11 = Runs(8, "0,00/11 0,01/11 0,10/11 0,11/11 1,00/11 1,01/11 1,10/11 1,11/11"),
     .sc = Runs(7, "all but 1,10/11")},
    {.name = "WRC+rel+acq",
     .source = "herd WRC; the first read need not acquire",
     .program = WriteToReadCausality(relaxed, release, acquire),
     .rc11 = Runs(7, "0,00/11 0,01/11 0,10/11 0,11/11 1,00/11 1,01/11 1,11/11"),
     .sc = Runs(7, "all")},
    {.name = "WRC+acq+rlx+acq",
     .source = "herd WRC",
     .program = WriteToReadCausality(acquire, relaxed, acquire),
     .rc11 = Runs(8, "0,00/11 0,01/11 0,10/11 0,11/11 1,00/11 1,01/11 1,10/11 1,11/11"),
     .sc = Runs(7, "all but 1,10/11")},
    {.name = "WRC+sc",
     .source = "herd WRC",
     .program = WriteToReadCausality(seq_cst, seq_cst, seq_cst),
     .rc11 = Runs(7, "0,00/11 0,01/11 0,10/11 0,11/11 1,00/11 1,01/11 1,11/11"),
     .sc = Runs(7, "all")},
    {.name = "ISA2",
     .source = "herd ISA2",
     .program = Isa2(relaxed, relaxed, relaxed, relaxed),
     .rc11 = Runs(8, "0,00/111 0,01/111 0,10/111 0,11/111 1,00/111 1,01/111 1,10/111 1,11/111"),
     .sc = Runs(7, "all but 1,10/111")},
    {.name = "ISA2+rel+acq+rel+acq",
     .source = "herd ISA2",
     .program = Isa2(release, acquire, release, acquire),
     .rc11 = Runs(7, "0,00/111 0,01/111 0,10/111 0,11/111 1,00/111 1,01/111 1,11/111"),
     .sc = Runs(7, "all")},
    {.name = "ISA2+rel+rlx+rel+acq: a link is missing",
     .source = "herd ISA2",
     .program = Isa2(release, relaxed, release, acquire),
     .rc11 = Runs(8, "0,00/111 0,01/111 0,10/111 0,11/111 1,00/111 1,01/111 1,10/111 1,11/111"),
     .sc = Runs(7, "all but 1,10/111")},
    {.name = "ISA2+fences",
     .source = "herd ISA2",
     .program = Isa2WithFences(),
     .rc11 = Runs(7, "0,00/111 0,01/111 0,10/111 0,11/111 1,00/111 1,01/111 1,11/111"),
     .sc = Runs(7, "all")},
    {.name = "PPOCA+acq",
     .source = "herd PPOCA, with C++ orders",
     .program = Ppoca(acquire),
     .rc11 = Runs(2, "000/110 111/111"),
     .sc = Runs(2, "all")},
    {.name = "PPOCA+rlx",
     .source = "herd PPOCA, with C++ orders",
     .program = Ppoca(relaxed),
     .rc11 = Runs(3, "000/110 110/111 111/111"),
     .sc = Runs(2, "all but 110/111")},
    {.name = "two messages",
     .source = "herd MP, twice",
     .program = TwoMessages(relaxed, relaxed),
     .rc11 = Runs(9, "00/22 01/22 02/22 10/22 11/22 12/22 20/22 21/22 22/22"),
     .sc = Runs(6, "all but 10/22 20/22 21/22")},
    {.name = "two messages+rel+acq",
     .source = "herd MP, twice",
     .program = TwoMessages(release, acquire),
     .rc11 = Runs(6, "00/22 01/22 02/22 11/22 12/22 22/22"),
     .sc = Runs(6, "all")},
    {.name = "two writers, one counter",
     .source = "Abseil's reference counts",
     .program = TwoWriters(),
     .rc11 = Runs(
         14,
         "0,1,000/112 0,1,001/112 0,1,010/112 0,1,011/112 0,1,110/112 0,1,111/112 0,1,211/112 "
         "1,0,000/112 1,0,001/112 1,0,010/112 1,0,011/112 1,0,101/112 1,0,111/112 1,0,211/112"),
     .sc = Runs(14, "all")},
};

INSTANTIATE_TEST_SUITE_P(MessagePassing, Litmus, ::testing::ValuesIn(kPairs), NameOf);
INSTANTIATE_TEST_SUITE_P(Causality, Litmus, ::testing::ValuesIn(kChains), NameOf);
TEST_P(Litmus, IsGolden) { EXPECT_EQ(Differences(GetParam()), ""); }

}  // namespace
}  // namespace litmus
