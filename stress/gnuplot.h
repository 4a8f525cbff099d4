// gnuplot draws what runs have measured (docs/decisions/0017). It runs as a child process and gets
// everything on its standard input, so that no shell and no file in between takes part.
//
// What it does not do: know what is drawn.
#ifndef RMAPCHECK_STRESS_GNUPLOT_H_
#define RMAPCHECK_STRESS_GNUPLOT_H_

#include <cstddef>
#include <iterator>
#include <string>

#include "absl/status/status.h"

namespace gnuplot {

// Colours are told apart by most who do not see all of them (Okabe and Ito, 2008), and lines by
// their marks as well.
inline constexpr const char* kColours[] = {"#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00"};
inline constexpr int kMarks[] = {7, 5, 9, 13, 11};  // Disc, square, triangles, diamond.
inline constexpr std::size_t kStyles = std::size(kColours);

// Returns: the text as a string of gnuplot's between double quotes.
std::string Quoted(const std::string& text);

// Fails: with one line, if gnuplot is not here, or if the file cannot be written. What takes
// minutes to measure should not be measured in vain.
absl::Status CheckPlot(const std::string& file);

// Writes what the script draws to the file. Fails: likewise.
absl::Status DrawPlot(const std::string& script, const std::string& file);

}  // namespace gnuplot

#endif  // RMAPCHECK_STRESS_GNUPLOT_H_
