#include "algos/word2vec/word2vec_output.hpp"

#include <memory>
#include <utility>

#include <neve/schema/schema_of.hpp>

#include "algos/word2vec/word2vec_model.hpp"

namespace neve::algos::word2vec {

const schema::Schema& Word2VecOutput::schema() {
  using O = Word2VecOutput;
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<O> table("Word2VecModelOutputV3", "Word2VecOutput", "ModelOutputSchemaV3");
    table.field<&O::epochs>("How many times training went through the text.").input();
    model::inherit_output(table);
    return schema::Schema(table);
  }();
  return kSchema;
}

schema::AnyObject Word2VecModel::output() const {
  auto made = std::make_shared<Word2VecOutput>();
  model::fill_output(header, *made);
  made->epochs = epochs;
  return {&Word2VecOutput::schema(), std::move(made)};
}

}  // namespace neve::algos::word2vec
