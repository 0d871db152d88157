#pragma once

#include <neve/schema/schema_of.hpp>

namespace neve::algos::trees {

/// Declares the parameters that distributions of numbers have, for a struct with members of these
/// names.
template <class P>
schema::SchemaOf<P>& declare_distribution_shapes(schema::SchemaOf<P>& table) {
  table.template field<&P::quantile_alpha>("Which quantile the quantile distribution predicts.")
      .input()
      .secondary()
      .gridable()
      .at_least(0)
      .at_most(1)
      .template field<&P::tweedie_power>("Power of the tweedie distribution, between 1 and 2.")
      .input()
      .secondary()
      .gridable()
      .above(1)
      .below(2)
      .template field<&P::huber_alpha>("Share of residuals that the huber distribution squares.")
      .input()
      .secondary()
      .gridable()
      .at_least(0)
      .at_most(1);
  return table;
}

}  // namespace neve::algos::trees
