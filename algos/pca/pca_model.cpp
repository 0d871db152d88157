#include "algos/pca/pca_model.hpp"

namespace neve::algos::pca {

model::metrics::Metrics PcaModel::measure_rows(mr::Engine& /*engine*/,
                                               const model::Dataset& /*data*/,
                                               const job::TokenPtr& /*token*/) const {
  model::metrics::DimReduction metrics;
  metrics.model_category = model::Category::dim_reduction;
  return metrics;
}

bool PcaModel::is_sound() const {
  return header.category == model::Category::dim_reduction && projection.is_sound(header.roles);
}

wire::Bytes PcaModel::encode() const { return wire::encode(*this); }

wire::Bytes PcaModel::encode_learnt() const {
  wire::Writer writer;
  // Only reads, as every Writer does.
  const_cast<PcaModel*>(this)->learnt(writer);
  return writer.take();
}

}  // namespace neve::algos::pca
