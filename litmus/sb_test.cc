// Store buffering: each thread writes its own flag and reads the other's. Weak: both read 0.
//
// Only sc orders and sc fences forbid it, and only if every link of the cycle has one; the cases
// take them away one by one. With it the same shape in three threads, R, and RWC (read-to-write
// causality).
#include "litmus/testing/harness.h"

namespace litmus {
namespace {

Program StoreBuffering(Order store, Order load) {
  return {{{Store(x, 1, store), Load(y, 0, load)}, {Store(y, 1, store), Load(x, 0, load)}}};
}

Program WithFences(Order first, Order second) {
  return {{{Store(x, 1, relaxed), Fence(first), Load(y, 0, relaxed)},
           {Store(y, 1, relaxed), Fence(second), Load(x, 0, relaxed)}}};
}

// As WithOrders(sc) but for one access.
Program AllScBut(Order one_store, Order one_load) {
  return {{{Store(x, 1, one_store), Load(y, 0, one_load)},
           {Store(y, 1, seq_cst), Load(x, 0, seq_cst)}}};
}

// The stores are exchanges.
Program WithExchanges(Order exchange, Order load) {
  return {{{Exchange(x, 0, 1, exchange), Load(y, 1, load)},
           {Exchange(y, 0, 1, exchange), Load(x, 1, load)}}};
}

// The loads are fetch_add(0), so the later of the two on one location reads what is before it.
Program WithAddedZeros(Order store, Order add) {
  return {
      {{Store(x, 1, store), FetchAdd(y, 0, 0, add)}, {Store(y, 1, store), FetchAdd(x, 0, 0, add)}}};
}

// Each thread reads its own store back before it looks at the other's.
Program WithOwnReads(Order order, Order own) {
  return {{{Store(x, 1, order), Load(x, 0, own), Load(y, 1, order)},
           {Store(y, 1, order), Load(y, 0, own), Load(x, 1, order)}}};
}

Program ThreeThreads(Order order) {
  return {{{Store(x, 1, order), Load(y, 0, order)},
           {Store(y, 1, order), Load(z, 0, order)},
           {Store(z, 1, order), Load(x, 0, order)}}};
}

Program ThreeThreadsWithFences(Order last) {
  return {{{Store(x, 1, relaxed), Fence(seq_cst), Load(y, 0, relaxed)},
           {Store(y, 1, relaxed), Fence(seq_cst), Load(z, 0, relaxed)},
           {Store(z, 1, relaxed), Fence(last), Load(x, 0, relaxed)}}};
}

Program R(Order order) {
  return {{{Store(x, 1, order), Store(y, 1, order)}, {Store(y, 2, order), Load(x, 0, order)}}};
}

Program RWithFences(Order first, Order second) {
  return {{{Store(x, 1, relaxed), Fence(first), Store(y, 1, relaxed)},
           {Store(y, 2, relaxed), Fence(second), Load(x, 0, relaxed)}}};
}

Program Rwc(Order order) {
  return {{{Store(x, 1, order)},
           {Load(x, 0, order), Load(y, 1, order)},
           {Store(y, 1, order), Load(x, 0, order)}}};
}

Program RwcWithFences(Order reader, Order writer) {
  return {{{Store(x, 1, relaxed)},
           {Load(x, 0, relaxed), Fence(reader), Load(y, 1, relaxed)},
           {Store(y, 1, relaxed), Fence(writer), Load(x, 0, relaxed)}}};
}

const std::vector<Case> kTwoThreads = {
    {.name = "SB",
     .source = "herd SB",
     .program = StoreBuffering(relaxed, relaxed),
     .rc11 = Runs(4, "0,0/11 0,1/11 1,0/11 1,1/11"),
     .sc = Runs(3, "all but 0,0/11")},
    {.name = "SB+rel+acq",
     .source = "herd SB",
     .program = StoreBuffering(release, acquire),
     .rc11 = Runs(4, "0,0/11 0,1/11 1,0/11 1,1/11"),
     .sc = Runs(3, "all but 0,0/11")},
    {.name = "SB+4sc",
     .source = "herd SB",
     .program = StoreBuffering(seq_cst, seq_cst),
     .rc11 = Runs(3, "0,1/11 1,0/11 1,1/11"),
     .sc = Runs(3, "all")},
    {.name = "SB+3sc+rel",
     .source = "SB+3sc+rel of the GenMC corpus",
     .program = AllScBut(release, seq_cst),
     .rc11 = Runs(4, "0,0/11 0,1/11 1,0/11 1,1/11"),
     .sc = Runs(3, "all but 0,0/11")},
    {.name = "SB+3sc+acq",
     .source = "SB+3sc+acq of the GenMC corpus",
     .program = AllScBut(seq_cst, acquire),
     .rc11 = Runs(4, "0,0/11 0,1/11 1,0/11 1,1/11"),
     .sc = Runs(3, "all but 0,0/11")},
    {.name = "SB+scfs",
     .source = "herd SB",
     .program = WithFences(seq_cst, seq_cst),
     .rc11 = Runs(3, "0,1/11 1,0/11 1,1/11"),
     .sc = Runs(3, "all")},
    {.name = "SB+arfs",
     .source = "herd SB",
     .program = WithFences(acq_rel, acq_rel),
     .rc11 = Runs(4, "0,0/11 0,1/11 1,0/11 1,1/11"),
     .sc = Runs(3, "all but 0,0/11")},
    {.name = "SB+scf+arf: one fence too weak",
     .source = "herd SB",
     .program = WithFences(seq_cst, acq_rel),
     .rc11 = Runs(4, "0,0/11 0,1/11 1,0/11 1,1/11"),
     .sc = Runs(3, "all but 0,0/11")},
    {.name = "SB+2sc+scf",
     .source = "SB+2sc+scf of the GenMC corpus",
     .program = {{{Store(x, 1, seq_cst), Load(y, 0, seq_cst)},
                  {Store(y, 1, relaxed), Fence(seq_cst), Load(x, 0, relaxed)}}},
     .rc11 = Runs(3, "0,1/11 1,0/11 1,1/11"),
     .sc = Runs(3, "all")},
    {.name = "SB+xchgs ar",
     .source = "SB with read-modify-writes",
     .program = WithExchanges(acq_rel, acquire),
     .rc11 = Runs(4, "00,00/11 00,01/11 01,00/11 01,01/11"),
     .sc = Runs(3, "all but 00,00/11")},
    {.name = "SB+xchgs sc+acq",
     .source = "SB with read-modify-writes",
     .program = WithExchanges(seq_cst, acquire),
     .rc11 = Runs(4, "00,00/11 00,01/11 01,00/11 01,01/11"),
     .sc = Runs(3, "all but 00,00/11")},
    {.name = "SB+xchgs sc+sc",
     .source = "SB with read-modify-writes",
     .program = WithExchanges(seq_cst, seq_cst),
     .rc11 = Runs(3, "00,01/11 01,00/11 01,01/11"),
     .sc = Runs(3, "all")},
    {.name = "SB+rmws rlx",
     .source = "SB with read-modify-writes",
     .program = WithAddedZeros(relaxed, relaxed),
     .rc11 = Runs(4, "0,0/11 0,1/11 1,0/11 1,1/11"),
     .sc = Runs(3, "all but 0,0/11")},
    {.name = "SB+rmws ar: no more than ra",
     .source = "SB with read-modify-writes",
     .program = WithAddedZeros(release, acq_rel),
     .rc11 = Runs(4, "0,0/11 0,1/11 1,0/11 1,1/11"),
     .sc = Runs(3, "all but 0,0/11")},
    {.name = "SB+rmws sc",
     .source = "SB with read-modify-writes",
     .program = WithAddedZeros(seq_cst, seq_cst),
     .rc11 = Runs(3, "0,1/11 1,0/11 1,1/11"),
     .sc = Runs(3, "all")},
    {.name = "SB+rfis rlx",
     .source = "SB+rfis of the GenMC corpus",
     .program = WithOwnReads(relaxed, relaxed),
     .rc11 = Runs(4, "10,10/11 10,11/11 11,10/11 11,11/11"),
     .sc = Runs(3, "all but 10,10/11")},
    {.name = "SB+rfis sc+rlx",
     .source = "SB+rfis of the GenMC corpus",
     .program = WithOwnReads(seq_cst, relaxed),
     .rc11 = Runs(3, "10,11/11 11,10/11 11,11/11"),
     .sc = Runs(3, "all")},
    {.name = "R",
     .source = "herd R",
     .program = R(relaxed),
     .rc11 = Runs(4, "0/11 0/12 1/11 1/12"),
     .sc = Runs(3, "all but 0/12")},
    {.name = "R+rel+acq",
     .source = "herd R",
     .program = {{{Store(x, 1, release), Store(y, 1, release)},
                  {Store(y, 2, release), Load(x, 0, acquire)}}},
     .rc11 = Runs(4, "0/11 0/12 1/11 1/12"),
     .sc = Runs(3, "all but 0/12")},
    {.name = "R+4sc",
     .source = "herd R",
     .program = R(seq_cst),
     .rc11 = Runs(3, "0/11 1/11 1/12"),
     .sc = Runs(3, "all")},
    {.name = "R+scfs",
     .source = "herd R",
     .program = RWithFences(seq_cst, seq_cst),
     .rc11 = Runs(3, "0/11 1/11 1/12"),
     .sc = Runs(3, "all")},
    {.name = "R+relf+scf",
     .source = "herd R",
     .program = RWithFences(release, seq_cst),
     .rc11 = Runs(4, "0/11 0/12 1/11 1/12"),
     .sc = Runs(3, "all but 0/12")},
};

const std::vector<Case> kMoreThreads = {
    {.name = "3.SB",
     .source = "herd 3.SB",
     .program = ThreeThreads(relaxed),
     .rc11 =
         Runs(8, "0,0,0/111 0,0,1/111 0,1,0/111 0,1,1/111 1,0,0/111 1,0,1/111 1,1,0/111 1,1,1/111"),
     .sc = Runs(7, "all but 0,0,0/111")},
    {.name = "3.SB+sc",
     .source = "herd 3.SB",
     .program = ThreeThreads(seq_cst),
     .rc11 = Runs(7, "0,0,1/111 0,1,0/111 0,1,1/111 1,0,0/111 1,0,1/111 1,1,0/111 1,1,1/111"),
     .sc = Runs(7, "all")},
    {.name = "3.SB+scfs",
     .source = "herd 3.SB",
     .program = ThreeThreadsWithFences(seq_cst),
     .rc11 = Runs(7, "0,0,1/111 0,1,0/111 0,1,1/111 1,0,0/111 1,0,1/111 1,1,0/111 1,1,1/111"),
     .sc = Runs(7, "all")},
    {.name = "3.SB+scf+scf+arf",
     .source = "herd 3.SB",
     .program = ThreeThreadsWithFences(acq_rel),
     .rc11 =
         Runs(8, "0,0,0/111 0,0,1/111 0,1,0/111 0,1,1/111 1,0,0/111 1,0,1/111 1,1,0/111 1,1,1/111"),
     .sc = Runs(7, "all but 0,0,0/111")},
    {.name = "RWC",
     .source = "herd RWC",
     .program = Rwc(relaxed),
     .rc11 = Runs(8, "00,0/11 00,1/11 01,0/11 01,1/11 10,0/11 10,1/11 11,0/11 11,1/11"),
     .sc = Runs(7, "all but 10,0/11")},
    {.name = "RWC+sc",
     .source = "herd RWC",
     .program = Rwc(seq_cst),
     .rc11 = Runs(7, "00,0/11 00,1/11 01,0/11 01,1/11 10,1/11 11,0/11 11,1/11"),
     .sc = Runs(7, "all")},
    {.name = "RWC+syncs",
     .source = "PLDI 2017, section 2.2: fences restore sc",
     .program = RwcWithFences(seq_cst, seq_cst),
     .rc11 = Runs(7, "00,0/11 00,1/11 01,0/11 01,1/11 10,1/11 11,0/11 11,1/11"),
     .sc = Runs(7, "all")},
    {.name = "RWC+acqf+scf",
     .source = "herd RWC",
     .program = RwcWithFences(acquire, seq_cst),
     .rc11 = Runs(8, "00,0/11 00,1/11 01,0/11 01,1/11 10,0/11 10,1/11 11,0/11 11,1/11"),
     .sc = Runs(7, "all but 10,0/11")},
};

INSTANTIATE_TEST_SUITE_P(StoreBuffering, Litmus, ::testing::ValuesIn(kTwoThreads), NameOf);
INSTANTIATE_TEST_SUITE_P(MoreThreads, Litmus, ::testing::ValuesIn(kMoreThreads), NameOf);
TEST_P(Litmus, IsGolden) { EXPECT_EQ(Differences(GetParam()), ""); }

}  // namespace
}  // namespace litmus
