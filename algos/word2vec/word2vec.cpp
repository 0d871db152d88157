#include <neve/base/error.hpp>
#include <neve/model/algorithm.hpp>
#include <neve/model/score.hpp>

#include "algos/word2vec/actions.hpp"
#include "algos/word2vec/parameters.hpp"
#include "algos/word2vec/pre_trained.hpp"
#include "algos/word2vec/train.hpp"
#include "algos/word2vec/transform.hpp"
#include "algos/word2vec/word2vec_output.hpp"

namespace neve::algos::word2vec {
namespace {

const Parameters& given(const void* parameters) {
  return *static_cast<const Parameters*>(parameters);
}

void check_training(const void* parameters, const frame::Frame& training,
                    model::Messages& messages) {
  if (given(parameters).pre_trained.name == training.key) {
    check_pre_trained(training, messages);
  } else if (training.columns.empty() ||
             training.columns.front().type != frame::ColumnType::string) {
    model::add_error(messages, "training_frame",
                     "The first column of the training input frame has to be column of Strings.");
  }
}

std::vector<std::pair<std::string, std::string>> further_frames(const void* parameters) {
  const Parameters& p = given(parameters);
  if (p.pre_trained.empty()) return {};
  return {{"pre_trained", p.pre_trained.name}};
}

model::Scored refuse_to_score(mr::Engine& /*engine*/, const model::ModelPtr& model,
                              const model::Dataset& /*data*/,
                              const model::ScoreRequest& /*request*/) {
  model->score({}, {});
  return {};
}

}  // namespace

const model::Algorithm& algorithm();

const model::Algorithm& algorithm() {
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made;
    made.name = "word2vec";
    made.title = "Word2Vec";
    made.full_name = "Word2Vec";
    made.builder_schema = "Word2VecV3";
    made.model_schema = "Word2VecModelV3";
    made.model_type = "Word2VecModel";
    made.can_build = {model::Category::word_embedding};
    made.supervised = false;
    made.reads_text = true;
    made.have_pojo = false;
    made.parameters = &Parameters::schema();
    made.output = &Word2VecOutput::schema();
    made.common = [](void* parameters) -> model::CommonParameters& {
      return *static_cast<Parameters*>(parameters);
    };
    made.validate = [](const void* /*parameters*/, model::Messages& /*messages*/) {};
    made.category = [](const void* /*parameters*/, const model::ColumnRoles& /*roles*/,
                       model::Messages& /*messages*/) { return model::Category::word_embedding; };
    made.check_training = &check_training;
    made.further_frames = &further_frames;
    made.frame_instead = [](const void* parameters) { return given(parameters).pre_trained.name; };
    made.make_trainer =
        [](std::shared_ptr<const void> parameters) -> std::unique_ptr<model::Trainer> {
      return std::make_unique<Word2VecTrainer>(
          std::static_pointer_cast<const Parameters>(parameters));
    };
    made.decode = [](std::span<const std::byte> bytes) -> std::shared_ptr<model::Model> {
      return std::make_shared<Word2VecModel>(wire::decode<Word2VecModel>(bytes));
    };
    made.score = &refuse_to_score;
    made.tasks = {&mr::task_entry<CountWordsTask>(), &mr::task_entry<NumberWordsTask>(),
                  &mr::task_entry<WordVectorsTask>(), &mr::task_entry<SentenceTailsTask>(),
                  &mr::task_entry<SentenceMeansTask>()};
    made.actions = actions();
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::word2vec
