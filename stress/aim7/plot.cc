// The script carries its data: a block for each kernel, and one for where it crosses over. Colours
// and marks are in the order of the kernels.
#include "stress/aim7/plot.h"

#include <algorithm>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/table.h"
#include "core/history/generation.h"
#include "core/history/kernel.h"
#include "stress/gnuplot.h"

namespace aim7 {
namespace {

using gnuplot::kColours;
using gnuplot::kMarks;
using gnuplot::kStyles;
using gnuplot::Quoted;

// The frame of the picture. Grey is what is not data.
constexpr char kHead[] = R"(set encoding utf8
set terminal svg noenhanced size 960,640 font "Helvetica,Arial,sans-serif,15" background "white"
set logscale xy
set border 3 linecolor "#666666"
set tics nomirror textcolor "#333333"
set grid xtics ytics linecolor "#e4e4e4" linetype 1 linewidth 1
set key bmargin center Left reverse maxrows 2 textcolor "#333333" spacing 1.35 samplen 2.5
set xlabel "users: processes forked from one parent"
set ylabel "jobs per second" offset 1
set lmargin 13
set bmargin 8
set rmargin 9
)";

struct Range {
  double low;
  double high;
};

Range RangeOfJobs(const Results& results) {
  Range range{1e300, 0};
  for (const Series& series : results.series) {
    for (const Point& point : series.points) {
      range.low = std::min(range.low, point.JobsPerSecond());
      range.high = std::max(range.high, point.JobsPerSecond());
    }
  }
  // Room above for the key. A point without jobs has no place on a logarithmic axis.
  return {std::max(range.low, 1.0) / 2, range.high * 4};
}

std::string Tics(const Request& request) {
  std::string tics;
  for (std::uint32_t users : request.users) {
    absl::StrAppend(&tics, tics.empty() ? "" : ", ", Quoted(cli::WithSeparators(users)), " ",
                    users);
  }
  return tics;
}

std::string DecadeTics(const Range& range) {
  std::string tics;
  for (double decade = 1; decade <= range.high; decade *= 10) {
    const std::string name = cli::WithSeparators(static_cast<std::uint64_t>(decade));
    absl::StrAppend(&tics, tics.empty() ? "" : ", ", Quoted(name), " ", decade);
  }
  return tics;
}

std::string Axes(const Results& results) {
  const Request& request = results.request;
  const Range jobs = RangeOfJobs(results);
  const double left = request.users.front() / 1.25;
  const double right = request.users.back() * 1.25;
  std::string text =
      absl::StrFormat("set xrange [%g:%g]\nset yrange [%g:%g]\nset xtics (%s)\nset ytics (%s)\n",
                      left, right, jobs.low, jobs.high, Tics(request), DecadeTics(jobs));
  absl::StrAppend(
      &text, "set title ",
      Quoted(absl::StrFormat(
          "Throughput under memory pressure: %s frames, %d pages per user, %d CPUs",
          cli::WithSeparators(request.load.frames), request.load.pages, request.load.workers)),
      " font \",18\"\n");
  const double fit = results.UsersThatFit();
  if (fit <= left || fit >= right) return text;
  absl::StrAppendFormat(
      &text,
      "set arrow from %g,graph 0 to %g,graph 1 nohead linecolor \"#999999\" "
      "dashtype 3 linewidth 1.5\n"
      "set label \"memory is full\" at %g,graph 0.97 right offset -0.6,0 textcolor "
      "\"#777777\" font \",13\"\n",
      fit, fit, fit);
  return text;
}

// Data block i: users and jobs per second of series i. Block "crossed": where each crosses over.
std::string Data(const Results& results) {
  const double headroom = results.request.headroom;
  std::string text;
  for (std::size_t i = 0; i < results.series.size(); ++i) {
    absl::StrAppend(&text, "$series", i, " << END\n");
    for (const Point& point : results.series[i].points) {
      absl::StrAppendFormat(&text, "%d %g\n", point.users, point.JobsPerSecond());
    }
    absl::StrAppend(&text, "END\n");
  }
  for (std::size_t i = 0; i < results.series.size(); ++i) {
    const Crossover crossover = results.CrossoverOf(results.series[i], headroom);
    absl::StrAppend(&text, "$crossed", i, " << END\n");
    if (crossover.users.has_value()) {
      const double users = *crossover.users;
      absl::StrAppendFormat(&text, "%g %g \"%s users\"\n", users, users / results.Unit(headroom),
                            cli::WithSeparators(static_cast<std::uint64_t>(users + 0.5)));
    }
    absl::StrAppend(&text, "END\n");
  }
  return text;
}

// The kernel as it is called here, and as it is called elsewhere.
std::string TitleOf(const Series& series) {
  const absl::StatusOr<rmap::Kernel> kernel = rmap::ParseKernel(series.kernel);
  if (!kernel.ok()) return series.kernel;
  const auto generation = static_cast<std::size_t>(kernel->generation());
  return absl::StrCat(series.kernel, " (", rmap::Generations()[generation].kernel, ")");
}

// What there is below the line of one job per unit and user, then the lines, then their ends.
std::string Layers(const Results& results) {
  const double unit = results.Unit(results.request.headroom);
  const Range jobs = RangeOfJobs(results);
  std::string text = absl::StrFormat(
      "unit = %g\nplot \\\n"
      "  '+' using 1:(%g):(column(1) / unit) with filledcurves fillcolor \"#f3f3f3\" notitle, \\\n"
      "  x / unit with lines linecolor \"#888888\" dashtype 2 linewidth 1.5 title \"one job per "
      "user "
      "and unit (%.3g ms)\"",
      unit, jobs.low, 1e3 * unit);
  for (std::size_t i = 0; i < results.series.size(); ++i) {
    absl::StrAppendFormat(&text,
                          ", \\\n  $series%d with linespoints linecolor \"%s\" linewidth 2.5 "
                          "pointtype %d pointsize 0.8 title %s",
                          i, kColours[i % kStyles], kMarks[i % kStyles],
                          Quoted(TitleOf(results.series[i])));
  }
  const double headroom = results.request.headroom;
  for (std::size_t i = 0; i < results.series.size(); ++i) {
    if (!results.CrossoverOf(results.series[i], headroom).users.has_value()) continue;
    const char* const colour = kColours[i % kStyles];
    absl::StrAppendFormat(
        &text,
        ", \\\n  $crossed%d using 1:2 with impulses dashtype 3 linewidth 1.5 linecolor \"%s\" "
        "notitle, \\\n"
        "  $crossed%d using 1:2 with points pointtype 6 pointsize 2 linewidth 2.5 linecolor \"%s\" "
        "notitle, \\\n"
        "  $crossed%d using 1:(%g):3 with labels left offset 0.5,%g textcolor \"%s\" notitle",
        i, colour, i, colour, i, jobs.low,
        0.9 + 1.2 * static_cast<double>(results.series.size() - 1 - i), colour);
  }
  return text + "\n";
}

}  // namespace

std::string PlotScript(const Results& results) {
  return absl::StrCat(kHead, Axes(results), Data(results), Layers(results));
}

}  // namespace aim7
