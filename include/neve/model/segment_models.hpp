#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <neve/frame/frame.hpp>

namespace neve::model {

/// Models of the parts of a frame, and how their training ended.
struct SegmentModels {
  static constexpr std::string_view kType = "Key<SegmentModels>";
  /// A column that tells the segments apart; `values` has one for each of them, NaN missing.
  struct Column {
    std::string name;
    frame::DomainPtr domain;  ///< null for numbers
    std::vector<double> values;
    template <class Archive>
    void fields(Archive& archive) {
      archive(name, domain, values);
    }
  };
  /// As H2O-3 orders them.
  enum class Status : std::uint8_t { pending, running, succeeded, stopped, failed };
  struct Result {
    std::string model;
    Status status = Status::pending;
    std::string errors = {};    ///< empty where there are none
    std::string warnings = {};  ///< a line each
    template <class Archive>
    void fields(Archive& archive) {
      archive(model, status, errors, warnings);
    }
  };
  std::string key;
  std::vector<Column> columns;
  std::vector<std::optional<Result>> results;  ///< nothing yet for those that were not reached
  template <class Archive>
  void fields(Archive& archive) {
    archive(key, columns, results);
  }
};

/// Which parts of a training frame get a model of their own.
struct SegmentOrder {
  std::string key;                   ///< of the SegmentModels; made up where empty
  std::string segments;              ///< a frame with a row for each; empty: all there are
  std::vector<std::string> columns;  ///< that tell segments apart; empty: those of the frame
  std::int32_t parallelism = 1;      ///< models that are trained at a time
};

}  // namespace neve::model
