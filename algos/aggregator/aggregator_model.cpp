#include "algos/aggregator/aggregator_model.hpp"

#include <algorithm>

#include <neve/base/error.hpp>
#include <neve/schema/schema_of.hpp>

namespace neve::algos::aggregator {

void AggregatorModel::score(const model::ScoreBlock& /*block*/,
                            std::span<const std::span<double>> /*out*/) const {
  throw InputError::unsupported(
      "Aggregator predicts nothing; the rows of each exemplar are in the mapping frame "
      "(save_mapping_frame).",
      {{"model", header.key}});
}

bool AggregatorModel::is_sound() const {
  std::vector<std::size_t> levels;
  for (const frame::DomainPtr& domain : header.roles.domains)
    levels.push_back(domain ? domain->size() : 0);
  return header.category == model::Category::clustering && expansion.is_sound(levels) &&
         radius >= 0 && rows.size() == counts.size() && !output_frame.empty();
}

wire::Bytes AggregatorModel::encode() const { return wire::encode(*this); }

wire::Bytes AggregatorModel::encode_learnt() const {
  wire::Writer writer;
  // Only reads, as every Writer does.
  const_cast<AggregatorModel*>(this)->learnt(writer);
  return writer.take();
}

const schema::Schema& AggregatorOutput::schema() {
  using O = AggregatorOutput;
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<O> table("AggregatorModelOutputV99", "AggregatorOutput", "ModelOutputSchemaV3",
                              99);
    table.field<&O::output_frame>("Frame of the exemplars, with the number of rows of each.")
        .input()
        .field<&O::mapping_frame>("Frame of the exemplar of each row.")
        .input();
    model::inherit_output(table);
    return schema::Schema(table);
  }();
  return kSchema;
}

schema::AnyObject AggregatorModel::output() const {
  auto made = std::make_shared<AggregatorOutput>();
  model::fill_output(header, *made);
  made->output_frame = output_frame;
  made->mapping_frame = mapping_frame;
  return {&AggregatorOutput::schema(), std::move(made)};
}

}  // namespace neve::algos::aggregator
