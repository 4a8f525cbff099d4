// The flags as a table; the limits keep a run below four gigabytes, because a page that was freed
// keeps its memory until the end (core/ksm/page_frames.h). How words are read is told in
// stress/command_line.h.
#include "stress/ksm/command.h"

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cli/words.h"
#include "core/base/interrupt.h"
#include "core/history/kernel.h"
#include "core/sync/native_control.h"
#include "stress/command_line.h"
#include "stress/gnuplot.h"
#include "stress/ksm/report.h"

namespace fleet {
namespace {

using cost::Flag;
using cost::Wrong;

constexpr int kBadInput = 2;
constexpr std::uint64_t kPagesMax = 20'000'000;  // Ever, of all machines together.

Flag NumberFlag(const std::string& name, const std::string& meaning, std::uint32_t min,
                std::uint32_t max, std::uint32_t& field) {
  return {name, "N", absl::StrCat(meaning, ", ", min, " to ", max, " (", field, ")"),
          [name, min, max, &field](const std::string& value) {
            return cost::ReadNumber(name, value, min, max, field);
          }};
}

Flag Switch(const std::string& name, const std::string& meaning, bool& field) {
  return {name, "", meaning, [&field](const std::string&) {
            field = true;
            return absl::OkStatus();
          }};
}

absl::Status SetSeed(const std::string& value, std::uint64_t& seed) {
  if (absl::SimpleAtoi(value, &seed)) return absl::OkStatus();
  return Wrong(absl::StrCat("--seed=", value, ": is no seed: give a whole number, 0 or more"));
}

absl::Status SetKernel(const std::string& value, std::string& name) {
  const absl::StatusOr<rmap::Kernel> kernel = rmap::ParseKernel(value);
  if (!kernel.ok()) {
    return Wrong(absl::StrCat("--kernel=", value, ": ", kernel.status().message(),
                              ": write one like \"G5 with all\""));
  }
  name = kernel->Name();
  return absl::OkStatus();
}

absl::Status SetSvg(const std::string& value, std::string& svg) {
  if (value.empty()) return Wrong("--svg=: names no file: write --svg=FILE");
  svg = cli::UserPath(value);
  return absl::OkStatus();
}

// The flags, which set the command's fields.
std::vector<Flag> FlagsOf(Command& command) {
  Request& request = command.request;
  const auto set = [](auto function, auto& field) {
    return [function, &field](const std::string& value) { return function(value, field); };
  };
  return {
      NumberFlag("--machines", "virtual machines", 1, 4096, request.machines),
      NumberFlag("--pages", "pages of each", 1, 65'536, request.pages),
      NumberFlag("--equal", "of 100 pages, how many all have", 0, 100, request.equal),
      NumberFlag("--hot", "of 100 pages, how many are written now and then", 0, 100, request.hot),
      NumberFlag("--writes", "of each machine in a tick", 0, 10'000, request.writes),
      NumberFlag("--life", "ticks until a machine dies and another is booted; 0: never", 0, 100'000,
                 request.life),
      NumberFlag("--scan", "pages that ksmd looks at in a tick; 0: it does not run", 0, 10'000'000,
                 request.scan),
      NumberFlag("--ticks", "how long", 1, 100'000, request.ticks),
      NumberFlag("--workers", "threads that run machines, beside ksmd", 1, 64, request.workers),
      {"--seed", "N", absl::StrCat("of the machines' choices (", request.seed, ")"),
       set(SetSeed, request.seed)},
      {"--kernel", "KERNEL", "as rmapcheck names it (the newest, with all repairs)",
       set(SetKernel, request.kernel)},
      Switch("--costs", "measures ksmd alone instead: pages a second, depth of trees",
             command.measures_costs),
      NumberFlag("--nodes", "of the largest tree that is measured", 64, 65'536,
                 command.costs.nodes_max),
      NumberFlag("--repeats", "measurements of each cost, of which the fastest counts", 1, 100,
                 command.costs.repeats),
      {"--svg", "FILE", "draws pages against time, with gnuplot", set(SetSvg, command.svg)},
      Switch("--json", "write JSON and nothing else", command.json),
      Switch("--help", "this", command.help)};
}

absl::Status CheckTogether(const Command& command) {
  const Request& request = command.request;
  if (command.measures_costs && !command.svg.empty()) {
    return Wrong("--svg: draws pages against time, which --costs does not measure: leave one out");
  }
  const std::uint64_t machines = request.machines;
  const std::uint64_t boots = request.life == 0 ? 1 : 1 + request.ticks / request.life;
  const std::uint64_t written = std::uint64_t{request.ticks} * request.writes;
  const std::uint64_t pages = machines * (boots * request.pages + written);
  if (pages <= kPagesMax) return absl::OkStatus();
  return Wrong(absl::StrCat("--machines=", machines, " --pages=", request.pages,
                            " --ticks=", request.ticks, " --writes=", request.writes, ": are ",
                            pages, " pages in the course of time: have at most ", kPagesMax));
}

std::string Help() {
  Command defaults;
  return absl::StrCat(
      "ksm_machines runs processes in the shape of virtual machines, which have much in common, "
      "beside ksmd,\nand shows how much memory merging saves, and ksmd's counters, against "
      "time.\n\n",
      cost::HelpOf(FlagsOf(defaults)),
      "\nExit codes: 0 done; 2 bad usage, a kernel that breaks a rule, or output that cannot be "
      "written. A first\nCtrl-C, SIGTERM or SIGHUP ends the run behind the tick that goes on, and "
      "what is known is written.\n");
}

// A kernel with mistakes may be asked for; what it breaks is told.
void OnUnsoundRun(const char* message, ksync::Site) {
  const std::string line = cli::OneLine(
      absl::StrCat("the kernel is not sound: ", message, ": give one with all its repairs"));
  std::fprintf(stderr, "ksm_machines: %s\n", line.c_str());
  _exit(kBadInput);  // What is broken cannot be taken down.
}

template <typename Measured>
void Write(const Command& command, const Measured& measured, std::ostream& out) {
  out << (command.json ? ToJson(measured) : ToText(measured)) << std::flush;
}

absl::Status ShowCosts(const Command& command, std::ostream& out, cost::Ticker& ticker) {
  const auto progress = [&ticker](const std::string& step, double fraction) {
    ticker.Tick(step, fraction);
    return !base::Interrupted();
  };
  Write(command, MeasureCosts(command.costs, progress), out);
  return absl::OkStatus();
}

// Returns: what went wrong with an output.
absl::Status ShowFleet(const Command& command, std::ostream& out, cost::Ticker& ticker) {
  if (!command.svg.empty()) {
    const absl::Status ready = gnuplot::CheckPlot(command.svg);
    if (!ready.ok()) return ready;
  }
  const Results results = RunFleet(command.request, [&](std::uint32_t tick) {
    ticker.Tick(absl::StrCat("tick ", tick), 1.0 * (tick - 1) / command.request.ticks);
    return !base::Interrupted();
  });
  Write(command, results, out);
  if (command.svg.empty() || results.samples.empty()) return absl::OkStatus();
  return gnuplot::DrawPlot(PlotScript(results), command.svg);
}

absl::Status Show(const Command& command, std::ostream& out, std::ostream& err) {
  cost::Ticker ticker("ksm_machines", err);
  const ksync::CheckHandler before = ksync::InstallCheckHandler(OnUnsoundRun);
  const absl::Status shown =
      command.measures_costs ? ShowCosts(command, out, ticker) : ShowFleet(command, out, ticker);
  ksync::InstallCheckHandler(before);
  return shown;
}

}  // namespace

absl::StatusOr<Command> ParseCommand(std::span<const std::string> words) {
  Command command;
  const absl::Status parsed = cost::ParseWords(words, FlagsOf(command));
  if (!parsed.ok()) return parsed;
  const absl::Status together = CheckTogether(command);
  if (!together.ok()) return together;
  return command;
}

int Main(std::span<const std::string> words, std::ostream& out, std::ostream& err) {
  const base::InterruptListener listener;
  const absl::StatusOr<Command> command = ParseCommand(words);
  absl::Status done = command.status();
  if (done.ok() && command->help) out << Help() << std::flush;
  if (done.ok() && !command->help) done = Show(*command, out, err);
  if (!done.ok()) err << "ksm_machines: " << cli::OneLine(done.message()) << "\n";
  if (base::Interrupted()) return kInterrupted;
  if (!done.ok()) return kBadInput;
  if (out.good()) return 0;
  err << "ksm_machines: standard output: cannot be written: send it somewhere else\n";
  return kBadInput;
}

}  // namespace fleet
