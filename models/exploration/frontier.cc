// Taking a frontier apart. A choice takes its frame's whole graph along: it is cut when the choice
// is taken, and what the choice asks for is found by running the program along it.
#include "models/exploration/frontier.h"

namespace models {

Frontier WholeSearch() {
  Frontier whole;
  whole.begun = false;
  return whole;
}

std::vector<Frontier> Apart(const Frontier& frontier) {
  std::vector<Frontier> parts;
  for (auto frame = frontier.frames.rbegin(); frame != frontier.frames.rend(); ++frame) {
    for (auto choice = frame->choices.rbegin(); choice != frame->choices.rend(); ++choice) {
      Frontier& part = parts.emplace_back();
      part.threads = frontier.threads;
      part.tried = frontier.tried;
      part.part = true;
      part.frames.push_back(*frame);
      part.frames.back().choices = {*choice};
    }
  }
  return parts;
}

}  // namespace models
