#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/base/ids.hpp>
#include <neve/frame/layout.hpp>
#include <neve/mr/engine.hpp>
#include <neve/mr/task.hpp>

/// Exchanges between row groups, which is what shuffles are made of: a run leaves Scratch with each
/// row group of one layout, and a run over another layout asks for the parts of it that it needs,
/// wherever they are. Askers pull, so that nobody is sent more than it has asked for; what a lost
/// node held is made again from the job's history by whoever is asked instead.
namespace neve::mr {

/// Scratch that can be asked: of which task, and as which of its runs have left it. Part of the
/// State of who asks.
struct Source {
  std::string task;  ///< whose Question, Answer and answer() are meant
  frame::LayoutPtr layout;
  store::PlacementPtr placement;  ///< where the runs were
  NodeId driver;
  ScratchId scratch;
  std::int64_t runs = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(task, layout, placement, driver, scratch, runs);
  }
};

/// Answers in the order of the groups that were asked; on the same node they are not copied.
template <class Answer>
struct Answers {
  std::vector<std::shared_ptr<const Answer>> of;
  std::vector<Reservation> memory;  ///< of what came from other nodes
};

/// What a map or a rebuild may learn from other row groups. One for each run on each node; used by
/// all its threads.
class Peers {
 public:
  virtual ~Peers() = default;
  /// Asks the groups one question, or one question each. Blocks; throws Cancelled, OutOfMemoryError
  /// where the answers do not fit, and ClusterError where nobody can answer.
  template <class Question, class Answer>
  Answers<Answer> ask(const Source& source, std::span<const GroupIndex> groups,
                      std::span<const Question> questions) {
    std::vector<const void*> erased;
    for (const Question& question : questions) erased.push_back(&question);
    Erased found = ask_erased(source, groups, erased);
    Answers<Answer> answers{.of = {}, .memory = std::move(found.memory)};
    for (auto& one : found.answers) {
      answers.of.push_back(std::static_pointer_cast<const Answer>(std::move(one)));
    }
    return answers;
  }
  virtual Budget& budget() = 0;
  /// Throws Cancelled.
  virtual void check() const = 0;

 protected:
  struct Erased {
    std::vector<std::shared_ptr<void>> answers;
    std::vector<Reservation> memory;
  };
  virtual Erased ask_erased(const Source& source, std::span<const GroupIndex> groups,
                            std::span<const void* const> questions) = 0;
};

}  // namespace neve::mr
