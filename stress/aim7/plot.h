// A run as a picture: throughput against users, both logarithmic, a line for each kernel. What lies
// below the line of one job per unit and user is collapse; where a kernel crosses it is marked.
// gnuplot draws (stress/gnuplot.h).
#ifndef RMAPCHECK_STRESS_AIM7_PLOT_H_
#define RMAPCHECK_STRESS_AIM7_PLOT_H_

#include <string>

#include "stress/aim7/results.h"

namespace aim7 {

// Returns: the picture in gnuplot's language, which writes SVG to its standard output.
std::string PlotScript(const Results& results);

}  // namespace aim7

#endif  // RMAPCHECK_STRESS_AIM7_PLOT_H_
