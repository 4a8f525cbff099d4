// What is written on pages: a number for each content, mixed so that neighbours are far from each
// other. No two numbers give the same.
#ifndef RMAPCHECK_STRESS_KSM_CONTENTS_H_
#define RMAPCHECK_STRESS_KSM_CONTENTS_H_

#include <cstdint>

namespace fleet {

// Each line can be undone: an odd factor has an inverse, and so has a shift that is added in.
inline std::uint32_t ContentOf(std::uint32_t number) {
  number = (number ^ (number >> 16)) * 0x7feb352du;
  number = (number ^ (number >> 15)) * 0x846ca68bu;
  return number ^ (number >> 16);
}

}  // namespace fleet

#endif  // RMAPCHECK_STRESS_KSM_CONTENTS_H_
