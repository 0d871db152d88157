#include <neve/base/error.hpp>
#include <neve/model/describe.hpp>

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

}  // namespace

const model::Algorithm& algorithm();

const model::Algorithm& algorithm() {
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made =
        model::describe<Parameters, Word2VecTrainer, Word2VecModel, Word2VecOutput>(
            {.name = "word2vec",
             .title = "Word2Vec",
             .full_name = "Word2Vec",
             .builder_schema = "Word2VecV3",
             .model_schema = "Word2VecModelV3",
             .model_type = "Word2VecModel"});
    made.can_build = {model::Category::word_embedding};
    made.supervised = false;
    made.reads_text = true;
    made.have_pojo = false;
    made.category = &model::always<model::Category::word_embedding>;
    made.check_training = &check_training;
    made.further_frames = &further_frames;
    made.frame_instead = [](const void* parameters) { return given(parameters).pre_trained.name; };
    made.score = &model::refuse_to_score;
    made.tasks = {&mr::task_entry<CountWordsTask>(), &mr::task_entry<NumberWordsTask>(),
                  &mr::task_entry<WordVectorsTask>(), &mr::task_entry<SentenceTailsTask>(),
                  &mr::task_entry<SentenceMeansTask>()};
    made.actions = actions();
    return made;
  }();
  return kAlgorithm;
}

}  // namespace neve::algos::word2vec
