#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/model/algorithm.hpp>
#include <neve/model/model.hpp>
#include <neve/mr/engine.hpp>

namespace neve::model {

class Models;

/// Which columns a scoring run writes.
struct ScoreRequest {
  bool labels = true;  ///< "predict": the class, for classifiers
  bool values = true;  ///< probabilities or the prediction, and the extra outputs
  job::TokenPtr token = nullptr;
  /// A column of the data's inputs: only rows where it holds `fold` are scored, others get 0, or
  /// the first class. -1: all rows.
  std::int32_t folds = -1;
  std::int32_t fold = 0;
  std::optional<RowQuestion> question = {};  ///< what is written instead, of each row
  std::int32_t layer = 0;                    ///< that hidden_features asks about
  const Models* models = nullptr;            ///< for models that are made of others
  int nesting = 0;                           ///< how many of these ask for it
};

/// What a model is asked about the rows of a frame: its predictions, or a question.
struct Scoring {
  ModelPtr model;
  frame::Frame frame;
  std::string destination;  ///< name of the frame of answers
  std::optional<RowQuestion> question = {};
  std::int32_t layer = 0;  ///< that hidden_features asks about
};

/// Columns of the answer to a question that one run writes.
struct QuestionPart {
  RowQuestion question = {};
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  std::int32_t layer = 0;  ///< that hidden_features asks about
  template <class Archive>
  void fields(Archive& archive) {
    archive(question, first, count, layer);
  }
};

/// Columns of a scoring run, aligned with the scored frame. Names as H2O's: predict, then the
/// classes.
struct Scored {
  frame::Frame predictions;
  /// Where another model made them of what models before it said: that one, and its data.
  ModelPtr last = nullptr;
  std::shared_ptr<const Dataset> last_data = nullptr;
};

/// Where the model's columns are in a run's inputs; the part of a Dataset that travels.
struct ScorePlan {
  std::vector<std::int32_t> predictors;
  std::vector<LevelMap> levels;
  std::vector<frame::ColumnType> types;
  std::int32_t offset = -1;
  std::int32_t response = -1;  ///< only for a question that needs it
  LevelMap response_levels = {};
  bool labels = true;
  bool values = true;
  std::int32_t folds = -1;  ///< as of a ScoreRequest
  std::int32_t fold = 0;
  std::optional<QuestionPart> part = {};  ///< instead of labels and values
  template <class Archive>
  void fields(Archive& archive) {
    archive(predictors, levels, types, offset, response, response_levels, labels, values, folds,
            fold, part);
  }
};

/// Where the data has the columns of a model of these roles, and its offset.
ScorePlan plan_of(const ColumnRoles& roles, const Dataset& data);
ScorePlan plan_of(const Model& model, const Dataset& data, const ScoreRequest& request);

/// A column of a row group as plain numbers; codes are numbers, too.
std::vector<double> column_numbers(const mr::RowGroup& group, std::int32_t column);

/// Row numbers within a group, ascending.
using PickedRows = std::vector<std::uint16_t>;

/// The rows of a group whose value `takes` accepts.
template <class Takes>
PickedRows pick_rows(std::span<const double> values, const Takes& takes) {
  constexpr std::size_t kMostRows = 65'536;
  NEVE_CHECK(values.size() <= kMostRows, "row group too large for 16-bit row numbers");
  PickedRows rows;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (takes(values[row])) rows.push_back(static_cast<std::uint16_t>(row));
  }
  return rows;
}

/// Decodes a row group block by block into the model's columns: all its rows, or those that are
/// picked. Outlived by all that it is made of.
class BlockReader {
 public:
  BlockReader(const mr::RowGroup& group, const ScorePlan& plan, const PickedRows* picked = nullptr);
  ~BlockReader();
  /// How many rows there are to read.
  [[nodiscard]] std::int64_t rows() const;
  /// The block of rows that begins at the row `begin` of these, valid until the next call.
  const ScoreBlock& read(std::int64_t begin);

 private:
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
};

/// The class that these probabilities mean: the second one from the threshold on for two classes,
/// the first largest otherwise; -1 where they are NaN.
std::int32_t predicted_class(std::span<const std::span<double>> values, std::size_t row,
                             double threshold);

/// Writes what `plan` asks for of one row group, block by block.
void score_group(const Model& model, const ScorePlan& plan, const mr::RowGroup& group,
                 mr::Outputs& outputs);

/// Scores row groups with a model of type M, which has `static constexpr std::string_view
/// score_task` (as "glm.score") and a fields() list.
template <class M>
struct ScoreTask {
  static constexpr std::string_view name = M::score_task;
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::shared_ptr<const M> model;
    ScorePlan plan;
    template <class Archive>
    void fields(Archive& archive) {
      archive(model, plan);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                  mr::Outputs& outputs) {
    score_group(*state.model, state.plan, group, outputs);
  }
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// What the column of a class's probabilities is called: whole numbers (32 bits, as H2O-3 reads
/// them) get a "p" in front, so that 0 and 1 give p0 and p1.
std::string class_column(const std::string& level);

/// Who answers the question, or null.
std::unique_ptr<const RowExplainer> explainer_of(const Model& model, RowQuestion question,
                                                 std::int32_t layer);

/// The runs that write a request's columns, few at a time: the columns of a row group are held
/// uncompressed. One run, without a part, where there is no question.
std::vector<std::optional<QuestionPart>> parts_of(const Model& model, const ScoreRequest& request);

/// Output columns of a run and their names.
std::vector<mr::OutputColumn> answer_outputs(const Model& model, const QuestionPart& part,
                                             std::vector<std::string>& names);

/// Output columns of a scoring run and their names.
std::vector<mr::OutputColumn> score_outputs(const Model& model, const ScoreRequest& request,
                                            std::vector<std::string>& names);

template <class M>
Scored score_with(mr::Engine& engine, const ModelPtr& model, const Dataset& data,
                  const ScoreRequest& request) {
  auto typed = std::dynamic_pointer_cast<const M>(model);
  NEVE_CHECK(typed != nullptr, "a model of another algorithm");
  Scored scored;
  mr::RunOptions options;
  options.token = request.token;
  scored.predictions.layout = data.inputs.layout;
  typename ScoreTask<M>::State state{std::move(typed), plan_of(*model, data, request)};
  for (const auto& part : parts_of(*model, request)) {
    state.plan.part = part;
    options.outputs = part ? answer_outputs(*model, *part, scored.predictions.names)
                           : score_outputs(*model, request, scored.predictions.names);
    auto result = engine.run_with_outputs<ScoreTask<M>>(data.inputs, state, options);
    for (frame::Column& column : result.columns)
      scored.predictions.columns.push_back(std::move(column));
  }
  return scored;
}

/// For models that tell nothing of rows: throws what their score() does.
Scored refuse_to_score(mr::Engine& engine, const ModelPtr& model, const Dataset& data,
                       const ScoreRequest& request);

}  // namespace neve::model
