#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "simulator/dice.hpp"
#include "simulator/writer.hpp"

namespace neve::simulator {

/// What the record of a simulated job says.
struct JobRecord {
  std::uint32_t steps = 0;  ///< in all
  std::uint32_t done = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(steps, done);
  }
  [[nodiscard]] bool ended() const { return done >= steps; }
};

/// The jobs of one process: starts some, works at those that it owns, also where another has begun,
/// and records every step in the catalogue, which refuses whoever does not own the job any more.
class Jobs {
 public:
  Jobs(ClientParts parts, std::uint64_t seed) : parts_(std::move(parts)), dice_(seed, 23) {}
  /// `rests`: begins none; goes on with those that there are.
  void tick(std::uint64_t now_ms, bool rests);
  [[nodiscard]] bool busy() const { return !committing_.empty(); }

 private:
  void begin();
  void look(std::uint64_t now_ms);
  void work_at(const store::Entry& job, std::uint64_t now_ms);
  void remove(const std::string& name);

  ClientParts parts_;
  Dice dice_;
  std::uint64_t next_begin_ms_ = 0;
  std::uint64_t next_look_ms_ = 0;
  std::uint64_t next_name_ = 1;
  std::map<std::string, std::uint64_t> due_ms_;  ///< when the step under way is done
  std::set<std::string> committing_;
};

/// What is wrong with a command that was accepted, given the job's record before: steps come one
/// after another, from the owner only, and an end is an end. Empty where nothing is.
std::string problem_of_step(const std::optional<store::Entry>& before,
                            const store::Command& command);

/// What is wrong with the jobs of a catalogue as it stands: each has an owner, who is a member.
std::string problem_of_jobs(const store::Catalog& catalog);

}  // namespace neve::simulator
