// What searches found, and how the findings of several are added: in the order in which the one
// search would have found them, so that the first failure is its first.
#ifndef RMAPCHECK_MODELS_SCALE_FINDINGS_H_
#define RMAPCHECK_MODELS_SCALE_FINDINGS_H_

#include <cstdint>
#include <string>

#include "models/exploration/explorer.h"
#include "models/report/replay.h"

namespace models {

struct Findings {
  std::uint64_t executions = 0;  // Complete.
  std::uint64_t blocked = 0;
  std::uint64_t failures = 0;
  std::uint64_t runs = 0;
  std::string left_out;  // Why the search is not exhaustive although it was not cut.
  Replay failure;        // The first; empty if there is none.

  // Adds what a search has found since it began or went on. One that was begun anew knows something
  // that those before did not: what they found counts no more.
  void Add(const ExplorerResult& result, const Names& names);
  // Adds what was found behind all this.
  void Add(const Findings& later);
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCALE_FINDINGS_H_
