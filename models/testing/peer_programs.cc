// The tables: which program at which size, and the count that GenMC v0.11 records for it. Counts
// with a closed form say it; the others have no explanation but the program.
#include "models/testing/peer_programs.h"

namespace models::testing {
namespace {

constexpr PeerProgram kFullSize[] = {
    {"big0", 0, 82'472, false, &Big0},
    {"CoA_N6", 6, 2'073'600, false, &CoherenceOfA},  // 144 * (5!)^2.
    {"big1", 0, 2'950'753, false, &Big1},
    {"N-writers_N7", 7, 362'880, false, &NWriters},  // 9 * 8!.
    {"wrw_N5", 5, 211'680, false, &WriteReadWrite},
    {"fib_bench", 5, 525'630, false, &Fibonacci},
    {"casw_N6", 6, 1'270'080, false, &CasThenWrite},
    {"inc_N6", 6, 518'400, false, &LoadThenStore},  // (6!)^2.
    {"casrot_N11", 11, 182'905, false, &CasRotation},
    {"wcas_N13", 13, 53'249, false, &WriteThenCas},
    {"cinc_N4", 4, 13'824, false, &ThreeIncrements},  // (4!)^3.
    {"ainc_N8", 8, 40'320, false, &OneIncrement},     // 8!.
    {"binc_N6", 6, 518'400, false, &TwoIncrements},   // (6!)^2.
    {"readers_N17", 17, 131'072, false, &Readers},    // 2^17.
    {"mutex_N3", 3, 7'086, true, &ThreeStateMutex},
    {"lastzero_N15", 15, 147'456, false, &LastZero},
    {"lockinc_N8", 8, 40'320, false, &LockedIncrement},  // 8!.
    {"twalock_N4", 4, 6'144, false, &WaitingArrayLock},
    {"hw-queue_RDWR3", 3, 3'860, true, &HerlihyWingQueue},
    {"ttaslock_N5", 5, 14'400, true, &TestAndTestAndSetLock},  // (5!)^2.
    {"ticketlock_N8", 8, 40'320, false, &TicketLock},          // 8!.
    {"treiber_3W2R", 3, 6'120, true, &TreiberStack},
    {"hwqueue-ra", 0, 5'483, true, &HerlihyWingLitmus},
    {"indexer_N15", 15, 4'096, false, &Indexer},  // 2^12: twelve pairs collide.
    {"ms-queue_RDWR3", 3, 57'390, true, &MichaelScottQueue},
    {"spin-fmutex", 0, 1'719, true, &FutexMutexes},
};

constexpr PeerProgram kSmall[] = {
    {"big0", 0, 82'472, false, &Big0},
    {"CoA_N4", 4, 2'304, false, &CoherenceOfA},
    {"N-writers_N5", 5, 5'040, false, &NWriters},
    {"wrw_N4", 4, 6'576, false, &WriteReadWrite},
    {"fib_bench_NUM3", 3, 2'258, false, &Fibonacci},
    {"casw_N4", 4, 1'200, false, &CasThenWrite},
    {"inc_N4", 4, 576, false, &LoadThenStore},
    {"casrot_N7", 7, 523, false, &CasRotation},
    {"wcas_N8", 8, 1'025, false, &WriteThenCas},
    {"cinc_N3", 3, 216, false, &ThreeIncrements},
    {"ainc_N6", 6, 720, false, &OneIncrement},
    {"binc_N4", 4, 576, false, &TwoIncrements},
    {"readers_N9", 9, 512, false, &Readers},
    {"mutex_N2", 2, 12, true, &ThreeStateMutex},
    {"lastzero_N8", 8, 704, false, &LastZero},
    {"lockinc_N5", 5, 120, false, &LockedIncrement},
    {"twalock_N3", 3, 96, false, &WaitingArrayLock},
    {"hw-queue_RDWR2", 2, 18, true, &HerlihyWingQueue},
    {"ttaslock_N4", 4, 576, true, &TestAndTestAndSetLock},
    {"ticketlock_N5", 5, 120, false, &TicketLock},
    {"treiber_2W2R", 2, 80, true, &TreiberStack},
    {"hwqueue-ra", 0, 5'483, true, &HerlihyWingLitmus},
    {"indexer_N13", 13, 64, false, &Indexer},
    {"ms-queue_RDWR2", 2, 50, true, &MichaelScottQueue},
    {"spin-fmutex", 0, 1'719, true, &FutexMutexes},
};

}  // namespace

std::span<const PeerProgram> PeerPrograms() { return kFullSize; }

std::span<const PeerProgram> SmallPeerPrograms() { return kSmall; }

}  // namespace models::testing
