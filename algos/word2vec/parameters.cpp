#include "algos/word2vec/parameters.hpp"

#include <neve/schema/schema_of.hpp>

namespace neve::algos::word2vec {
namespace {

using P = Parameters;
using Table = schema::SchemaOf<Parameters>;

void add_own(Table& table) {
  constexpr double kLongestVector = 1e4;
  constexpr double kWidestWindow = 1e3;
  constexpr double kMostEpochs = 1e6;
  table.field<&P::min_word_freq>("Words that occur less often are left out.").input().at_least(0);
  table
      .field<&P::word_model>(
          "SkipGram: each word around predicts the one in the middle. CBOW: their mean does.")
      .input();
  table.field<&P::norm_model>("How words are predicted: by hierarchical softmax.").input();
  table.field<&P::vec_size>("Length of the vectors.").input().at_least(1).at_most(kLongestVector);
  table
      .field<&P::window_size>(
          "Most words to look at on each side; each time a number from 1 to this one is drawn.")
      .input()
      .at_least(1)
      .at_most(kWidestWindow);
  table
      .field<&P::sent_sample_rate>(
          "Words with a larger share of the text are now and then passed over, the more often the "
          "larger it is; 0 for never.")
      .input()
      .at_least(0);
  table.field<&P::init_learning_rate>("Learning rate at the beginning; it falls to nearly 0.")
      .input()
      .at_least(0);
  table.field<&P::epochs>("How many times training goes through the text.")
      .input()
      .at_least(1)
      .at_most(kMostEpochs);
  table
      .field<&P::pre_trained>(
          "Frame of words, in its first column, and their vectors, a number in each further one: "
          "they make the model, and nothing is trained.")
      .input();
}

}  // namespace

const schema::Schema& Parameters::schema() {
  static const schema::Schema kSchema = [] {
    Table table("Word2VecParametersV3", "Word2VecParameters", "ModelParametersSchemaV3");
    table.inherit<&P::model_id, &P::training_frame>(model::common_parameters());
    add_own(table);
    table.inherit<&P::max_runtime_secs, &P::export_checkpoints_dir>(model::common_parameters());
    table.inherit_constants(model::common_parameters());
    return schema::Schema(table);
  }();
  return kSchema;
}

}  // namespace neve::algos::word2vec
