#include "algos/word2vec/train.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "algos/word2vec/pre_trained.hpp"
#include "algos/word2vec/word2vec_model.hpp"

namespace neve::algos::word2vec {
namespace {

constexpr std::uint64_t kSeed = 1;
/// A part of a second.
constexpr std::int64_t kBatchesOfStep = 6;

/// What shards do not know of each other is a part of a batch, which shall be a small part of the
/// text. Shards of few rows are more of a copying of vectors.
std::int64_t rows_of_shard(std::int64_t rows) {
  constexpr std::int64_t kFewest = 640;
  constexpr std::int64_t kMost = 20480;
  return std::clamp<std::int64_t>(rows >> 8U, kFewest, kMost);
}

/// Each more makes more vectors such that several shards move, which are copied.
std::size_t shards_for(std::int64_t rows) {
  constexpr std::int64_t kRowsOfTwo = std::int64_t{1} << 17U;
  constexpr std::int64_t kMost = Users::kMostShards;
  if (rows < kRowsOfTwo) return 1;
  return static_cast<std::size_t>(std::clamp<std::int64_t>(rows >> 22U, 2, kMost));
}

}  // namespace

struct Word2VecTrainer::Saved {
  Progress progress;
  Weights weights;
  template <class Archive>
  void fields(Archive& archive) {
    archive(progress, weights);
  }
};

void Word2VecTrainer::prepare(model::TrainContext& context) {
  words_ = count_words(context, parameters_->min_word_freq);
  tree_ = huffman_tree(words_.counts);
  shards_ = shards_for(context.training.inputs.layout->rows());
  const auto length = static_cast<std::size_t>(parameters_->vec_size);
  memory_ = context.engine.budget().reserve(
      Learner::byte_size(words_.words.size(), length, tree_, shards_),
      "Vectors of " + std::to_string(words_.words.size()) + " words");
  text_.emplace(context, words_, parameters_->sent_sample_rate);
  context.job.progress(0.01, std::to_string(words_.words.size()) + " words");
}

void Word2VecTrainer::begin(model::TrainContext& context, std::optional<Weights> weights) {
  if (is_given()) return;
  prepare(context);
  if (!weights) {
    weights = Weights::zeros(words_.words.size(), static_cast<std::size_t>(parameters_->vec_size));
  }
  const Settings settings{.model = parameters_->word_model,
                          .window = static_cast<std::size_t>(parameters_->window_size)};
  learner_.emplace(tree_, settings, shards_, *std::move(weights));
}

void Word2VecTrainer::init(model::TrainContext& context) { begin(context, std::nullopt); }

wire::Bytes Word2VecTrainer::save() const {
  if (!learner_) return wire::encode(Saved());
  // As Saved has it, without a copy.
  const Weights& weights = learner_->weights();
  wire::Writer writer(weights.values.size() * sizeof(float));
  writer(progress_, weights);
  return writer.take();
}

void Word2VecTrainer::resume(model::TrainContext& context, const wire::Bytes& saved) {
  auto state = wire::decode<Saved>(saved);
  progress_ = state.progress;
  begin(context, std::move(state.weights));
}

float Word2VecTrainer::rate() const {
  const auto all =
      static_cast<double>(std::reduce(words_.counts.begin(), words_.counts.end(), std::int64_t{0}));
  return falling_rate(parameters_->init_learning_rate, progress_.words, parameters_->epochs * all);
}

void Word2VecTrainer::take(const Batch& batch, Pool& pool) {
  if (progress_.epoch == Progress::kBefore) {
    random_index().add(batch, learner_->weights(), pool);
    return;
  }
  learner_->learn(batch, window_numbers(progress_.epoch), rate(), pool);
  progress_.words += std::ssize(batch.words) - std::ranges::count(batch.words, Batch::kSentenceEnd);
}

void Word2VecTrainer::end_epoch(Pool& pool) {
  if (progress_.epoch == Progress::kBefore)
    random_index().finish(learner_->weights(), text_->expected_counts(words_.counts), kSeed, pool);
  ++progress_.epoch;
  progress_.row = 0;
}

bool Word2VecTrainer::step(model::TrainContext& context) {
  if (is_given()) return false;
  Pool& pool = context.engine.pool();
  const std::int64_t rows = text_->rows();
  const std::int64_t rows_of_batch = rows_of_shard(rows) * static_cast<std::int64_t>(shards_);
  const std::int64_t stop = std::min(rows, progress_.row + kBatchesOfStep * rows_of_batch);
  while (progress_.row < stop) {
    context.job.token()->check();
    const std::int64_t end = std::min(rows, progress_.row + rows_of_batch);
    text_->read(std::max(progress_.epoch, std::int64_t{0}), progress_.row, end, batch_);
    take(batch_, pool);
    progress_.row = end;
  }
  if (progress_.row == rows) end_epoch(pool);
  const double done = static_cast<double>(progress_.epoch) +
                      static_cast<double>(progress_.row) / static_cast<double>(rows);
  context.job.progress(std::max(done, 0.0) / parameters_->epochs, message());
  return progress_.epoch < parameters_->epochs;
}

std::string Word2VecTrainer::message() const {
  if (progress_.epoch == Progress::kBefore) return "Words that stand together";
  return "Epoch " + std::to_string(progress_.epoch + 1);
}

std::shared_ptr<model::Model> Word2VecTrainer::finish(model::TrainContext& context) {
  auto made = std::make_shared<Word2VecModel>();
  made->header.category = context.category;
  made->header.roles = context.roles;
  made->header.parameters = context.header.parameters;
  if (is_given()) {
    std::vector<std::string> warnings;
    const frame::Frame& frame = context.further->at("pre_trained");
    const Reservation memory = context.engine.budget().reserve(
        frame.rows() * static_cast<std::int64_t>(frame.columns.size() * sizeof(float)),
        "Pre-trained vectors of " + std::to_string(frame.rows()) + " words");
    made->vectors = read_pre_trained(context.engine, frame, warnings);
    for (std::string& warning : warnings) {
      context.job.warn(warning);
      context.header.warnings.push_back(std::move(warning));
    }
    context.header.actual_parameters.emplace_back("vec_size", std::to_string(made->vectors.length));
    return made;
  }
  if (progress_.epoch == Progress::kBefore) end_epoch(context.engine.pool());
  made->epochs = static_cast<std::int32_t>(progress_.epoch);
  made->vectors.words = std::move(words_.words);
  made->vectors.length = static_cast<std::size_t>(parameters_->vec_size);
  const Weights weights = learner_->release();
  learner_.reset();
  text_.reset();
  made->vectors.values.reserve(weights.words * made->vectors.length);
  for (std::size_t word = 0; word < weights.words; ++word) {
    const float* from = weights.row(word);
    made->vectors.values.insert(made->vectors.values.end(), from, from + made->vectors.length);
  }
  return made;
}

}  // namespace neve::algos::word2vec
