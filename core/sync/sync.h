// The only door to synchronisation for code that runs both on real threads and under the checker.
//
// Depend on //core/sync:native or //core/sync:modelled (two_backend_library does it for you); each
// defines one macro for its users, and this header opens the matching back end. Code is written in
// `namespace rmap::inline KSYNC_BACKEND`, so that both flavours link into one binary and a mix of
// them is a compile or link error, never a silent one.
#ifndef RMAPCHECK_CORE_SYNC_SYNC_H_
#define RMAPCHECK_CORE_SYNC_SYNC_H_

#if defined(KSYNC_MODELLED) == defined(KSYNC_NATIVE)
#error "depend on exactly one of //core/sync:native and //core/sync:modelled"
#elif defined(KSYNC_MODELLED)
#define KSYNC_BACKEND modelled
#include "core/sync/modelled.h"
#else
#define KSYNC_BACKEND native
#include "core/sync/native.h"
#endif

#include "core/sync/shared.h"  // What is written once for both: RefCount, guards, CallRcu.

#endif  // RMAPCHECK_CORE_SYNC_SYNC_H_
