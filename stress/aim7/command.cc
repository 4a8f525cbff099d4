// The flags as a table; the limits keep a run below four gigabytes. How words are read is told in
// stress/command_line.h.
#include "stress/aim7/command.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/words.h"
#include "core/base/interrupt.h"
#include "core/sync/native_control.h"
#include "stress/aim7/plot.h"
#include "stress/aim7/report.h"
#include "stress/command_line.h"
#include "stress/gnuplot.h"

namespace aim7 {
namespace {

using cost::Flag;
using cost::Wrong;

constexpr int kBadInput = 2;
constexpr std::uint32_t kUsersMax = 65'536;
constexpr std::uint64_t kPagesMax = 8'000'000;  // Of all users together.

Flag NumberFlag(const std::string& name, const std::string& meaning, std::uint32_t min,
                std::uint32_t max, std::uint32_t& field) {
  return {name, "N", absl::StrCat(meaning, ", ", min, " to ", max, " (", field, ")"),
          [name, min, max, &field](const std::string& value) {
            return cost::ReadNumber(name, value, min, max, field);
          }};
}

// Reads "64..512", which is 64, 128, 256, 512, or one number, to the end of `users`.
absl::Status ReadUsers(const std::string& item, std::vector<std::uint32_t>& users) {
  const std::pair<std::string, std::string> ends = absl::StrSplit(item, absl::MaxSplits("..", 1));
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  const bool is_range = item.find("..") != std::string::npos;
  if (item.empty() || (is_range && (ends.first.empty() || ends.second.empty()))) {
    return Wrong(
        absl::StrCat("--users=", item, ": lacks a number: write some like 64,100 or 64..512"));
  }
  absl::Status read = cost::ReadNumber("--users", ends.first, 1, kUsersMax, first);
  if (!read.ok()) return read;
  last = first;
  if (is_range) {
    read = cost::ReadNumber("--users", ends.second, first, kUsersMax, last);
    if (!read.ok()) return read;
  }
  for (std::uint32_t next = first; next < last; next *= 2) users.push_back(next);
  users.push_back(last);
  return absl::OkStatus();
}

absl::Status SetUsers(const std::string& value, std::vector<std::uint32_t>& users) {
  users.clear();
  for (const auto item : absl::StrSplit(value, ',')) {
    const absl::Status read = ReadUsers(std::string(item), users);
    if (!read.ok()) return read;
  }
  if (std::ranges::adjacent_find(users, std::greater_equal<>()) == users.end()) {
    return absl::OkStatus();
  }
  return Wrong(absl::StrCat("--users=", value, ": does not grow: begin with the fewest"));
}

absl::Status SetKernels(const std::string& value, std::vector<std::string>& kernels) {
  kernels.clear();
  for (const auto name : absl::StrSplit(value, ',')) {
    const absl::StatusOr<rmap::Kernel> kernel = rmap::ParseKernel(name);
    if (!kernel.ok()) {
      return Wrong(absl::StrCat("--kernels=", value, ": ", kernel.status().message(),
                                ": write some like \"G0 with all,G5\""));
    }
    kernels.push_back(kernel->Name());
  }
  return absl::OkStatus();
}

absl::Status SetSeconds(const std::string& value, double& seconds) {
  double number = 0;
  if (absl::SimpleAtod(value, &number) && number >= 0.01 && number <= 3600) {
    seconds = number;
    return absl::OkStatus();
  }
  return Wrong(absl::StrCat("--seconds=", value,
                            ": is no time that fits: give a number of seconds from 0.01 to 3600"));
}

absl::Status SetFormat(const std::string& value, bool& json) {
  if (value != "text" && value != "json") {
    return Wrong(absl::StrCat("--format=", value, ": is no format: there is text, json"));
  }
  json = value == "json";
  return absl::OkStatus();
}

absl::Status SetReads(const std::string& value, Mix& mix) {
  std::uint32_t reads = 0;
  const absl::Status read = cost::ReadNumber("--reads", value, 0, 60, reads);
  mix.read = static_cast<int>(reads);
  return read;
}

absl::Status SetSeed(const std::string& value, std::uint64_t& seed) {
  if (absl::SimpleAtoi(value, &seed)) return absl::OkStatus();
  return Wrong(absl::StrCat("--seed=", value, ": is no seed: give a whole number, 0 or more"));
}

absl::Status SetSvg(const std::string& value, std::string& svg) {
  if (value.empty()) return Wrong("--svg=: names no file: write --svg=FILE");
  svg = cli::UserPath(value);
  return absl::OkStatus();
}

// The flags, which set the command's fields.
std::vector<Flag> FlagsOf(Command& command) {
  Request& request = command.request;
  Load& load = request.load;
  const auto set = [](auto function, auto& field) {
    return [function, &field](const std::string& value) { return function(value, field); };
  };
  const auto yes = [](const std::string&, bool& field) {
    field = true;
    return absl::OkStatus();
  };
  return {
      {"--users", "LIST", "numbers of users: 64,100 or 64..512, which doubles (64..16384)",
       set(SetUsers, request.users)},
      {"--kernels", "LIST",
       absl::StrCat("kernels, as rmapcheck names them; ratios are to the first\n",
                    std::string(24, ' '), "(", absl::StrJoin(request.kernels, ","), ")"),
       set(SetKernels, request.kernels)},
      {"--seconds", "S", absl::StrCat("to measure each point (", load.seconds, ")"),
       set(SetSeconds, load.seconds)},
      NumberFlag("--repeats", "measurements of each point, of which the fastest counts", 1, 100,
                 request.repeats),
      NumberFlag("--pages", "pages of each user", 4, 4096, load.pages),
      NumberFlag("--frames", "page frames of the machine", 64, 1'000'000, load.frames),
      NumberFlag("--workers", "threads that run users", 1, 64, load.workers),
      {"--reads", "N", absl::StrCat("of 100 jobs, how many read, 0 to 60 (", load.mix.read, ")"),
       set(SetReads, load.mix)},
      NumberFlag("--headroom", "jobs in the unit of time for each user that fits", 1, 100'000,
                 request.headroom),
      {"--seed", "N", absl::StrCat("of the users' choices (", load.seed, ")"),
       set(SetSeed, load.seed)},
      {"--format", "text|json", "what is written (text)", set(SetFormat, command.json)},
      {"--svg", "FILE", "draws throughput against users, with gnuplot", set(SetSvg, command.svg)},
      {"--help", "", "this", set(yes, command.help)}};
}

absl::Status CheckTogether(const Request& request) {
  const Load& load = request.load;
  const std::uint64_t pages = std::uint64_t{request.users.back()} * load.pages;
  if (pages > kPagesMax) {
    return Wrong(absl::StrCat("--users=", request.users.back(), " --pages=", load.pages, ": are ",
                              pages, " pages together: have at most ", kPagesMax));
  }
  // Each thread may have a batch of pages in hand, and needs two for a fault.
  const std::uint32_t frames = 64 * (load.workers + 1);
  if (load.frames >= frames) return absl::OkStatus();
  return Wrong(absl::StrCat("--frames=", load.frames, ": are too few for ", load.workers,
                            " workers: have at least ", frames));
}

std::string Help() {
  Command defaults;
  return absl::StrCat(
      "aim7 measures how throughput depends on the number of users, that is of processes forked "
      "from\n"
      "one parent, when memory is short and reclaim finds them by the reverse mapping.\n\n",
      cost::HelpOf(FlagsOf(defaults)),
      "\nExit codes: 0 done; 2 bad usage, a kernel that breaks a rule, or output that cannot be "
      "written. A first\nCtrl-C, SIGTERM or SIGHUP ends the run behind the "
      "measurement that goes on, and what is known is written.\n");
}

// What is measured, for the handler, which gets no argument of ours.
const std::string* the_point = nullptr;

// A kernel with mistakes may be asked for; what it breaks is told.
void OnUnsoundRun(const char* message, ksync::Site) {
  const std::string line = cli::OneLine(absl::StrCat(
      *the_point, ": is not sound: ", message, ": name kernels with repairs, as \"G1 with all\""));
  std::fprintf(stderr, "aim7: %s\n", line.c_str());
  _exit(kBadInput);  // What is broken cannot be taken down.
}

// Measures and writes. Returns: what went wrong with an output.
absl::Status Measure(const Command& command, std::ostream& out, std::ostream& err) {
  if (!command.svg.empty()) {
    const absl::Status ready = gnuplot::CheckPlot(command.svg);
    if (!ready.ok()) return ready;
  }
  cost::Ticker ticker("aim7", err);
  const ksync::CheckHandler before = ksync::InstallCheckHandler(OnUnsoundRun);
  const Results results =
      MeasureAll(command.request, [&ticker](const std::string& step, double fraction) {
        the_point = &step;
        ticker.Tick(step, fraction);
        return !base::Interrupted();
      });
  ksync::InstallCheckHandler(before);
  if (results.request.users.empty())
    return Wrong("interrupted before the first point was measured");
  out << (command.json ? ToJson(results) : ToText(results)) << std::flush;
  return command.svg.empty() ? absl::OkStatus()
                             : gnuplot::DrawPlot(PlotScript(results), command.svg);
}

}  // namespace

absl::StatusOr<Command> ParseCommand(std::span<const std::string> words) {
  Command command;
  const absl::Status parsed = cost::ParseWords(words, FlagsOf(command));
  if (!parsed.ok()) return parsed;
  const absl::Status together = CheckTogether(command.request);
  if (!together.ok()) return together;
  return command;
}

int Main(std::span<const std::string> words, std::ostream& out, std::ostream& err) {
  const base::InterruptListener listener;
  const absl::StatusOr<Command> command = ParseCommand(words);
  absl::Status done = command.status();
  if (done.ok() && command->help) out << Help() << std::flush;
  if (done.ok() && !command->help) done = Measure(*command, out, err);
  if (!done.ok()) err << "aim7: " << cli::OneLine(done.message()) << "\n";
  if (base::Interrupted()) return kInterrupted;
  if (!done.ok()) return kBadInput;
  if (out.good()) return 0;
  err << "aim7: standard output: cannot be written: send it somewhere else\n";
  return kBadInput;
}

}  // namespace aim7
