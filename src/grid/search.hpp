#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <neve/grid/grid.hpp>
#include <neve/job/job.hpp>

#include "grid/halving.hpp"
#include "grid/member.hpp"
#include "grid/proposals.hpp"
#include "grid/request.hpp"
#include "grid/walk.hpp"
#include "job/api/bell.hpp"

namespace neve::grid {

/// Goes through the points of a walk, trains some of their models at a time, and takes them into
/// the grid in the order of the walk, whichever is finished first; what lies behind the point where
/// the search ends is thrown away. So the grid is the same for any number at a time. Lives in its
/// job.
///
/// By successive halving, a point comes once for each rung that it gets to. Its model of the rung
/// goes on from that of the one below, which then leaves the grid.
class Search {
 public:
  Search(Grids& grids, Grids::Request request, job::Job& job);
  void run();

 private:
  /// A point that is on its way into the grid.
  struct Candidate {
    Entry entry;
    bool is_known = false;    ///< there is a model of the same parameters before it
    bool is_idle = false;     ///< nothing is to be done at its place
    std::int32_t number = 0;  ///< of its model's name; 0 where it is known
    std::unique_ptr<Member> member = nullptr;  ///< null where it is known, or has failed already
    [[nodiscard]] bool ready() const { return !member || member->finished(); }
  };
  /// What another driver goes on from.
  struct State {
    Grid grid;
    std::uint64_t place = 0;
    std::vector<double> scores;
    std::vector<Identity> tried;  ///< each once
    std::int32_t built = 0;
    std::map<std::uint64_t, wire::Bytes> members;  ///< by place of their points
    std::vector<Proposals::Point> proposed;        ///< of all places, where results say what comes
    std::vector<Halving::Step> steps;              ///< likewise, where models are trained further
    std::vector<double> results;                   ///< of the places that were accepted, in both
    std::vector<std::string> superseded;  ///< models that leave when no driver can need them
    template <class Archive>
    void fields(Archive& archive) {
      archive(grid, place, scores, tried, built, members, proposed, steps, results, superseded);
    }
  };

  void search();
  [[nodiscard]] schema::Form next_point();
  void accept_ready();
  void accept(Candidate candidate);
  [[nodiscard]] double result_of(const Identity& identity) const;
  void take(Candidate& candidate);
  void count(const model::Model& model);
  /// Of a point, and which of its values cannot be read.
  [[nodiscard]] std::pair<Identity, std::vector<schema::Problem>> identity_at(
      const schema::Form& values) const;
  [[nodiscard]] schema::Form values_of(const Halving::Step& step) const;
  /// The entry with the model that the one of this place goes on from; null where there is none.
  Entry* entry_below(std::uint64_t place);
  void go_on_from(const model::Model& below, schema::Form& form, model::TrainingTerms& terms) const;
  void supersede(Entry& entry);
  void remove_superseded();
  void begin_more();
  bool choose_step();
  [[nodiscard]] bool may_begin() const;
  Candidate begin();
  void train(Candidate& candidate, std::uint64_t place, schema::Form form);
  [[nodiscard]] schema::Form form_of(const schema::Form& values) const;
  [[nodiscard]] model::TrainingTerms terms_of(const Candidate& candidate) const;
  /// Whether the grid or a candidate has these parameters already.
  [[nodiscard]] bool is_known(const Identity& identity) const;
  [[nodiscard]] std::int32_t next_number() const;
  [[nodiscard]] std::optional<double> seconds_left() const;
  [[nodiscard]] State state() const;
  void tell_progress();
  void publish_soon();
  void publish();

  Grids& grids_;
  model::Models& models_;
  job::Job& job_;
  const model::Algorithm& algorithm_;
  model::NamedFrames frames_;
  std::map<std::string, std::int64_t> checksums_;  ///< of the frames
  Walk walk_;
  std::optional<Proposals> proposals_;  ///< where results say which point comes next
  std::optional<Halving> halving_;      ///< where they say which one is trained further
  Rungs rungs_;                         ///< then
  State state_;
  bool ended_ = false;
  std::chrono::steady_clock::time_point next_publish_;
  std::unique_ptr<SharedResults> shared_;  ///< by all models
  std::shared_ptr<job::Bell> bell_ = std::make_shared<job::Bell>();
  /// The points from state_.place on. Last, as their threads use all before.
  std::deque<Candidate> candidates_;
};

}  // namespace neve::grid
