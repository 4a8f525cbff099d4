// A run as a picture: throughput against users, both logarithmic, a line for each kernel. What lies
// below the line of one job per unit and user is collapse; where a kernel crosses it is marked.
//
// gnuplot draws (docs/decisions/0017). It runs as a child process and gets everything on its
// standard input, so that no shell and no file in between takes part.
#ifndef RMAPCHECK_STRESS_AIM7_PLOT_H_
#define RMAPCHECK_STRESS_AIM7_PLOT_H_

#include <string>

#include "absl/status/status.h"
#include "stress/aim7/results.h"

namespace aim7 {

// Returns: the picture in gnuplot's language, which writes SVG to its standard output.
std::string PlotScript(const Results& results);

// Fails: with one line, if gnuplot is not here, or if the file cannot be written. What takes
// minutes to measure should not be measured in vain.
absl::Status CheckPlot(const std::string& file);

// Writes what the script draws to the file. Fails: likewise.
absl::Status DrawPlot(const std::string& script, const std::string& file);

}  // namespace aim7

#endif  // RMAPCHECK_STRESS_AIM7_PLOT_H_
