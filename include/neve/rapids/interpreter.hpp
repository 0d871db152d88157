#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include <neve/frame/frame.hpp>
#include <neve/ingest/path_policy.hpp>
#include <neve/job/token.hpp>
#include <neve/mr/engine.hpp>
#include <neve/mr/task.hpp>
#include <neve/munge/rollups.hpp>
#include <neve/rapids/value.hpp>

namespace neve::model {
class Models;
}

namespace neve::rapids {

/// What a request gets back. Frames that have no name are described, and gone.
struct Answer {
  enum class Kind { nothing, frame, number, numbers, string, strings, frames, function };
  struct FrameShape {
    std::string key;  ///< empty where it has no name
    std::int64_t rows = 0;
    std::int32_t columns = 0;
  };
  Kind kind = Kind::nothing;
  std::vector<FrameShape> frames = {};
  std::vector<double> numbers = {};
  std::vector<std::string> strings = {};  ///< names of the frames of a map, too
};

/// What people may read about a primitive.
struct Help {
  std::string name;
  std::string pattern;
  std::string description;
};

/// Evaluates Rapids, the expression language of H2O-3's clients. One per node; thread-safe, each
/// request on its caller's thread.
class Interpreter {
 public:
  /// What primitives work with; the node's own parts outlive the interpreter.
  struct Parts {
    mr::Engine& engine;
    frame::Frames& frames;
    munge::Rollups& rollups;
    const ingest::PathPolicy& files;
    model::Models* models = nullptr;  ///< null where there are none
    std::map<std::string, const struct Primitive*, std::less<>> primitives = {};
    std::shared_mutex zone_mutex = {};
    std::string time_zone = "UTC";
    std::mutex property_mutex = {};
    std::map<std::string, std::string, std::less<>> properties = {};
  };
  Interpreter(mr::Engine& engine, frame::Frames& frames, munge::Rollups& rollups,
              const ingest::PathPolicy& files, model::Models* models = nullptr);
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  /// Throws InputError (400) for what cannot be understood, Cancelled once the token is.
  Answer run(std::string_view text, const std::string& session, const job::TokenPtr& token);
  /// Every primitive, by name.
  [[nodiscard]] std::vector<Help> help() const;
  /// The zone in which times without one are read and shown.
  [[nodiscard]] std::string time_zone() const;

 private:
  std::unique_ptr<Parts> parts_;
};

/// Every task of this module, for the tables of all nodes.
mr::TaskList tasks();

}  // namespace neve::rapids
